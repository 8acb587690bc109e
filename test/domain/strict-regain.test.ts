import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RegainRule } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { judged, type JudgedCase, type KeptPurchase } from '../../domain/strict-regain.ts';

const day = (number: number) => new Date(Date.UTC(2026, 0, 1 + number, 12)).toISOString();
const bought = (number: number, amount = 1_000, returned = 0): KeptPurchase => ({
  ...{ at: day(number), amount, returned },
});

/** Every 15 days from day 0 to day 180: 12 intervals over 180 days, so six purchase days in 90. */
const everyFortnight = Array.from({ length: 13 }, (_, i) => bought(i * 15));
const returned: JudgedCase = {
  ...{ trigger: 'dormancy', isOpen: true, wasNotLost: false, lostAt: day(180) },
  ...{ regainedAt: day(300), regainedBy: 'purchase', cancelledAgainAt: null },
};
const rule: RegainRule = { withdrawal: true, sharePercent: 50, of: 'purchase-days' };

function judge(
  purchases: KeptPurchase[],
  of: Partial<JudgedCase> = {},
  { at = day(400), changed = {} }: { at?: string; changed?: Partial<RegainRule> } = {},
) {
  const own = { ...rule, ...changed };
  const rules = { cancellation: own, dormancy: own, manual: own };
  const { identification } = standardPolicy;
  const terms = { rules, observation: '90d' as const, identification };
  return judged({ ...returned, ...of }, [...everyFortnight, ...purchases], terms, at);
}

describe('a return by buying again', () => {
  it('is a regain when it comes to the share of the own earlier pattern', () => {
    const three = [bought(300), bought(330), bought(389)];
    expect(judge(three)).toEqual({
      ...{ is: 'regained', because: 'as-before', until: null },
      expected: { purchaseDays: 6, spend: 6_000 },
      bought: { purchaseDays: 3, spend: 3_000 },
    });
  });

  it('is a half return when it is less, and what comes after the observation does not help', () => {
    const late = [bought(300), bought(330), bought(391)];
    expect(judge(late)).toMatchObject({ is: 'half-return', because: 'less-than-before' });
    expect(judge([bought(300), bought(300, 99)])).toMatchObject({
      ...{ is: 'half-return', bought: { purchaseDays: 1, spend: 1_099 } },
    });
  });

  it('is pending as long as the observation goes on and there is less', () => {
    const soFar = judge([bought(300), bought(320)], {}, { at: day(389) });
    expect(soFar).toMatchObject({ is: 'pending', because: 'still-observed', until: day(390) });
    const three = [bought(300), bought(301), bought(302)];
    expect(judge(three, {}, { at: day(303) }).is).toBe('regained');
  });

  it('counts goods that came back as not bought', () => {
    const kept = [bought(300), bought(330), bought(360, 0, 1_000)];
    expect(judge(kept)).toMatchObject({ is: 'half-return', bought: { purchaseDays: 2 } });
    expect(judge([bought(300, 0, 1_000)])).toMatchObject({ is: 'not', because: 'goods-returned' });
    // A free order is one.
    expect(judge([bought(300), bought(330, 0), bought(360)]).is).toBe('regained');
  });

  it('is measured by days, by spend, by either or by both', () => {
    const one = [bought(300, 3_000)];
    const is = (of: RegainRule['of'], purchases = one) =>
      judge(purchases, {}, { changed: { of } }).is;
    expect(is('purchase-days')).toBe('half-return');
    expect(is('spend')).toBe('regained');
    expect(is('either')).toBe('regained');
    expect(is('both')).toBe('half-return');
    expect(is('both', [bought(300), bought(330), bought(360)])).toBe('regained');
  });

  it('is a half return when the customer cancels again within the observation', () => {
    const three = [bought(300), bought(301), bought(302)];
    const again = { cancelledAgainAt: day(350) };
    expect(judge(three, again)).toMatchObject({ is: 'half-return', because: 'cancelled-again' });
    expect(judge(three, { cancelledAgainAt: day(391) }).is).toBe('regained');
  });

  it('needs no more than one purchase of whom we knew none or one', () => {
    const { identification } = standardPolicy;
    const rules = { cancellation: rule, dormancy: rule, manual: rule };
    const terms = { rules, observation: '90d' as const, identification };
    for (const past of [[], [bought(100)]]) {
      expect(judged(returned, [...past, bought(300)], terms, day(300)).is).toBe('regained');
    }
  });
});

describe('a withdrawn cancellation', () => {
  const withdrawn = { trigger: 'cancellation', regainedBy: 'cancellation-withdrawn' } as const;

  it('is a regain at once, until it is repeated within the observation', () => {
    expect(judge([], withdrawn, { at: day(300) })).toMatchObject({
      ...{ is: 'regained', because: 'withdrawn', expected: null, until: null },
    });
    const again = { ...withdrawn, cancelledAgainAt: day(390) };
    expect(judge([], again)).toMatchObject({ is: 'not', because: 'cancelled-again' });
    expect(judge([], { ...withdrawn, cancelledAgainAt: day(391) }).is).toBe('regained');
  });

  it('is not enough where the policy wants purchases', () => {
    const changed = { withdrawal: false };
    const three = [bought(300), bought(301), bought(302)];
    expect(judge([], withdrawn, { changed })).toMatchObject({ is: 'not', because: 'no-return' });
    expect(judge(three, withdrawn, { changed }).is).toBe('regained');
  });
});

it('who has not come back is pending while the case is open, and then not regained', () => {
  const nobody = { regainedAt: null, regainedBy: null };
  expect(judge([], nobody)).toMatchObject({ is: 'pending', because: 'no-return-yet', until: null });
  expect(judge([], { ...nobody, isOpen: false })).toMatchObject({
    is: 'not',
    because: 'no-return',
  });
  const notLost = { ...nobody, isOpen: false, wasNotLost: true };
  expect(judge([], notLost)).toMatchObject({ is: 'not', because: 'was-not-lost' });
});

it('says the same in whatever order purchases are known, and never less for one more', () => {
  const order = fc.record({ number: fc.integer({ min: 181, max: 420 }), amount: fc.nat(5_000) });
  const ranks = ['not', 'half-return', 'regained'];
  fc.assert(
    fc.property(fc.array(order, { maxLength: 8 }), order, fc.nat(100), (orders, more, percent) => {
      const purchases = orders.map(({ number, amount }) => bought(number, amount));
      const changed = { sharePercent: percent, of: 'either' as const };
      const found = judge(purchases, {}, { changed });
      expect(judge(purchases.toReversed(), {}, { changed })).toEqual(found);
      const one = judge([...purchases, bought(more.number, more.amount)], {}, { changed });
      expect(ranks.indexOf(one.is)).toBeGreaterThanOrEqual(ranks.indexOf(found.is));
    }),
  );
});

import { describe, expect, it } from '@jest/globals';
import {
  decisionReasons,
  identify,
  inControlGroup,
  phaseOf,
  targetGroupOf,
  tierOf,
  worthOf,
  type CustomerFacts,
  type Verdict,
} from '../../domain/identification.ts';
import type { Policy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { type Phase, causes, tiers, triggers, type Cause } from '../../domain/words.ts';

const policy: Policy['identification'] = {
  ...standardPolicy.identification,
  tierFrom: { A: 20_000, B: 8_000, C: 2_500 },
  effort: {
    pursue: { cost: 800, hours: 0.75, chanceShare: 100 },
    'pursue-light': { cost: 150, hours: 0.2, chanceShare: 40 },
  },
  doubtPercent: 25,
  naturalLossCauses: ['life-change', 'no-need'],
  wantedLossCauses: ['pushed-away-intended'],
  managerDecidesTiers: ['A', 'B'],
  controlGroupPercent: 10,
  controlGroupTriggers: ['dormancy'],
};

function customer(facts: Partial<CustomerFacts> = {}): CustomerFacts {
  return {
    purchaseDays: 5,
    lastPurchaseAt: '2026-01-01T00:00:00.000Z',
    secondLifetimeValue: 9_000,
    tier: 'B',
    chance: { percent: 20, from: 'policy', cases: 0 },
    earlierReturns: 0,
    objected: false,
    deceased: false,
    controlGroupDraw: 50,
    ...facts,
  };
}

function engine(
  decision: 'pursue' | 'pursue-light' | 'do-not-pursue',
  reason: (typeof decisionReasons)[number],
): Verdict {
  return { decidedBy: 'engine', decision, reason };
}

function manager(reason: (typeof decisionReasons)[number]): Verdict {
  return { decidedBy: 'manager', reason };
}

describe('whether to win a customer back', () => {
  const never = 'do-not-pursue';
  it.each<[string, Partial<CustomerFacts>, Cause | null, Verdict]>([
    ['much to gain', { secondLifetimeValue: 9_000 }, null, engine('pursue', 'expected-gain')],
    [
      'a little to gain',
      { secondLifetimeValue: 4_000, tier: 'C' },
      null,
      engine('pursue-light', 'expected-gain'),
    ],
    [
      'nothing to gain',
      { secondLifetimeValue: 1_800, tier: 'D' },
      null,
      engine(never, 'expected-gain'),
    ],
    ['a doubtful gain, tier B', { secondLifetimeValue: 1_900 }, null, manager('doubtful')],
    [
      'a doubtful gain of little worth',
      { secondLifetimeValue: 1_900, tier: 'C' },
      null,
      engine('pursue-light', 'expected-gain'),
    ],
    ['a cause that can be undone', {}, 'better-offer-price', engine('pursue', 'expected-gain')],
    ['an unknown cause', {}, 'unknown', engine('pursue', 'expected-gain')],
    ['pushed away without intent', {}, 'pushed-away-unintended', engine('pursue', 'expected-gain')],

    ['a natural loss of little worth', { tier: 'C' }, 'life-change', engine(never, 'natural-loss')],
    ['a natural loss of no worth', { tier: 'D' }, 'no-need', engine(never, 'natural-loss')],
    ['a natural loss of high worth', { tier: 'A' }, 'life-change', manager('natural-loss')],
    ['the second natural cause', { tier: 'B' }, 'no-need', manager('natural-loss')],
    ['a wanted loss', { tier: 'C' }, 'pushed-away-intended', engine(never, 'wanted-loss')],
    ['a wanted loss of high worth', { tier: 'B' }, 'pushed-away-intended', manager('wanted-loss')],

    ['one earlier return', { earlierReturns: 1 }, null, manager('third-chance')],
    ['an earlier return, tier D', { earlierReturns: 2, tier: 'D' }, null, manager('third-chance')],
    [
      'an earlier return, with a cause',
      { earlierReturns: 1 },
      'neglected',
      manager('third-chance'),
    ],
    [
      'an earlier return and a natural loss of little worth',
      { earlierReturns: 1, tier: 'C' },
      'life-change',
      engine(never, 'natural-loss'),
    ],
    [
      'an earlier return and a wanted loss of high worth',
      { earlierReturns: 1, tier: 'A' },
      'pushed-away-intended',
      manager('wanted-loss'),
    ],

    ['an objection', { objected: true }, null, engine(never, 'objected')],
    [
      'an objection, tier A',
      { objected: true, tier: 'A' },
      'life-change',
      engine(never, 'objected'),
    ],
    [
      'an objection after a return',
      { objected: true, earlierReturns: 1 },
      null,
      engine(never, 'objected'),
    ],
    ['a death', { deceased: true }, null, engine(never, 'deceased')],
    [
      'a death after an objection',
      { deceased: true, objected: true },
      null,
      engine(never, 'deceased'),
    ],
    [
      'a death, tier A, after a return',
      { deceased: true, tier: 'A', earlierReturns: 1 },
      'life-change',
      engine(never, 'deceased'),
    ],
  ])('%s', (_case, facts, stated, verdict) => {
    expect(identify(customer(facts), stated, policy)).toEqual(verdict);
  });

  it('never pursues the dead and those who objected, nor asks a manager about them', () => {
    for (const tier of tiers) {
      for (const stated of [null, ...causes]) {
        for (const earlierReturns of [0, 1]) {
          const of = { tier, earlierReturns };
          for (const facts of [
            customer({ ...of, deceased: true }),
            customer({ ...of, objected: true }),
          ]) {
            expect(identify(facts, stated, policy)).toMatchObject({ decision: 'do-not-pursue' });
          }
        }
      }
    }
  });

  it('follows another policy: other costs, other causes, no manager', () => {
    const other: Policy['identification'] = {
      ...policy,
      effort: { ...policy.effort, pursue: { cost: 5_000, hours: 5, chanceShare: 100 } },
      naturalLossCauses: [],
      wantedLossCauses: ['neglected'],
      managerDecidesTiers: [],
    };
    expect(identify(customer(), 'life-change', other)).toEqual(
      engine('pursue-light', 'expected-gain'),
    );
    expect(identify(customer({ tier: 'A' }), 'neglected', other)).toEqual(
      engine('do-not-pursue', 'wanted-loss'),
    );
  });
});

describe('the tier of a customer', () => {
  it.each([
    [20_001, 'A'],
    [20_000, 'A'],
    [19_999, 'B'],
    [8_000, 'B'],
    [7_999, 'C'],
    [2_500, 'C'],
    [2_499, 'D'],
    [0, 'D'],
  ] as const)('with a second lifetime value of %i is %s', (value, tier) => {
    expect(tierOf(value, policy.tierFrom)).toBe(tier);
  });

  it('is that of the value which the purchases promise', () => {
    // One purchase: 35 % of 250.00 are 87.50.
    const terms = { ...policy, marginPercent: 35, discountPercent: 0 };
    const worth = (days: number[], totalAmount: number) =>
      worthOf({ days, lastPurchaseAt: null, totalAmount, firstDayAmount: totalAmount }, terms, {
        purchases: {},
        spend: null,
      });
    expect(worth([20_000], 25_000)).toMatchObject({ secondLifetimeValue: 8_750, tier: 'B' });
    expect(worth([], 0)).toMatchObject({ secondLifetimeValue: 0, tier: 'D' });
  });
});

describe('the control group', () => {
  it('takes as many of a hundred draws as the policy says', () => {
    for (const controlGroupPercent of [0, 1, 10, 99, 100]) {
      const drawn = Array.from({ length: 100 }, (_, controlGroupDraw) =>
        inControlGroup(customer({ controlGroupDraw }), 'dormancy', {
          ...policy,
          controlGroupPercent,
        }),
      );
      expect(drawn.filter(Boolean)).toHaveLength(controlGroupPercent);
    }
  });

  it('ends right below the percentage', () => {
    expect(inControlGroup(customer({ controlGroupDraw: 9 }), 'dormancy', policy)).toBe(true);
    expect(inControlGroup(customer({ controlGroupDraw: 10 }), 'dormancy', policy)).toBe(false);
  });

  it('takes only cases of the triggers that the policy names', () => {
    const drawn = customer({ controlGroupDraw: 0 });
    const among = (controlGroupTriggers: Policy['identification']['controlGroupTriggers']) =>
      triggers.filter((trigger) =>
        inControlGroup(drawn, trigger, { ...policy, controlGroupTriggers }),
      );
    expect(among(['dormancy'])).toEqual(['dormancy']);
    expect(among(['cancellation', 'manual'])).toEqual(['cancellation', 'manual']);
    expect(among([])).toEqual([]);
  });
});

describe('the target group', () => {
  it.each([
    [0, 'Z1'],
    [1, 'Z2'],
    [2, 'Z3'],
    [3, 'Z4'],
    [250, 'Z4'],
  ] as const)('after %i purchase days is %s', (purchaseDays, group) => {
    expect(targetGroupOf(purchaseDays, false).is).toBe(group);
  });

  it.each([0, 1, 2, 30])(
    'of somebody cold is Z0, after %i purchase days as well',
    (purchaseDays) => {
      expect(targetGroupOf(purchaseDays, true).is).toBe('Z0');
    },
  );
});

describe('the life-cycle phase', () => {
  type At = Partial<Parameters<typeof phaseOf>[0]>;
  it.each<[string, number, At, Phase]>([
    ['who never bought', 0, {}, 'acquisition'],
    ['who bought once', 1, {}, 'socialisation'],
    ['who bought twice', 2, {}, 'growth'],
    ['who bought three times', 3, {}, 'growth'],
    ['who bought four times', 4, {}, 'maturity'],
    ['who fell asleep', 4, { lost: true }, 'abstinence'],
    ['who fell asleep after one purchase', 1, { lost: true }, 'abstinence'],
    ['who has cancelled', 4, { cancelled: true }, 'abstinence'],
    ['whose cancellation is being averted', 4, { cancelled: true, openCase: true }, 'termination'],
    ['who is being woken', 4, { lost: true, openCase: true }, 'revitalisation'],
    ['who came back', 4, { returned: true, openCase: true }, 'socialisation'],
    ['who came back and had cancelled', 9, { returned: true, cancelled: true }, 'socialisation'],
  ])('of a customer %s', (_case, purchaseDays, standing, phase) => {
    expect(
      phaseOf({
        purchaseDays,
        lost: false,
        cancelled: false,
        openCase: false,
        returned: false,
        ...standing,
      }).is,
    ).toBe(phase);
  });
});

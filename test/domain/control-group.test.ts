import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blockOf, canBeDrawn, isDrawn, type Drawable } from '../../domain/control-group.ts';
import type { CustomerFacts } from '../../domain/identification.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';

/** A stratum whose cases draw these chances, one after the other. */
function drawnBy(chances: number[], percent: number): boolean[] {
  const drawn: boolean[] = [];
  for (const [place, chance] of chances.entries()) {
    const from = place - (place % blockOf(percent));
    const already = drawn.slice(from).filter(Boolean).length;
    drawn.push(isDrawn(chance, { place, drawn: already, percent }));
  }
  return drawn;
}

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the draw of the control group', () => {
  it('takes exactly the share of every block, whatever is drawn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.infiniteStream(chance), (percent, draws) => {
        const block = blockOf(percent);
        const chances = Array.from({ length: 3 * block }, () => draws.next().value as number);
        const drawn = drawnBy(chances, percent);
        for (let from = 0; from < drawn.length; from += block) {
          const own = drawn.slice(from, from + block).filter(Boolean).length;
          expect(own).toBe((block * percent) / 100);
        }
      }),
    );
  });

  it('gives every place of a block the same share', () => {
    // All equally spaced chances of four cases: a fair draw of one in four, and of two in four.
    for (const [percent, share] of [
      [25, 1 / 4],
      [50, 1 / 2],
    ] as const) {
      const block = blockOf(percent);
      const steps = 24;
      const counts = Array<number>(block).fill(0);
      for (let number = 0; number < steps ** block; number += 1) {
        const chances = counts.map(
          (_, i) => ((Math.floor(number / steps ** i) % steps) + 0.5) / steps,
        );
        drawnBy(chances, percent).forEach((drawn, i) => (counts[i]! += Number(drawn)));
      }
      for (const one of counts) expect(one / steps ** block).toBeCloseTo(share, 10);
    }
  });

  it('goes in the smallest blocks that hold the share', () => {
    expect([0, 1, 7, 10, 15, 20, 50, 100].map(blockOf)).toEqual([1, 100, 100, 10, 20, 5, 2, 1]);
  });
});

describe('a case', () => {
  const { identification } = standardPolicy;
  const at = '2026-11-02T08:00:00.000Z';
  const facts: CustomerFacts = {
    ...{ purchaseDays: 5, lastPurchaseAt: null, secondLifetimeValue: 90_000, tier: 'C' },
    chance: { percent: 20, from: 'policy', cases: 0 },
    ...{ earlierReturns: 0, objected: false, deceased: false },
  };
  const can = (
    of: Partial<Drawable>,
    { known = {}, policy = {} }: { known?: Partial<CustomerFacts>; policy?: object } = {},
  ) =>
    canBeDrawn(
      { trigger: 'dormancy', cause: null, effectiveAt: null, ...of },
      { ...facts, ...known },
      { ...identification, ...policy },
      at,
    );

  it('can be drawn when the policy names its trigger and has a share', () => {
    expect(can({})).toBe(true);
    expect(can({ trigger: 'manual' })).toBe(false);
    expect(can({}, { policy: { controlGroupPercent: 0 } })).toBe(false);
  });

  it('is never drawn while its cancellation can be averted, unless the policy allows it', () => {
    const policy = { controlGroupTriggers: ['cancellation'] };
    const cancellation = { trigger: 'cancellation' } as const;
    const ahead = { ...cancellation, effectiveAt: '2026-11-30T00:00:00.000Z' };
    expect(can(cancellation, { policy })).toBe(true);
    expect(can({ ...cancellation, effectiveAt: at }, { policy })).toBe(true);
    expect(can(ahead, { policy })).toBe(false);
    expect(can(ahead, { policy: { ...policy, controlGroupBeforeEffective: true } })).toBe(true);
  });

  it('takes no place when it will not be pursued, but does when a manager decides', () => {
    expect(can({}, { known: { deceased: true } })).toBe(false);
    expect(can({}, { known: { secondLifetimeValue: 10 } })).toBe(false);
    expect(can({}, { known: { earlierReturns: 1 } })).toBe(true);
    const policy = { controlGroupTriggers: ['cancellation'] };
    const unknown = { purchaseDays: 0, secondLifetimeValue: 0 };
    expect(can({ trigger: 'cancellation' }, { known: unknown, policy })).toBe(true);
  });
});

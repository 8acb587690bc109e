import { describe, expect, it } from '@jest/globals';
import { bestEffort, chanceOfReturn, isDoubtful, type Prospect } from '../../domain/gain.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';

const policy = standardPolicy.identification;
const nothing = { cases: 0, regained: 0 };
const unmeasured = { ofCause: nothing, ofTier: nothing };

function prospect(about: Partial<Prospect> = {}): Prospect {
  return { trigger: 'dormancy', tier: 'C', cause: null, lostDays: 0, ...about };
}

describe('the chance that a customer comes back', () => {
  const chance = {
    byTrigger: { cancellation: 30, dormancy: 12, manual: 20 },
    tierFactor: { A: 1.5, B: 1.1, C: 1, D: 0.5 },
    causeFactor: { neglected: 2 },
    halvesEvery: '100d',
    judgedAfter: '180d',
    measuredFrom: 50,
  } as const;
  it.each<[string, Partial<Prospect>, number]>([
    ['starts from the trigger', {}, 12],
    ['is another for a cancellation', { trigger: 'cancellation' }, 30],
    ['depends on the tier', { tier: 'A' }, 18],
    ['depends on the cause', { cause: 'neglected' }, 24],
    ['knows nothing of most causes', { cause: 'unknown' }, 12],
    ['halves with the time since the loss', { lostDays: 200 }, 3],
  ])('%s', (_rule, about, percent) => {
    const found = chanceOfReturn(prospect(about), chance, unmeasured);
    expect(found).toMatchObject({ from: 'policy', cases: 0 });
    expect(found.percent).toBeCloseTo(percent, 10);
  });

  it('is never more than certain', () => {
    const sure = { ...chance, byTrigger: { ...chance.byTrigger, dormancy: 80 } };
    const about = prospect({ tier: 'A', cause: 'neglected' });
    expect(chanceOfReturn(about, sure, unmeasured).percent).toBe(100);
  });

  it('is measured where enough cases show it, best by those of the same cause', () => {
    const about = prospect({ lostDays: 300 });
    // The prior is 12 × 1 ÷ 2³ = 1.5 % and counts like five cases.
    expect(chanceOfReturn(about, chance, unmeasured).percent).toBeCloseTo(1.5, 9);
    const few = { cases: 49, regained: 49 };
    const many = { cases: 80, regained: 20 };
    const alike = { cases: 50, regained: 5 };
    expect(chanceOfReturn(about, chance, { ofCause: few, ofTier: few }).from).toBe('policy');
    expect(chanceOfReturn(about, chance, { ofCause: few, ofTier: many })).toEqual({
      percent: expect.closeTo((2_000 + 5 * 1.5) / 85, 9),
      from: 'measured',
      cases: 80,
    });
    expect(chanceOfReturn(about, chance, { ofCause: alike, ofTier: many })).toEqual({
      percent: expect.closeTo((500 + 5 * 1.5) / 55, 9),
      from: 'measured',
      cases: 50,
    });
  });
});

describe('the effort that is made', () => {
  const effort = {
    pursue: { cost: 1_000, hours: 1, chanceShare: 100 },
    'pursue-light': { cost: 200, hours: 0.25, chanceShare: 40 },
  };
  it.each([
    // 10 % of the value, less 1,000, or 4 %, less 200.
    [20_000, 'pursue', 1_000, 1_000],
    [14_000, 'pursue', 400, 400],
    [13_000, 'pursue-light', 320, 1_280],
    [6_000, 'pursue-light', 40, 160],
    [5_000, 'do-not-pursue', 0, 0],
    [0, 'do-not-pursue', 0, 0],
  ])('for a value of %i is %s', (value, decision, amount, perHour) => {
    expect(bestEffort(value, 10, effort)).toEqual({ decision, amount, perHour });
  });

  it('is in doubt where a slightly worse or better chance would turn it', () => {
    const chance = { percent: 10, from: 'policy', cases: 0 } as const;
    const doubtful = (value: number, doubtPercent: number) =>
      isDoubtful(value, chance, { ...policy, effort, doubtPercent });
    // Nothing is gained below 5,000.
    expect([3_900, 4_100, 5_100, 6_600, 6_700].map((value) => doubtful(value, 25))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(doubtful(5_001, 0)).toBe(false);
  });
});

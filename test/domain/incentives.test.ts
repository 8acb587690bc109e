import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  dueAtOf,
  entitlementsOf,
  entriesFor,
  isLossWithin,
  payrollPattern,
  payrollPeriod,
  shared,
  type Booked,
  type Occasion,
  type Work,
} from '../../domain/incentives.ts';
import type { StrictRegain } from '../../domain/words.ts';

const occasion = (fields: Partial<Occasion> = {}): Occasion => ({
  occasion: 'regained/C1-e1',
  achievement: 'regained',
  caseId: 'C1-e1',
  taskId: null,
  occurredAt: '2026-01-31T00:00:00.000Z',
  rules: {
    points: { regained: 100, averted: 60, prevented: 20 },
    weights: { task: 1, reached: 2, last: 3 },
    roles: ['agent'],
  },
  policyVersion: 'p-1',
  observation: '180d',
  strict: { is: 'regained', until: '2026-05-01T00:00:00.000Z' },
  work: [],
  letGoBy: [],
  lostAgain: false,
  ...fields,
});

const work = (keyId: string, day: number, reached = false, role: Work['role'] = 'agent'): Work => ({
  ...{ keyId, reached, role },
  at: `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`,
});

const people = ['anna', 'bert', 'carl', 'dora'];
const anyWork = fc.array(
  fc
    .record({
      keyId: fc.constantFrom(...people),
      day: fc.integer({ min: 1, max: 28 }),
      reached: fc.boolean(),
      role: fc.constantFrom('agent' as const, 'manager' as const),
    })
    .map(({ keyId, day, reached, role }) => work(keyId, day, reached, role)),
  { maxLength: 8 },
);

describe('points', () => {
  it('are all there while the return is judged, less for a half one, none for no regain or a second loss', () => {
    const by = (fields: Partial<Occasion>) =>
      entitlementsOf(occasion({ work: [work('anna', 1), work('bert', 2)], ...fields })).map(
        ({ points, reason }) => [points, reason],
      );
    const strict = (is: StrictRegain) => ({ strict: { is, until: '2026-05-01T00:00:00.000Z' } });
    const all = by({ strict: null });
    expect(all).toEqual([
      [20, 'earned'],
      [80, 'earned'],
    ]);
    expect(by(strict('regained'))).toEqual(all);
    expect(by(strict('pending'))).toEqual(all);
    const none = (reason: string) => all.map(() => [0, reason]);
    expect(by(strict('not'))).toEqual(none('not-regained'));
    expect(by(strict('half-return'))).toEqual(none('half-return'));
    const rules = { ...occasion().rules, halfReturnPercent: 45 };
    expect(by({ ...strict('half-return'), rules })).toEqual([
      [9, 'half-return'],
      [36, 'half-return'],
    ]);
    expect(by({ ...strict('half-return'), rules, lostAgain: true })).toEqual(none('second-loss'));
  });

  it('are shared by the work that was done, and more for who reached and who came last', () => {
    const done = [work('anna', 1), work('anna', 2, true), work('bert', 3, true)];
    // Anna 1 + 3, Bert 3 + 3.
    expect(entitlementsOf(occasion({ work: done }))).toEqual([
      { keyId: 'anna', points: 40, reason: 'earned' },
      { keyId: 'bert', points: 60, reason: 'earned' },
    ]);
    expect(entitlementsOf(occasion({ work: done, achievement: 'averted' }))).toMatchObject([
      { points: 24 },
      { points: 36 },
    ]);
  });

  it('are for the roles of the rules alone, and for nobody where nobody did anything', () => {
    const done = [work('anna', 1), work('boss', 2, true, 'manager')];
    expect(entitlementsOf(occasion({ work: done }))).toMatchObject([
      { keyId: 'anna', points: 100 },
    ]);
    expect(entitlementsOf(occasion())).toEqual([]);
  });

  it('are nothing for who had let the customer go, and what that would be goes to nobody', () => {
    const done = [work('anna', 1, true), work('bert', 2, true)];
    expect(entitlementsOf(occasion({ work: done, letGoBy: ['bert'] }))).toEqual([
      { keyId: 'anna', points: 33, reason: 'earned' },
      { keyId: 'bert', points: 0, reason: 'let-go' },
    ]);
  });

  it('are due at the end of the observation and when all is judged, and nobody’s after a second loss', () => {
    expect(dueAtOf(occasion())).toBe('2026-07-30T00:00:00.000Z');
    const until = '2026-09-01T00:00:00.000Z';
    expect(dueAtOf(occasion({ strict: { is: 'regained', until } }))).toBe(until);
    expect(dueAtOf(occasion({ strict: null }))).toBe('2026-07-30T00:00:00.000Z');
    expect(entitlementsOf(occasion({ work: [work('anna', 1)], lostAgain: true }))).toEqual([
      { keyId: 'anna', points: 0, reason: 'second-loss' },
    ]);
  });

  it('are shared whole: their sum is always that of the rule, in whatever order the work is given', () => {
    fc.assert(
      fc.property(anyWork, fc.integer({ min: 0, max: 1_000 }), (done, regained) => {
        const base = occasion();
        const rules = { ...base.rules, points: { ...base.rules.points, regained } };
        const of = (work: Work[]) => entitlementsOf({ ...base, rules, work });
        const sum = of(done).reduce((all, { points }) => all + points, 0);
        expect(sum).toBe(done.some(({ role }) => role === 'agent') ? regained : 0);
        expect(of(done.toReversed())).toEqual(of(done));
      }),
    );
  });

  it('differ from the exact share by less than one', () => {
    const anyWeights = fc.uniqueArray(
      fc.tuple(fc.constantFrom(...people), fc.integer({ min: 0, max: 50 })),
      { selector: ([keyId]) => keyId },
    );
    fc.assert(
      fc.property(anyWeights, fc.integer({ min: 0, max: 10_000 }), (weights, points) => {
        const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
        for (const { keyId, points: own } of shared(points, new Map(weights))) {
          const exact = (points * new Map(weights).get(keyId)!) / total;
          expect(Math.abs(own - exact)).toBeLessThan(1);
        }
      }),
    );
  });
});

describe('the entries of the ledger', () => {
  const anyOccasion = fc
    .record({
      work: anyWork,
      letGoBy: fc.subarray(people),
      lostAgain: fc.boolean(),
      achievement: fc.constantFrom('regained' as const, 'averted' as const),
    })
    .map(occasion);

  const sums = (entries: Booked[]): Booked[] =>
    people
      .map((keyId) => entries.filter((one) => one.keyId === keyId))
      .filter((own) => own.length > 0)
      .map((own) => ({
        keyId: own[0]!.keyId,
        points: own.reduce((sum, { points }) => sum + points, 0),
      }));

  it('come to what is so at last, whatever was believed before, and repeat nothing', () => {
    fc.assert(
      fc.property(fc.array(anyOccasion, { minLength: 1, maxLength: 6 }), (beliefs) => {
        let ledger: Booked[] = [];
        for (const belief of beliefs) {
          const before = ledger;
          ledger = [...ledger, ...entriesFor(entitlementsOf(belief), sums(ledger))];
          expect(ledger.slice(0, before.length)).toEqual(before);
          expect(entriesFor(entitlementsOf(belief), sums(ledger))).toEqual([]);
        }
        const due = entitlementsOf(beliefs.at(-1)!);
        for (const keyId of people) {
          const should = due.find((one) => one.keyId === keyId)?.points ?? 0;
          expect(sums(ledger).find((one) => one.keyId === keyId)?.points ?? 0).toBe(should);
        }
      }),
    );
  });

  it('say why: earned, taken back after a second loss, or corrected', () => {
    const earned = occasion({ work: [work('anna', 1)] });
    const reason = (of: Occasion, booked: number) =>
      entriesFor(entitlementsOf(of), [{ keyId: 'anna', points: booked }]);
    const entry = (points: number, reason: string) => [{ keyId: 'anna', points, reason }];
    expect(entriesFor(entitlementsOf(earned), [])).toEqual(entry(100, 'earned'));
    expect(reason({ ...earned, lostAgain: true }, 100)).toEqual(entry(-100, 'second-loss'));
    expect(reason(earned, 0)).toEqual(entry(100, 'corrected'));
    expect(entriesFor([], [{ keyId: 'anna', points: 100 }])).toEqual(entry(-100, 'corrected'));
    expect(entriesFor(entitlementsOf({ ...earned, letGoBy: ['anna'] }), [])).toEqual(
      entry(0, 'let-go'),
    );
    expect(entriesFor(entitlementsOf({ ...earned, lostAgain: true }), [])).toEqual([]);
  });
});

describe('a second loss', () => {
  const span = { since: '2026-01-31T00:00:00.000Z', observation: '180d' as const };
  const episode = {
    trigger: 'cancellation' as const,
    openedAt: '2026-09-01T00:00:00.000Z',
    lostAt: '2026-07-30T00:00:00.000Z',
    endReason: null,
    outcome: null,
  };

  it('is one by the end of the observation: a cancellation by its own time, a silence by when it was found', () => {
    expect(isLossWithin(episode, span)).toBe(true);
    expect(isLossWithin({ ...episode, lostAt: '2026-07-31T00:00:00.000Z' }, span)).toBe(false);
    expect(isLossWithin({ ...episode, trigger: 'dormancy' }, span)).toBe(false);
    expect(isLossWithin({ ...episode, lostAt: '2026-01-01T00:00:00.000Z' }, span)).toBe(false);
    expect(isLossWithin({ ...episode, endReason: 'was-not-lost' }, span)).toBe(false);
  });
});

it('payroll periods are months', () => {
  expect(payrollPeriod('2026-12')).toEqual({
    from: '2026-12-01T00:00:00.000Z',
    to: '2027-01-01T00:00:00.000Z',
  });
  expect(['2026-01', '2026-13', '26-01'].map((text) => payrollPattern.test(text))).toEqual([
    true,
    false,
    false,
  ]);
});

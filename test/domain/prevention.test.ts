import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  changedPlan,
  effectOf,
  isOver,
  isWithin,
  pilesOf,
  topicsToActOn,
  type LossCell,
  type PreventionPlan,
} from '../../domain/prevention.ts';
import { baselineOf, risesOf } from '../../domain/rises.ts';

const cell = (fields: Partial<LossCell>): LossCell => ({
  cause: 'disappointed-service',
  category: null,
  product: null,
  region: null,
  cases: 1,
  lostRevenue: 100,
  ...fields,
});

const anyCell = fc.record({
  cause: fc.constantFrom('neglected' as const, 'better-offer-price' as const),
  category: fc.constantFrom(null, 'x', 'y'),
  product: fc.constantFrom(null, 'box', 'tea'),
  region: fc.constantFrom(null, 'DE-BY', 'AT'),
  cases: fc.integer({ min: 1, max: 9 }),
  lostRevenue: fc.integer({ min: 0, max: 999 }),
});
const total = (cells: LossCell[]) => cells.reduce((sum, { cases }) => sum + cases, 0);

describe('topics', () => {
  it('are the causes and everything narrower, each with all that it holds', () => {
    const piles = pilesOf([
      cell({ product: 'box', region: 'AT', cases: 3 }),
      cell({ product: 'box', cases: 2 }),
    ]);
    const shown = piles.map(({ product, region, cases }) => [product, region, cases]);
    expect(shown).toEqual([
      ['box', 'AT', 3],
      ['box', null, 5],
      [null, 'AT', 3],
      [null, null, 5],
    ]);
  });

  it('are worth an action when over the threshold by cases or by lost revenue', () => {
    const pile = cell({ cases: 5, lostRevenue: 1_000 });
    expect(isOver({ cases: 5 }, pile)).toBe(true);
    expect(isOver({ cases: 6 }, pile)).toBe(false);
    expect(isOver({ cases: 6, lostRevenue: 1_000 }, pile)).toBe(true);
  });

  it('are acted on where they are narrowest, and wider only for what is left', () => {
    const cells = [
      cell({ region: 'DE-BY', cases: 5 }),
      cell({ region: 'AT', cases: 3 }),
      cell({ cases: 1 }),
    ];
    const names = (cases: number) =>
      topicsToActOn(cells, { cases }, []).map((one) => [one.region, one.cases]);
    expect(names(5)).toEqual([['DE-BY', 5]]);
    expect(names(4)).toEqual([
      ['DE-BY', 5],
      [null, 4],
    ]);
    expect(topicsToActOn(cells, { cases: 3 }, [cell({})])).toEqual([]);
  });

  it('count each loss once, and leave none over the threshold behind', () => {
    fc.assert(
      fc.property(fc.array(anyCell, { maxLength: 12 }), anyCell, (cells, taken) => {
        const threshold = { cases: 6 };
        const found = topicsToActOn(cells, threshold, [taken]);
        const free = cells.filter((one) => !isWithin(one, taken));
        const within = free.filter((one) => found.some((topic) => isWithin(one, topic)));
        expect(total(found)).toBe(total(within));
        const left = free.filter((one) => !within.includes(one));
        expect(pilesOf(left).filter((pile) => isOver(threshold, pile))).toEqual([]);
      }),
    );
  });
});

describe('an action', () => {
  const proposed: PreventionPlan = {
    title: 'A second carrier',
    description: null,
    owner: null,
    dueAt: null,
    expectedFewerPercent: null,
    status: 'proposed',
  };
  const ready = { owner: 'k1', dueAt: '2026-06-30T00:00:00.000Z', expectedFewerPercent: 30 };

  it('needs an owner, a due time and an expected effect from its acceptance on', () => {
    expect(() => changedPlan(proposed, { status: 'accepted' })).toThrow(/owner is required/);
    const accepted = changedPlan(proposed, { ...ready, status: 'accepted' });
    expect(accepted.status).toBe('accepted');
    expect(() => changedPlan(accepted, { owner: null })).toThrow(/owner is required/);
    expect(changedPlan(proposed, { status: 'rejected' }).status).toBe('rejected');
  });

  it('goes forward only, and is not changed once it is over', () => {
    const begun = { ...proposed, ...ready, status: 'in-progress' } as const;
    expect(() => changedPlan(begun, { status: 'accepted' })).toThrow(/cannot become/);
    const done = changedPlan(begun, { status: 'done' });
    expect(() => changedPlan(done, { title: 'Another' })).toThrow(/not changed any more/);
  });
});

describe('the effect of an action', () => {
  const day = (number: number) => new Date(Date.UTC(2026, 0, 1 + number)).toISOString();
  const losses = (from: number, to: number, cases: number, atRisk: number) => ({
    ...{ from: day(from), to: day(to), cases, atRisk },
  });
  const enough = { leastMs: 30 * 86_400_000, leastCases: 10 };

  it('compares rates for each customer at risk, with an interval', () => {
    const effect = effectOf(losses(0, 90, 40, 1_000), losses(90, 180, 20, 2_000), enough);
    expect(effect.per).toBe('customer-month');
    expect(effect.ratio!.ratio).toBeCloseTo(0.25, 12);
    expect(effect.ratio!.to).toBeLessThan(1);
    expect(effect.verdict).toBe('fewer');
  });

  it('goes by time alone where it is not known who was at risk', () => {
    const effect = effectOf(losses(0, 90, 20, 0), losses(90, 135, 20, 2_000), enough);
    expect([effect.per, effect.ratio!.ratio]).toEqual(['month', expect.closeTo(2, 12)]);
    expect(effect.verdict).toBe('more');
  });

  it('says when it is too early, when there is too little, and when it is not clear', () => {
    const verdict = (days: number, before: number, after: number) =>
      effectOf(losses(0, 90, before, 100), losses(90, 90 + days, after, 100), enough).verdict;
    expect(verdict(29, 400, 0)).toBe('too-early');
    expect(verdict(0, 400, 0)).toBe('too-early');
    expect(verdict(90, 6, 0)).toBe('too-few');
    expect(verdict(90, 0, 0)).toBe('too-few');
    expect(verdict(90, 10, 9)).toBe('unclear');
  });
});

describe('rises', () => {
  const now = '2026-06-30T00:00:00.000Z';

  it('are measured against the same time of earlier years, as soon as there is one', () => {
    const { basis, periods } = baselineOf(now, '30d', '2024-04-01T00:00:00.000Z');
    expect(basis).toBe('season');
    expect(periods.map(({ from, to }) => [from.slice(0, 10), to.slice(0, 10)])).toEqual([
      ['2025-06-30', '2025-07-30'],
      ['2025-05-31', '2025-06-30'],
      ['2025-05-01', '2025-05-31'],
      ['2024-06-30', '2024-07-30'],
      ['2024-05-31', '2024-06-30'],
      ['2024-05-01', '2024-05-31'],
    ]);
  });

  it('are measured against the months before in the first year', () => {
    const { basis, periods } = baselineOf(now, '30d', '2026-03-01T00:00:00.000Z');
    expect([basis, periods.length]).toEqual(['recent', 3]);
    expect(periods[0]).toEqual({
      from: '2026-05-01T00:00:00.000Z',
      to: '2026-05-31T00:00:00.000Z',
    });
    expect(baselineOf(now, '30d', now).periods).toEqual([]);
  });

  const found = (cases: number, earlier: number, atRisk = { now: 0, baseline: 0 }, periods = 3) =>
    risesOf(
      { from: '2026-05-31T00:00:00.000Z', to: now },
      [cell({ cases })],
      { basis: 'recent', cells: earlier > 0 ? [cell({ cases: earlier })] : [], periods },
      { casesAtLeast: 5, falseShare: 0.05 },
      atRisk,
    );

  it('are more than chance brings, and never small numbers', () => {
    expect(found(20, 24)).toMatchObject([{ cases: 20, expected: 8, ratio: 2.5, basis: 'recent' }]);
    expect(found(10, 24)).toEqual([]);
    expect(found(4, 0)).toEqual([]);
    expect(found(9, 0)).toMatchObject([{ expected: 0, ratio: null }]);
    expect(found(100, 0, { now: 0, baseline: 0 }, 0)).toEqual([]);
  });

  it('are told once: as wide as they reach, and no wider', () => {
    const of = (shape: Record<string, number>) =>
      Object.entries(shape).map(([region, cases]) => cell({ product: 'box', region, cases }));
    const told = (now: Record<string, number>, earlier: Record<string, number>) =>
      risesOf(
        { from: '2026-05-31T00:00:00.000Z', to: '2026-06-30T00:00:00.000Z' },
        of(now),
        { basis: 'recent', cells: of(earlier), periods: 1 },
        { casesAtLeast: 5, falseShare: 0.05 },
        { now: 0, baseline: 0 },
      ).map(({ product, region, cases }) => [product, region, cases]);
    const earlier = { BY: 10, HH: 10, SN: 10 };
    // In one region alone, although the whole has risen beyond chance, too.
    expect(told({ BY: 60, HH: 11, SN: 10 }, earlier)).toEqual([['box', 'BY', 60]]);
    // Everywhere alike.
    expect(told({ BY: 30, HH: 30, SN: 30 }, earlier)).toEqual([['box', null, 90]]);
    // In two of three.
    expect(told({ BY: 100, HH: 40, SN: 100 }, { BY: 10, HH: 10, SN: 100 })).toEqual([
      ['box', 'BY', 100],
      ['box', 'HH', 40],
    ]);
  });

  it('allow for a company that has grown', () => {
    expect(found(20, 24, { now: 2_500, baseline: 3_000 })).toEqual([]);
    expect(found(20, 24, { now: 1_000, baseline: 3_000 })).toHaveLength(1);
  });
});

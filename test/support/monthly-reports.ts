import { noSums } from '../../domain/ledger.ts';
import {
  rankedCauses,
  type MonthAction,
  type MonthFigures,
  type MonthlyReport,
} from '../../domain/monthly-report.ts';
import type { SuccessGroup } from '../../domain/success-figures.ts';

/* Monthly reports as the tests of their words and looks begin with. */

export function success(fields: Partial<SuccessGroup> = {}): SuccessGroup {
  return {
    ...noSums,
    ...{ group: null, label: null, uplift: null, cases: 0, reached: 0, contacted: 0 },
    ...{ returned: 0, returnedAfterContact: 0, regainedByUs: 0, daysToRegain: null },
    stayed: [0, 0, 0].map(() => ({ of: 0, there: 0 })),
    strict: { regained: 0, 'half-return': 0, pending: 0, not: 0 },
    strictAfterContact: { regained: 0, pending: 0 },
    secondLosses: { same: 0, other: 0, unknown: 0 },
    outcomes: {
      ...{ 'loyal-again': 0, 'lost-again': 0, lost: 0, 'not-pursued': 0 },
      ...{ 'control-group': 0, stopped: 0, 'closed-by-manager': 0 },
    },
    ...fields,
  };
}

export function month(of: string, fields: Partial<MonthFigures> = {}): MonthFigures {
  return {
    month: of,
    lost: {
      ...{ cases: 0, lostRevenue: 0 },
      byTrigger: { cancellation: 0, dormancy: 0, manual: 0 },
      byTier: { A: 0, B: 0, C: 0, D: 0, unrated: 0 },
    },
    ...{ returned: 0, lostAgain: 0, success: success() },
    ...fields,
  };
}

/** A month in which nothing happened, the first one of all. */
export const emptyReport: MonthlyReport = {
  ...{ month: '2026-10', timeZone: 'Europe/Berlin', currency: 'EUR' },
  ...{ from: '2026-09-30T22:00:00.000Z', to: '2026-10-31T23:00:00.000Z' },
  at: '2026-11-02T08:00:00.000Z',
  ...{ now: month('2026-10'), before: null, lastYear: null, causes: [] },
  course: [{ month: '2026-10', lost: 0, returned: 0 }],
  learned: { since: '2024-10-31T23:00:00.000Z', success: success(), arms: [] },
  ...{ rises: [], actions: [] },
  outlook: { open: 0, worth: 0, days: 90, regained: 0, value: 0 },
};

const byTrigger = { cancellation: 31, dormancy: 40, manual: 2 };
const byTier = { A: 6, B: 14, C: 29, D: 20, unrated: 4 };

const topic = {
  ...({ cause: 'disappointed-service', category: 'disappointed-service.delivery' } as const),
  ...{ product: null, region: 'DE-BY' },
};
const categoryName = { de: 'Lieferung', en: 'Delivery' };

export function action(fields: Partial<MonthAction> = {}): MonthAction {
  return {
    ...{ actionId: 'a1', ...topic, categoryName, effect: null, evidence: null, revision: 2 },
    ...{ title: 'A second carrier for the south', status: 'in-progress', expectedFewerPercent: 30 },
    ...{ dueAt: '2026-12-01T08:00:00.000Z', createdAt: '2026-09-15T08:00:00.000Z' },
    ...{ startedAt: '2026-10-05T08:00:00.000Z', endedAt: null },
    ...fields,
  };
}

/** A month with something of everything. */
export const fullReport: MonthlyReport = {
  ...emptyReport,
  now: month('2026-10', {
    lost: { cases: 73, lostRevenue: 4_321_000, byTrigger, byTier },
    ...{ returned: 17, lostAgain: 2 },
    success: success({
      ...{ cases: 58, reached: 35, contacted: 44, returned: 17, returnedAfterContact: 15 },
      ...{ workMinutes: 1_290, work: -86_000, contact: -5_210, concession: -24_000 },
      ...{ revenue: 612_000, margin: 214_200 },
      ...{ strict: { regained: 6, 'half-return': 3, pending: 8, not: 41 }, regainedByUs: 6 },
      strictAfterContact: { regained: 5, pending: 7 },
    }),
  }),
  before: month('2026-09', {
    lost: { cases: 52, lostRevenue: 3_010_000, byTrigger, byTier },
    ...{ returned: 12, lostAgain: 1 },
    success: success({
      ...{ cases: 12, contacted: 12, returned: 8, returnedAfterContact: 8, regainedByUs: 7 },
      ...{ strict: { regained: 7, 'half-return': 1, pending: 0, not: 4 } },
      strictAfterContact: { regained: 7, pending: 0 },
      ...{ work: -30_000, revenue: 250_000, margin: 87_500 },
    }),
  }),
  lastYear: month('2025-10', {
    lost: { cases: 61, lostRevenue: 3_600_500, byTrigger, byTier },
  }),
  causes: rankedCauses([
    ...[{ cause: null, cases: 11, lostRevenue: 320_000, regained: 1, before: 9, lastYear: 12 }],
    ...(
      [
        ['disappointed-complaint', 5, 900_000, 2],
        ['better-offer-price', 24, 1_200_000, 6],
        ['disappointed-service', 33, 1_901_000, 9],
      ] as const
    ).map(([cause, cases, lostRevenue, regained]) => ({
      ...{ cause, cases, lostRevenue, regained, before: 10, lastYear: 20 },
    })),
  ]),
  course: Array.from({ length: 13 }, (_, i) => ({
    month: `${i < 3 ? 2025 : 2026}-${String(((i + 9) % 12) + 1).padStart(2, '0')}`,
    ...{ lost: i === 12 ? 73 : 40 + ((i * 7) % 23), returned: i === 12 ? 17 : 8 + ((i * 5) % 9) },
  })),
  learned: {
    since: '2024-09-30T22:00:00.000Z',
    success: success({
      uplift: {
        treated: { hits: 212, cases: 640 },
        control: { hits: 19, cases: 128 },
        rate: { value: 0.1828, interval: [0.107, 0.2484] },
        resultPerCase: { value: 1_000, interval: [500, 1_500] },
      },
      stayed: [
        { of: 180, there: 151 },
        { of: 122, there: 90 },
        { of: 12, there: 8 },
      ],
      secondLosses: { same: 14, other: 20, unknown: 6 },
    }),
    arms: [
      {
        ...{ kind: 'playbook', objective: 'regained', cause: 'better-offer-price' },
        ...{ tier: 'B', arm: 'price@3' },
        ...{ cases: 88, regained: 39, probability: 0.94 },
      },
    ],
  },
  rises: [
    {
      ...{ riseId: 'r1', ...topic, categoryName, cases: 21, expected: 8.4, ratio: 2.5 },
      ...{ chance: 0.001, basis: 'season', from: '2026-09-28', to: '2026-10-28' },
      ...{ foundAt: '2026-10-12', lastSeenAt: '2026-10-28', endedAt: null },
    },
  ],
  actions: [
    action(),
    action({
      ...{ actionId: 'a2', cause: 'neglected', category: null, categoryName: null, region: null },
      ...{ title: 'neglected', status: 'proposed', dueAt: null, expectedFewerPercent: null },
    }),
    action({
      ...{ actionId: 'a3', title: 'Clear prices', status: 'done' },
      endedAt: '2026-05-05T08:00:00.000Z',
      effect: {
        before: { from: '2026-01-01', to: '2026-04-01', cases: 40, atRisk: 900 },
        after: { from: '2026-05-05', to: '2026-10-05', cases: 19, atRisk: 900 },
        ...{ per: 'customer-month', verdict: 'fewer' },
        ratio: { ratio: 0.48, from: 0.29, to: 0.78 },
      },
    }),
  ],
  outlook: { open: 131, worth: 9_871_000, days: 90, regained: 28.4, value: 2_104_300 },
};

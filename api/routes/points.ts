import * as z from 'zod';
import {
  closePayroll,
  listPayrollClosings,
  listPointEntries,
  payrollEntries,
  pointBalances,
} from '../../db/payroll.ts';
import { DomainError } from '../../domain/errors.ts';
import { achievements, payrollPattern, pointReasons } from '../../domain/incentives.ts';
import { csv } from '../csv.ts';
import { repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, staff, type Call } from '../route.ts';
import { caseId, list, page, taskId, timestamp } from '../schemas/common.ts';

const balanceSchema = z
  .strictObject({
    keyId: z.string(),
    name: z.string(),
    pending: z
      .int()
      .meta({ description: 'not due yet: the observation is not over, or the return not judged' }),
    payable: z.int().meta({ description: 'due, in a payroll period that is not closed' }),
    paid: z.int().meta({ description: 'in payroll periods that are closed' }),
  })
  .meta({ id: 'PointBalance' });

const entrySchema = z
  .strictObject({
    entrySeq: z.int(),
    achievement: z.enum(achievements).meta({
      description:
        'regained: came back; averted: withdrew the cancellation before it took effect; prevented: did not leave after a preventive task',
    }),
    keyId: z.string(),
    caseId: caseId.nullable(),
    taskId: taskId.nullable(),
    points: z.int().meta({ description: 'below 0: taken back' }),
    reason: z.enum(pointReasons).meta({
      description:
        'let-go: whoever had let the customer go earns nothing; second-loss: lost again within the observation; half-return, not-regained: as the strict rule judged the return; corrected: a late fact',
    }),
    policyVersion: z.string().meta({ description: 'whose rules it goes by' }),
    occurredAt: timestamp,
    dueAt: timestamp.meta({
      description: 'the end of the observation, and not before the strict rule has judged',
    }),
    payableAt: timestamp.meta({ description: 'in whose payroll period it is paid' }),
    bookedAt: timestamp,
  })
  .meta({ id: 'PointEntry' });

const closingSchema = z
  .strictObject({
    period: z.string().meta({ example: '2026-03' }),
    closedAt: timestamp,
    closedBy: z.string(),
  })
  .meta({ id: 'PayrollClosing' });

const ofPeriod = z.strictObject({
  period: z
    .string()
    .regex(payrollPattern, 'must be a month like 2026-03')
    .meta({ description: 'a month, by UTC', example: '2026-03' }),
});

const whose = z
  .string()
  .optional()
  .meta({ description: 'ID of a key, or `me`; left out: everybody’s, of an agent the own' });

/** Agents see what is theirs, managers everything. */
function whoseOf({ actor }: Pick<Call, 'actor'>, keyId: string | undefined): string | undefined {
  if (actor.role !== 'agent') return keyId === 'me' ? actor.actorId : keyId;
  if (keyId === undefined || keyId === 'me' || keyId === actor.actorId) return actor.actorId;
  throw new DomainError('forbidden', 'Agents see their own points; others are a manager’s.');
}

type Entries = Awaited<ReturnType<typeof payrollEntries>>;

/** One line for each person. */
function byPerson(period: string, entries: Entries): string {
  const people = new Map<string, { name: string; points: number; entries: number }>();
  for (const { keyId, name, points } of entries) {
    const sum = people.get(keyId) ?? { name, points: 0, entries: 0 };
    people.set(keyId, { name, points: sum.points + points, entries: sum.entries + 1 });
  }
  const rows = [...people]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([keyId, sums]) => ({ period, keyId, ...sums }));
  return csv(rows, ['period', 'keyId', 'name', 'points', 'entries']);
}

const columns = [
  ...([
    'entrySeq',
    'keyId',
    'name',
    'points',
    'achievement',
    'reason',
    'caseId',
    'taskId',
  ] as const),
  ...(['policyVersion', 'occurredAt', 'dueAt', 'payableAt', 'bookedAt'] as const),
] as const;

function byEntry(period: string, entries: Entries): string {
  return csv(
    entries.map((entry) => ({ period, ...entry })),
    ['period', ...columns],
  );
}

export const pointRoutes = [
  route({
    method: 'get',
    path: '/api/v1/points',
    name: 'listPointBalances',
    summary: 'Points for regains and avoided losses: each person’s sums, by name',
    description: 'Agents see their own.',
    roles: staff,
    query: z.strictObject({ keyId: whose, ...page }),
    answers: { 200: { description: 'A page of balances', schema: list(balanceSchema) } },
    handle: async (call) => {
      const { keyId, ...page } = call.query;
      const of = { keyId: whoseOf(call, keyId), at: call.at };
      const balances = await pointBalances(call.db, of);
      return { status: 200, body: pageOfAll(balances, (one) => one.keyId, page) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/points/entries',
    name: 'listPointEntries',
    summary: 'The ledger of points, the newest entry first; no entry is ever changed',
    description: 'Agents see their own.',
    roles: staff,
    query: z.strictObject({ keyId: whose, ...page }),
    answers: { 200: { description: 'A page of entries', schema: list(entrySchema) } },
    handle: async (call) => {
      const { keyId, ...page } = call.query;
      const body = await listPointEntries(call.db, whoseOf(call, keyId), page);
      return { status: 200, body };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/payroll',
    name: 'listPayrollClosings',
    summary: 'Payroll periods that are closed, the newest first',
    roles: managers,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of periods', schema: list(closingSchema) } },
    handle: async ({ db, query }) => {
      const all = await listPayrollClosings(db);
      return { status: 200, body: pageOfAll(all, ({ period }) => period, query) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/payroll/{period}',
    name: 'exportPayroll',
    summary: 'What a payroll period pays, as CSV',
    description:
      'A line for each person, or for each entry. Before it is closed it may still change.',
    roles: managers,
    params: ofPeriod,
    query: z.strictObject({ by: z.enum(['person', 'entry']).default('person') }),
    answers: { 200: { description: 'UTF-8, comma, a header', type: 'text/csv' } },
    handle: async ({ db, params: { period }, query }) => {
      const entries = await payrollEntries(db, period);
      const body = query.by === 'person' ? byPerson(period, entries) : byEntry(period, entries);
      const name = `points-${period}-by-${query.by}.csv`;
      return {
        status: 200,
        body,
        type: 'text/csv',
        headers: { 'Content-Disposition': `attachment; filename="${name}"` },
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/payroll/{period}/close',
    name: 'closePayroll',
    summary: 'Close a payroll period: it never changes again, later corrections go to the next',
    roles: managers,
    params: ofPeriod,
    answers: { 200: { description: 'Closed', schema: closingSchema } },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, actor, params, idempotencyKey } = call;
      const { period } = params;
      const earlier = await repeated(call, {
        action: 'payroll.close',
        target: period,
        request: {},
      });
      if (earlier) {
        const closings = await listPayrollClosings(db);
        return { status: 200, body: closings.find((one) => one.period === period) };
      }
      const asked = { actor, request: {}, idempotencyKey };
      return { status: 200, body: await closePayroll(db, period, { asked, at }) };
    },
  }),
];

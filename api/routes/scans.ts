import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { recordDone } from '../../db/commands.ts';
import { namesOf } from '../../db/customers.ts';
import { getScan, listScans, listWaiting, startScan } from '../../db/scans.ts';
import { DomainError } from '../../domain/errors.ts';
import { scanOrigins, type ScanRecord } from '../../domain/records.ts';
import { detectionWords, triggerDetailOf, triggerDetails } from '../../domain/silent-loss.ts';
import { repeated } from '../idempotency.ts';
import { managers, route, type Answer } from '../route.ts';
import { count, customerId, list, money, page, timestamp } from '../schemas/common.ts';
import {
  fallbackSchema,
  ruleSchema,
  silentLossJson,
  silentLossSchema,
  thresholdSchema,
} from '../schemas/silent-loss.ts';

const scanSchema = z
  .strictObject({
    scanId: z.string(),
    origin: z.enum(scanOrigins).meta({ description: 'asked for, or begun by the schedule' }),
    status: z.enum(['running', 'completed', 'failed']),
    progress: z.number().min(0).max(1),
    startedAt: timestamp,
    finishedAt: timestamp.nullable(),
    customers: count.meta({ description: 'to look at' }),
    scanned: count.meta({ description: 'looked at so far' }),
    dormant: count.meta({ description: 'lost silently, of those looked at so far' }),
    worthwhile: count.meta({ description: 'of them worth a case: candidates' }),
    opened: count.meta({ description: 'cases opened' }),
    waiting: count.meta({ description: 'candidates for whom the team has no place now' }),
    error: z.string().nullable(),
    detection: z
      .strictObject({
        text: z
          .string()
          .meta({ example: 'Lost is who is silent for more than 90 days (fixed-days)' }),
        rule: ruleSchema,
        threshold: thresholdSchema,
        fallback: fallbackSchema,
        horizonDays: z.number().min(0),
      })
      .nullable()
      .meta({ description: 'how it tells the lost from the others; null before it has begun to' }),
  })
  .meta({ id: 'Scan' });

function scanJson({ total, cursor: _cursor, ...record }: ScanRecord): z.output<typeof scanSchema> {
  const share = total === 0 ? 0 : Math.min(1, record.scanned / total);
  const progress = record.status === 'completed' ? 1 : share;
  const { detection } = record;
  const shown = detection && { text: detectionWords(detection), ...detection };
  return { ...record, customers: total, progress, detection: shown };
}

const candidateSchema = z
  .strictObject({
    customerId,
    name: z.string().nullable(),
    secondLifetimeValue: money('what the customer would bring if regained'),
    expectedGain: money('that value × chance of return − cost of trying'),
    gainPerHour: money('the expected gain for each hour of work, by which they are ranked'),
    triggerDetail: z.enum(triggerDetails),
    silentLoss: silentLossSchema,
    foundAt: timestamp,
  })
  .meta({ id: 'Candidate' });

const timeRule = 'must be a time of day like 02:30';
const localTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, timeRule)
  .meta({ description: "in the company's time zone", example: '02:30' });
const scheduleSchema = z
  .strictObject({
    at: localTime,
    timeZone: z.string().meta({ example: 'Europe/Berlin' }),
    paused: z.boolean(),
    nextAt: timestamp.nullable().meta({ description: 'null while paused' }),
    lastAt: timestamp.nullable(),
  })
  .meta({ id: 'ScanSchedule' });

function started(record: ScanRecord, created: boolean): Answer {
  return {
    status: created ? 201 : 200,
    headers: { Location: `/api/v1/scans/${record.scanId}` },
    body: scanJson(record),
  };
}

export const scanRoutes = [
  route({
    method: 'post',
    path: '/api/v1/scans',
    name: 'startScan',
    summary: 'Look for dormant customers now',
    description: 'Opens cases for the most valuable ones, as many as the team can serve.',
    roles: managers,
    answers: {
      200: { description: 'A scan is running already: this one', schema: scanSchema },
      201: { description: 'The scan begins; Location names it', schema: scanSchema },
    },
    problems: ['idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, idempotencyKey, at } = call;
      const before = await repeated(call, { action: 'scan.start', request: {} });
      if (before) {
        return started((await getScan(db, before.target))!, before.request['answer'] === 'created');
      }
      const asked = { actor, request: {}, idempotencyKey };
      const { record, created } = await startScan(db, { scanId: randomUUID(), at }, asked);
      return started(record, created);
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/scans',
    name: 'listScans',
    summary: 'List scans, the newest first',
    roles: managers,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of scans', schema: list(scanSchema) } },
    handle: async ({ db, query }) => {
      const { items, nextCursor } = await listScans(db, query);
      return { status: 200, body: { items: items.map(scanJson), nextCursor } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/candidates',
    name: 'listCandidates',
    summary: 'Dormant customers who wait for a free place of the team, the next one first',
    description:
      'Found by the last scan. A free place is given to the next of them within minutes; whoever buys, cancels or objects meanwhile leaves the list, and it ends with the next scan or when it is too old.',
    roles: managers,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of candidates', schema: list(candidateSchema) } },
    handle: async ({ db, policy, at, query }) => {
      const { currency } = policy;
      const { items, nextCursor } = await listWaiting(db, { policy, at }, query);
      const inMoney = (amount: number) => ({ amount, currency });
      const names = await namesOf(
        db,
        items.map(({ customerId }) => customerId),
      );
      const candidates = items.map((candidate) => ({
        ...candidate,
        name: names.get(candidate.customerId) ?? null,
        secondLifetimeValue: inMoney(candidate.secondLifetimeValue),
        expectedGain: inMoney(candidate.expectedGain),
        gainPerHour: inMoney(candidate.gainPerHour),
        triggerDetail: triggerDetailOf(candidate.silentLoss),
        silentLoss: silentLossJson(candidate.silentLoss),
      }));
      return { status: 200, body: { items: candidates, nextCursor } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/scan-schedule',
    name: 'getScanSchedule',
    summary: 'When the nightly scan runs',
    roles: managers,
    answers: { 200: { description: 'The schedule', schema: scheduleSchema } },
    problems: ['unavailable'],
    handle: async ({ scanSchedules }) => ({ status: 200, body: await scanSchedules.get() }),
  }),
  route({
    method: 'post',
    path: '/api/v1/scan-schedule',
    name: 'changeScanSchedule',
    summary: 'Move, pause or resume the nightly scan',
    description:
      'What is left out stays as it is. A night that passes while paused is not caught up.',
    roles: managers,
    body: z.strictObject({ at: localTime.optional(), paused: z.boolean().optional() }),
    example: { at: '03:15', paused: false },
    answers: { 200: { description: 'The schedule as it is now', schema: scheduleSchema } },
    problems: ['unavailable', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, scanSchedules, actor, at, body, idempotencyKey } = call;
      const before = await repeated(call, { action: 'scan-schedule.change', request: body });
      if (before) return { status: 200, body: await scanSchedules.get() };
      const schedule = await scanSchedules.change(body);
      const done = { action: 'scan-schedule.change', target: '', caseId: null, at };
      await recordDone(db, { actor, request: body, idempotencyKey }, done);
      return { status: 200, body: schedule };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/scans/{scanId}',
    name: 'getScan',
    summary: 'How far a scan is, and what it found',
    roles: managers,
    params: z.strictObject({ scanId: z.string() }),
    answers: { 200: { description: 'The scan', schema: scanSchema } },
    problems: ['not-found'],
    handle: async ({ db, params }) => {
      const record = await getScan(db, params.scanId);
      if (!record) throw new DomainError('not-found', 'There is no such scan.');
      return { status: 200, body: scanJson(record) };
    },
  }),
];

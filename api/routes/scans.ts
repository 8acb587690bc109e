import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { getScan, startScan } from '../../db/scans.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ScanRecord } from '../../domain/records.ts';
import { repeated } from '../idempotency.ts';
import { managers, route, type Answer } from '../route.ts';
import { timestamp } from '../schemas/common.ts';

const count = z.int().min(0);
const scanSchema = z
  .strictObject({
    scanId: z.string(),
    status: z.enum(['running', 'completed', 'failed']),
    progress: z.number().min(0).max(1),
    startedAt: timestamp,
    finishedAt: timestamp.nullable(),
    customers: count.meta({ description: 'to look at' }),
    scanned: count.meta({ description: 'looked at so far' }),
    dormant: count.meta({ description: 'found dormant so far' }),
    opened: count.meta({ description: 'cases opened' }),
    waiting: count.meta({ description: 'dormant, but the team has no capacity for them now' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'Scan' });

function scanJson({ total, cursor: _cursor, ...record }: ScanRecord): z.output<typeof scanSchema> {
  const share = total === 0 ? 0 : Math.min(1, record.scanned / total);
  const progress = record.status === 'completed' ? 1 : share;
  return { ...record, customers: total, progress };
}

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

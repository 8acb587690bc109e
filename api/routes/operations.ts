import * as z from 'zod';
import { HttpProblem } from '../errors.ts';
import { everyone, route } from '../route.ts';
import { problemSchema } from '../schemas/problem.ts';

const check = z.strictObject({ ok: z.boolean(), detail: z.string() });
const checks = z.strictObject({ database: check, temporal: check, worker: check });

export const operationRoutes = [
  route({
    method: 'get',
    path: '/healthz',
    name: 'health',
    summary: 'This process is alive',
    roles: 'anyone',
    answers: {
      200: { description: 'Alive', schema: z.strictObject({ status: z.literal('ok') }) },
    },
    handle: async () => ({ status: 200, body: { status: 'ok' } }),
  }),
  route({
    method: 'get',
    path: '/readyz',
    name: 'readiness',
    summary: 'Everything is there that work needs',
    description: 'The database, the Temporal namespace, and a worker that polls.',
    roles: 'anyone',
    answers: {
      200: {
        description: 'Ready',
        schema: z.strictObject({ status: z.literal('ready'), checks }).meta({ id: 'Readiness' }),
      },
      503: {
        description: 'Something is missing',
        schema: problemSchema.extend({ checks }).meta({ id: 'NotReady' }),
        type: 'application/problem+json',
      },
    },
    handle: async ({ readiness }) => {
      const checks = await readiness();
      const missing = Object.entries(checks).flatMap(([name, { ok }]) => (ok ? [] : [name]));
      if (missing.length === 0) return { status: 200, body: { status: 'ready', checks } };
      throw new HttpProblem('unavailable', `Missing: ${missing.join(', ')}.`, [], { checks });
    },
  }),
  route({
    method: 'get',
    path: '/metrics',
    name: 'metrics',
    summary: 'Figures for Prometheus, without personal data',
    roles: everyone,
    answers: { 200: { description: 'Prometheus text format', type: 'text/plain' } },
    handle: async ({ metrics }) => ({
      status: 200,
      body: await metrics.text(),
      type: 'text/plain; version=0.0.4; charset=utf-8',
    }),
  }),
];

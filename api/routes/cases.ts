import * as z from 'zod';
import { statedBy } from '../../db/case-causes.ts';
import { getCase, listCases, openCase, timelineOf } from '../../db/cases.ts';
import { catchUp } from '../../db/events.ts';
import { getCustomer } from '../../db/customers.ts';
import { companyHours } from '../../db/holidays.ts';
import { getPolicy } from '../../db/policies.ts';
import { workingTimeBefore } from '../../domain/calendar.ts';
import { after } from '../../domain/duration.ts';
import { DomainError } from '../../domain/errors.ts';
import { recoveryWorkflowId } from '../../domain/ids.ts';
import type { CaseRecord } from '../../domain/records.ts';
import { caseStatuses, causes, outcomes, steps, tiers, triggers } from '../../domain/words.ts';
import { assigneeOf } from '../assignee.ts';
import { carryOut } from '../commands.ts';
import { shownCase, shownCases } from '../case-insight.ts';
import { repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { callerSees, sightOfCaller } from '../sight.ts';
import { everyone, managers, route, type Answer, type Call } from '../route.ts';
import {
  caseSchema,
  keptSchema,
  timelineJson,
  timelineSchema,
  workflowSchema,
} from '../schemas/case.ts';
import { caseId, customerId, list, page, text, time } from '../schemas/common.ts';
import { invalid } from '../validation.ts';

const params = z.strictObject({ caseId });
const reason = text(1_000).meta({ description: 'why; kept with the command', example: 'Settled.' });

const openCaseBody = z.strictObject({
  customerId,
  trigger: z.enum(triggers),
  reason: text(2_000).optional().meta({
    description:
      'One of our causes or of your categories by its code, or what the customer said in their own words',
  }),
});
type OpenCase = z.output<typeof openCaseBody>;

/** The case, if the caller sees it. */
export async function theCase(
  call: Pick<Call<{ caseId: string }>, 'db' | 'actor' | 'policy' | 'at' | 'params'>,
): Promise<CaseRecord> {
  const { db, params } = call;
  const record = await getCase(db, params.caseId);
  if (!record || !callerSees(call, record.caseId)) {
    throw new DomainError('not-found', 'There is no such case.');
  }
  return record;
}

async function openedCase(call: Call<unknown, unknown, OpenCase>): Promise<Answer> {
  const { db, policy, actor, at, body, idempotencyKey } = call;
  const { customerId, trigger, reason = null } = body;
  const before = await repeated(call, { action: 'case.open', request: body });
  if (before) {
    const created = before.request['answer'] === 'created';
    return opened(call, (await getCase(db, before.target))!, created);
  }
  await catchUp(db, () => at);
  if (!(await getCustomer(db, customerId))) {
    throw new DomainError('not-found', 'There is no such customer.', [
      { field: 'customerId', rule: 'must be the ID of a customer that was reported' },
    ]);
  }
  const stated = statedBy(db, reason);
  const newCase = {
    customerId,
    trigger,
    statedCause: stated.cause,
    statedCategory: stated.category,
    statedReason: stated.reason,
    effectiveAt: null,
    openedBy: actor.actorId,
    policy,
    at,
  };
  const { record, created } = await openCase(db, newCase, { actor, request: body, idempotencyKey });
  return opened(call, record, created);
}

async function opened(call: Call, record: CaseRecord, created: boolean): Promise<Answer> {
  return {
    status: created ? 201 : 200,
    headers: { Location: `/api/v1/cases/${encodeURIComponent(record.caseId)}` },
    body: await shownCase(call, record),
  };
}

type CaseOrder = z.ZodType<{ reason: string; until?: string }>;

/** What a manager tells a running case to do. */
function command(verb: 'close' | 'pause' | 'resume', summary: string, body: CaseOrder) {
  return route({
    method: 'post',
    path: `/api/v1/cases/{caseId}/${verb}`,
    name: `${verb}Case`,
    summary,
    roles: managers,
    params,
    body,
    answers: {
      200: { description: 'Done: the case as it stands now', schema: caseSchema },
      202: { description: 'Kept: the engine does not answer just now', schema: keptSchema },
    },
    problems: ['not-found', 'case-not-open', 'refused', 'idempotency-key-reused'],
    handle: async (call) => {
      const record = await theCase(call);
      const order = {
        action: `case.${verb}` as const,
        target: record.caseId,
        caseId: record.caseId,
        customerId: record.customerId,
        request: call.body,
        check: () => mustBeAllowed(call, record),
      };
      return carryOut(call, order, async () => shownCase(call, await theCase(call)));
    },
  });
}

async function mustBeAllowed(
  { db, policy, at, body }: Call<unknown, unknown, { until?: string }>,
  record: CaseRecord,
) {
  if (record.status !== 'open') throw new DomainError('case-not-open', 'The case is closed.');
  if (body.until === undefined) return;
  const { pauseAtMost } = (await getPolicy(db, record.policyVersion)) ?? policy;
  if (body.until <= at || body.until > after(at, pauseAtMost)) {
    throw invalid([
      { field: 'until', rule: `must be in the future and at most ${pauseAtMost} away` },
    ]);
  }
}

export const caseRoutes = [
  route({
    method: 'post',
    path: '/api/v1/cases',
    name: 'openCase',
    summary: 'Open a case, or find the open one',
    roles: ['sales-system', 'manager', 'admin'],
    body: openCaseBody,
    example: { customerId: 'C-1042', trigger: 'manual', reason: 'disappointed-service' },
    answers: {
      200: { description: 'The customer has an open case already: this one', schema: caseSchema },
      201: { description: 'The case is open; Location names it', schema: caseSchema },
    },
    problems: ['not-found', 'idempotency-key-reused'],
    handle: openedCase,
  }),
  route({
    method: 'get',
    path: '/api/v1/cases',
    name: 'listCases',
    summary: 'List cases, the newest first',
    description: 'Agents see those that have or had a task of their teams, or none yet.',
    roles: everyone,
    query: z.strictObject({
      status: z.enum(caseStatuses).optional(),
      step: z.enum(steps).optional(),
      trigger: z.enum(triggers).optional(),
      cause: z.enum(causes).optional(),
      tier: z.enum(tiers).optional(),
      outcome: z.enum(outcomes).optional(),
      assignee: text(100).optional().meta({
        description:
          'cases with an open task of this key; `me`: of the one that asks; `none`: in the team queue',
      }),
      overdue: z.enum(['true', 'false']).optional().meta({
        description:
          'open cases that have waited longer than the policy allows; `false`: all others',
      }),
      customerId: customerId.optional(),
      ...page,
    }),
    answers: { 200: { description: 'A page of cases', schema: list(caseSchema) } },
    handle: async (call) => {
      const { db, policy, actor, at, query } = call;
      const { limit, cursor, overdue, assignee, ...filter } = query;
      const overdueBefore = workingTimeBefore(at, policy.overdueAfter, companyHours(db, policy));
      const { items, nextCursor } = await listCases(
        db,
        {
          ...filter,
          assignee: assigneeOf(assignee, actor),
          dueBefore: overdue === 'true' ? overdueBefore : undefined,
          notDueBefore: overdue === 'false' ? overdueBefore : undefined,
          sight: sightOfCaller(call),
        },
        { limit, cursor },
      );
      return { status: 200, body: { items: await shownCases(call, items), nextCursor } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}',
    name: 'getCase',
    summary: 'A case and where it stands',
    roles: everyone,
    params,
    answers: { 200: { description: 'The case', schema: caseSchema } },
    problems: ['not-found'],
    handle: async (call) => ({ status: 200, body: await shownCase(call, await theCase(call)) }),
  }),
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/timeline',
    name: 'getTimeline',
    summary: 'What happened in a case and why, oldest first',
    roles: everyone,
    params,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of the timeline', schema: list(timelineSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const { caseId } = await theCase(call);
      const entries = await timelineOf(call.db, caseId);
      const { items, nextCursor } = pageOfAll(entries, ({ seq }) => String(seq), call.query);
      return { status: 200, body: { items: items.map(timelineJson), nextCursor } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/workflow',
    name: 'getWorkflow',
    summary: 'The workflow that carries out a case, for engineers',
    roles: managers,
    params,
    answers: { 200: { description: 'The workflow', schema: workflowSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const workflowId = recoveryWorkflowId((await theCase(call)).customerId);
      const { temporalUi: ui } = call;
      const path = `workflows/${encodeURIComponent(workflowId)}`;
      const url = ui && `${ui.url}/namespaces/${encodeURIComponent(ui.namespace)}/${path}`;
      return { status: 200, body: { workflowId, url } };
    },
  }),
  command('close', 'Close a case', z.strictObject({ reason })),
  command(
    'pause',
    'Pause a case until a date: nothing falls due meanwhile',
    z.strictObject({ reason, until: time }),
  ),
  command('resume', 'End the pause of a case', z.strictObject({ reason })),
];

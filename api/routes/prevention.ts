import * as z from 'zod';
import { standingRises } from '../../db/loss-rises.ts';
import { lossCells } from '../../db/losses.ts';
import {
  changeAction,
  changesOfAction,
  createAction,
  currentActions,
  effectOfAction,
  getAction,
  listActions,
} from '../../db/prevention-actions.ts';
import { before } from '../../domain/duration.ts';
import { DomainError } from '../../domain/errors.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import {
  isOver,
  pilesOf,
  preventionStatuses,
  topicKey,
  type PreventionPlan,
  type PreventionRecord,
} from '../../domain/prevention.ts';
import { repeated } from '../idempotency.ts';
import { managers, route, type Call } from '../route.ts';
import { mustBeOffered } from '../schemas/cause.ts';
import { list, page, timestamp } from '../schemas/common.ts';
import {
  actionJson,
  actionSchema,
  fullActionJson,
  fullActionSchema,
  planFields,
  revisionField,
  riseJson,
  riseSchema,
  topicFields,
  topicSchema,
} from '../schemas/prevention.ts';
import { mustBeStaff } from '../staff.ts';
import { answer, format, period as reportPeriod, periodOf } from '../report.ts';

const ofAction = z.strictObject({ actionId: z.string() });

/** Under a policy without the section nothing is proposed; what is asked for goes by the standard's. */
function preventionOf({ policy }: Pick<Call, 'policy'>) {
  return policy.prevention ?? standardPolicy.prevention!;
}

async function full(call: Call, record: PreventionRecord) {
  const { db, policy, at } = call;
  const changes = await changesOfAction(db, record.actionId);
  const effect = await effectOfAction(db, record, { prevention: preventionOf(call), at });
  return fullActionJson(record, { changes, effect }, policy.currency);
}

async function theAction({ db }: Call, actionId: string): Promise<PreventionRecord> {
  const record = await getAction(db, actionId);
  if (!record) throw new DomainError('not-found', 'There is no such action.');
  return record;
}

type Change = { [Field in keyof PreventionPlan]?: PreventionPlan[Field] | undefined };

async function changed(
  call: Call<{ actionId: string }>,
  { revision, ...fields }: Change & { revision: number },
) {
  const { db, actor, at, params, idempotencyKey } = call;
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const change = Object.fromEntries(given) as Partial<PreventionPlan>;
  if (change.owner) await mustBeStaff(call, change.owner, 'owner');
  const asked = { actor, request: { revision, ...change }, idempotencyKey };
  const record = await changeAction(db, params.actionId, { change, revision, asked, at });
  return { status: 200, body: await full(call, record) };
}

const definitions = {
  cases:
    'Cases opened in the last `period` of the policy, but for those whose customer turned out not to be lost and those whose cause is not known',
  topic:
    'cause, your own category below it, product (what the customer bought most of in the year up to the loss, else their field `product`) and region (their field `region`, else the country); null: whichever',
  rise: 'Cases of the last `rises.period` of the policy against the same time of up to three earlier years with the periods around it (`season`), or without a whole earlier year the twelve periods before (`recent`)',
  expected: 'As many as the baseline had, by its length and by how many customers could be lost',
  chance:
    'Of so many cases or more by chance alone: the exact test of two Poisson rates, adjusted for the number of topics (Benjamini and Hochberg); a rise is at most the policy’s `rises.falseShare` and at least `rises.casesAtLeast` cases',
};

export const preventionRoutes = [
  route({
    method: 'get',
    path: '/api/v1/prevention/topics',
    name: 'listTopics',
    summary: 'What losses have in common, from the narrowest topic to whole causes',
    description:
      'Within each number of traits the most lost revenue first. A loss is in every topic that it is within.',
    roles: managers,
    query: z.strictObject({ ...reportPeriod, ...format }),
    answers: {
      200: {
        description: 'The topics, at most 1,000, with definitions',
        schema: z
          .strictObject({
            from: timestamp,
            to: timestamp,
            topics: z.array(topicSchema),
            definitions: z.record(z.string(), z.string()),
          })
          .meta({ id: 'TopicReport' }),
        also: ['text/csv'],
      },
    },
    handle: async (call) => {
      const { db, at, policy, query } = call;
      const { period, threshold } = preventionOf(call);
      const to = query.to ?? at;
      const { from = before(to, period) } = periodOf({ ...query, to });
      const byTopic = new Map((await currentActions(db)).map((one) => [topicKey(one), one]));
      const topics = pilesOf(lossCells(db, { from, to })).slice(0, 1_000);
      const body = {
        ...{ from, to },
        topics: topics.map((pile) => ({
          ...pile,
          lostRevenue: { amount: pile.lostRevenue, currency: policy.currency },
          over: isOver(threshold, pile),
          actionId: byTopic.get(topicKey(pile))?.actionId ?? null,
        })),
        definitions,
      };
      return answer(call, body, {
        columns: [
          ...['cause', 'category', 'product', 'region', 'cases', 'lostRevenue', 'currency'],
          ...['over', 'actionId'],
        ],
        rows: () =>
          body.topics.map(({ lostRevenue: { amount, currency }, ...topic }) => ({
            ...{ ...topic, lostRevenue: amount, currency },
          })),
      });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/reports/rises',
    name: 'reportRises',
    summary: 'Causes that have risen beyond chance, found without being asked for',
    roles: managers,
    query: z.strictObject(format),
    answers: {
      200: {
        description: 'Those that go on, the least probable first, with definitions',
        schema: z
          .strictObject({
            rises: z.array(riseSchema),
            definitions: z.record(z.string(), z.string()),
          })
          .meta({ id: 'RiseReport' }),
        also: ['text/csv'],
      },
    },
    handle: async (call) => {
      const rises = (await standingRises(call.db)).map(riseJson);
      return answer(
        call,
        { rises, definitions },
        {
          columns: Object.keys(riseSchema.shape),
          rows: () => rises,
        },
      );
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/prevention/actions',
    name: 'listActions',
    summary: 'What is done about causes, the newest first',
    roles: managers,
    query: z.strictObject({
      status: z.enum(preventionStatuses).optional(),
      owner: z.string().optional().meta({ description: 'ID of a key, or `me`' }),
      ...page,
    }),
    answers: { 200: { description: 'A page of actions', schema: list(actionSchema) } },
    handle: async ({ db, actor, policy, query }) => {
      const { status, owner, ...page } = query;
      const filter = { status, owner: owner === 'me' ? actor.actorId : owner };
      const { items, nextCursor } = await listActions(db, filter, page);
      const body = { items: items.map((one) => actionJson(one, policy.currency)), nextCursor };
      return { status: 200, body };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/prevention/actions',
    name: 'createAction',
    summary: 'Propose something against a topic that the engine has not proposed',
    roles: managers,
    body: z.strictObject({
      cause: topicFields.cause,
      category: topicFields.category.default(null),
      product: topicFields.product.default(null),
      region: topicFields.region.default(null),
      title: planFields.title,
      description: planFields.description.default(null),
      owner: planFields.owner.default(null),
      dueAt: planFields.dueAt.default(null),
      expectedFewerPercent: planFields.expectedFewerPercent.default(null),
    }),
    example: {
      ...{
        cause: 'disappointed-service',
        region: 'DE-BY',
        title: 'A second carrier for the south',
      },
      ...{ dueAt: '2026-06-30T00:00:00Z', expectedFewerPercent: 30 },
    },
    answers: { 201: { description: 'The action', schema: fullActionSchema } },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, body, idempotencyKey } = call;
      const asked = { action: 'prevention.create' as const, request: body };
      const earlier = await repeated(call, asked);
      if (earlier) {
        return { status: 201, body: await full(call, await theAction(call, earlier.target)) };
      }
      const { cause, category, product, region, ...plan } = body;
      if (category !== null) await mustBeOffered(db, { cause, category });
      if (plan.owner !== null) await mustBeStaff(call, plan.owner, 'owner');
      const topic = { cause, category, product, region };
      const told = { asked: { actor, request: body, idempotencyKey }, at };
      const record = await createAction(db, topic, plan, told);
      return { status: 201, body: await full(call, record) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/prevention/actions/{actionId}',
    name: 'getAction',
    summary: 'An action with its history and, once it is done, its effect',
    roles: managers,
    params: ofAction,
    answers: { 200: { description: 'The action', schema: fullActionSchema } },
    problems: ['not-found'],
    handle: async (call) => ({
      status: 200,
      body: await full(call, await theAction(call, call.params.actionId)),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/v1/prevention/actions/{actionId}',
    name: 'changeAction',
    summary: 'Change, accept, begin or reject an action',
    description:
      'From `accepted` on it needs an owner, a due time and an expected effect. What is done or rejected is not changed any more.',
    roles: managers,
    params: ofAction,
    body: z.strictObject({
      revision: revisionField,
      title: planFields.title.optional(),
      description: planFields.description.optional(),
      owner: planFields.owner.optional(),
      dueAt: planFields.dueAt.optional(),
      expectedFewerPercent: planFields.expectedFewerPercent.optional(),
      status: z.enum(['accepted', 'in-progress', 'rejected']).optional(),
    }),
    example: { revision: 1, status: 'rejected' },
    answers: { 200: { description: 'The action as it is now', schema: fullActionSchema } },
    problems: ['not-found', 'conflict'],
    handle: async (call) => changed(call, call.body),
  }),
  route({
    method: 'post',
    path: '/api/v1/prevention/actions/{actionId}/complete',
    name: 'completeAction',
    summary: 'Note that an action is done: its effect is measured from now on',
    roles: managers,
    params: ofAction,
    body: z.strictObject({ revision: revisionField }),
    answers: { 200: { description: 'The action as it is now', schema: fullActionSchema } },
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { actionId } = call.params;
      const change = { ...call.body, status: 'done' as const };
      if (
        await repeated(call, { action: 'prevention.change', target: actionId, request: change })
      ) {
        return { status: 200, body: await full(call, await theAction(call, actionId)) };
      }
      return changed(call, change);
    },
  }),
];

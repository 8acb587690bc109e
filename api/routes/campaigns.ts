import * as z from 'zod';
import {
  countForCampaign,
  getCampaign,
  listCampaigns,
  listRecontacts,
  startCampaign,
  stopCampaign,
} from '../../db/recontacts.ts';
import { DomainError } from '../../domain/errors.ts';
import {
  recontactOrigins,
  recontactRefusals,
  recontactStatuses,
  type CampaignProgress,
} from '../../domain/recontacts.ts';
import { causes } from '../../domain/words.ts';
import { repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, type Call } from '../route.ts';
import {
  caseId,
  count,
  customerId,
  list,
  money,
  page,
  text,
  timestamp,
} from '../schemas/common.ts';

const narrower = (description: string) =>
  text(200)
    .nullable()
    .default(null)
    .meta({ description: `as in topics of prevention: ${description}` });

const reach = {
  causes: z
    .array(z.enum(causes))
    .min(1, 'must name at least one cause')
    .max(causes.length)
    .meta({ description: 'that are gone; the cases that they have closed are opened again' }),
  category: narrower('only cases of this category of your own'),
  product: narrower(
    'only who bought most of it in the year up to the loss, else whose field `product` says so',
  ),
  region: narrower('only customers whose field `region`, else whose country says so'),
};

const campaignSchema = z
  .strictObject({
    campaignId: z.string(),
    title: z.string(),
    causes: z.array(z.enum(causes)),
    category: z.string().nullable(),
    product: z.string().nullable(),
    region: z.string().nullable(),
    createdAt: timestamp,
    createdBy: z.string(),
    stoppedAt: timestamp.nullable(),
    waiting: count.meta({ description: 'customers who wait for a place of the team' }),
    opened: count.meta({ description: 'of them with a new case' }),
    leftOut: count.meta({ description: 'with whom something spoke against it, or it was stopped' }),
  })
  .meta({ id: 'Campaign' });

function campaignJson({
  'left-out': leftOut,
  ...record
}: CampaignProgress): z.output<typeof campaignSchema> {
  return { ...record, leftOut };
}

const recontactSchema = z
  .strictObject({
    caseId: caseId.meta({ description: 'the closed one' }),
    customerId,
    origin: z
      .enum(recontactOrigins)
      .meta({ description: 'agreed with the customer (`recontactAt`), or by a campaign' }),
    campaignId: z.string().nullable(),
    dueAt: timestamp,
    expectedGain: money('of the closed case; ranks who waits for a campaign'),
    status: z.enum(recontactStatuses),
    leftOut: z.enum(recontactRefusals).nullable().meta({ description: 'why there is no new case' }),
    openedCaseId: caseId.nullable(),
    settledAt: timestamp.nullable(),
  })
  .meta({ id: 'Recontact' });

const ofCampaign = z.strictObject({ campaignId: z.string() });
const answers = { 200: { description: 'The campaign', schema: campaignSchema } };

async function theCampaign({ db }: Pick<Call, 'db'>, campaignId: string) {
  const campaign = await getCampaign(db, campaignId);
  if (!campaign) throw new DomainError('not-found', 'There is no such campaign.');
  return campaignJson(campaign);
}

export const campaignRoutes = [
  route({
    method: 'get',
    path: '/api/v1/campaigns',
    name: 'listCampaigns',
    summary: 'Campaigns, the newest first, with how far they are',
    roles: managers,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of campaigns', schema: list(campaignSchema) } },
    handle: async ({ db, query }) => {
      const all = (await listCampaigns(db)).map(campaignJson);
      return { status: 200, body: pageOfAll(all, ({ campaignId }) => campaignId, query) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/campaigns/preview',
    name: 'previewCampaign',
    summary: 'How many customers a campaign would put in line; changes nothing',
    roles: managers,
    body: z.strictObject(reach),
    example: { causes: ['disappointed-product'] },
    answers: {
      200: {
        description: 'How many',
        schema: z.strictObject({ customers: count }).meta({ id: 'CampaignReach' }),
      },
    },
    handle: async ({ db, body }) => ({
      status: 200,
      body: { customers: await countForCampaign(db, body) },
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/campaigns',
    name: 'startCampaign',
    summary: 'Open again, in one step, the cases that a cause had closed and that is gone now',
    description:
      'Every customer whose last case was lost (once or again), not pursued or closed by a manager for one of the causes, who has neither bought nor withdrawn since and has not objected, is put in line; `category`, `product` and `region` are those of a topic, so that what an action was about can be given as it is. They get a new case as places of the team become free, those who promise most first; what has come in between counts, and whom no channel reaches is left out.',
    roles: managers,
    body: z.strictObject({ title: text(200), ...reach }),
    example: { title: 'The new grinder is there', causes: ['disappointed-product'] },
    answers: { 201: { description: 'The campaign', schema: campaignSchema } },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, body, idempotencyKey } = call;
      const before = await repeated(call, { action: 'campaign.start', request: body });
      if (before) return { status: 201, body: await theCampaign(call, before.target) };
      const told = { asked: { actor, request: body, idempotencyKey }, at };
      return { status: 201, body: campaignJson(await startCampaign(db, body, told)) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/campaigns/{campaignId}',
    name: 'getCampaign',
    summary: 'A campaign and how far it is',
    roles: managers,
    params: ofCampaign,
    answers,
    problems: ['not-found'],
    handle: async (call) => ({
      status: 200,
      body: await theCampaign(call, call.params.campaignId),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/campaigns/{campaignId}/stop',
    name: 'stopCampaign',
    summary:
      'Whom the campaign has not reached yet gets no case by it; the cases that it opened go on',
    roles: managers,
    params: ofCampaign,
    answers,
    problems: ['not-found', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, params, idempotencyKey } = call;
      const { campaignId } = params;
      const asked = { action: 'campaign.stop' as const, target: campaignId, request: {} };
      if (await repeated(call, asked)) {
        return { status: 200, body: await theCampaign(call, campaignId) };
      }
      const told = { asked: { actor, request: {}, idempotencyKey }, at };
      return { status: 200, body: campaignJson(await stopCampaign(db, campaignId, told)) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/recontacts',
    name: 'listRecontacts',
    summary: 'Closed cases whose customers are turned to once more, whose turn is next first',
    roles: managers,
    query: z.strictObject({
      status: z.enum(recontactStatuses).default('waiting'),
      campaignId: z.string().optional(),
      ...page,
    }),
    answers: { 200: { description: 'A page of them', schema: list(recontactSchema) } },
    handle: async ({ db, policy, query }) => {
      const { status, campaignId, ...page } = query;
      const { items, nextCursor } = await listRecontacts(db, { status, campaignId }, page);
      const { currency } = policy;
      const shown = items.map(({ expectedGain: amount, ...one }) => ({
        ...one,
        expectedGain: { amount, currency },
      }));
      return { status: 200, body: { items: shown, nextCursor } };
    },
  }),
];

import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { recordCause } from '../../db/case-causes.ts';
import { addCategory, changeCategory, listCategories } from '../../db/cause-categories.ts';
import { currentRuleSet, getRuleSet, readyRules, storeRuleSet } from '../../db/cause-rules.ts';
import { getCustomer } from '../../db/customers.ts';
import {
  causeRuleErrors,
  compileRules,
  ruleLimits,
  suggestCauses,
  type CauseRule,
} from '../../domain/cause-suggestion.ts';
import { causeTree, languages, type CauseNode } from '../../domain/causes.ts';
import { DomainError } from '../../domain/errors.ts';
import { guideNameOf, guideNames, interviewGuide } from '../../domain/interview-guide.ts';
import { causes } from '../../domain/words.ts';
import { shownCase } from '../case-insight.ts';
import { remember, repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, staff, type Call } from '../route.ts';
import { caseSchema, suggestionSchema } from '../schemas/case.ts';
import { mustBeOffered, statementFields } from '../schemas/cause.ts';
import { caseId, categoryCode, list, page, text, timestamp } from '../schemas/common.ts';
import { invalid } from '../validation.ts';
import { theCase } from './cases.ts';

const names = z.strictObject({ de: text(100), en: text(100) });
const nodeSchema = z
  .strictObject({
    code: z.string().meta({ example: 'disappointed-service' }),
    kind: z.enum(['group', 'cause', 'category']).meta({
      description: "group: a heading; cause: what every rule goes by; category: the company's own",
    }),
    parent: z.string().nullable(),
    name: names,
    retiredAt: timestamp.nullable().meta({ description: 'not offered any more since then' }),
  })
  .meta({ id: 'CauseNode' });

async function theNode({ db }: Pick<Call, 'db'>, code: string): Promise<CauseNode> {
  return causeTree(await listCategories(db)).find((node) => node.code === code)!;
}

const words = z.array(z.string()).min(1).max(ruleLimits.words);
const ruleSchema = z.strictObject({
  ruleId: text(100),
  code: z.string().meta({ description: 'a cause, or one of your categories' }),
  language: z.enum(languages),
  words: words.meta({
    description:
      'any of these: words or phrases; `*` at an end stands for any letters; capitals, umlauts, ß and apostrophes make no difference',
    example: ['zu teuer', '*preiserhöhung*'],
  }),
  with: words.optional().meta({ description: 'and any of these in the same clause' }),
  without: words.optional().meta({ description: 'and none of these in the same clause' }),
  weight: z.int().min(1).max(ruleLimits.weight).meta({
    description: '1: a hint, which suggests nothing alone; 2: enough; 3: leaves hardly a doubt',
  }),
});
const rules = z.array(ruleSchema).max(ruleLimits.rules);
const ruleSetSchema = z
  .strictObject({
    version: z.int().min(0).meta({ description: '0: built in' }),
    rules,
    createdAt: timestamp.nullable(),
    createdBy: z.string().nullable().meta({ description: 'ID of a key' }),
  })
  .meta({ id: 'CauseRuleSet' });
const accepts = { types: { 'application/json': {} }, limit: '2mb' };

async function mustBeRules({ db }: Pick<Call, 'db'>, rules: CauseRule[]): Promise<void> {
  const known = new Set((await listCategories(db)).map(({ code }) => code));
  const errors = causeRuleErrors(rules, (code) => known.has(code));
  if (errors.length > 0) throw invalid(errors.slice(0, 100));
}

const language = z.enum(languages);
const guideSchema = z
  .strictObject({
    name: z.enum(guideNames),
    language,
    opening: z.string(),
    questions: z.array(
      z.strictObject({
        question: z.string(),
        listenFor: z.array(z.strictObject({ hint: z.string(), cause: z.enum(causes) })),
      }),
    ),
    closing: z.string(),
  })
  .meta({ id: 'InterviewGuide' });

export const causeRoutes = [
  route({
    method: 'get',
    path: '/api/v1/causes',
    name: 'listCauses',
    summary: 'The tree of causes with the own categories, each after what it is below',
    roles: staff,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of the tree', schema: list(nodeSchema) } },
    handle: async ({ db, query }) => ({
      status: 200,
      body: pageOfAll(causeTree(await listCategories(db)), ({ code }) => code, query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/causes',
    name: 'addCause',
    summary: 'Add a category of your own below a cause',
    description: 'Its code says below which one, and stays for ever.',
    roles: managers,
    body: z.strictObject({ code: categoryCode, name: names }),
    example: {
      code: 'disappointed-service.delivery',
      name: { de: 'Lieferung', en: 'Delivery' },
    },
    answers: { 201: { description: 'The category', schema: nodeSchema } },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, body } = call;
      const asked = { action: 'cause.add' as const, target: body.code, request: body };
      if (!(await repeated(call, asked))) {
        await addCategory(db, { ...body, at });
        await remember(call, asked);
      }
      return { status: 201, body: await theNode(call, body.code) };
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/causes/{code}',
    name: 'changeCause',
    summary: 'Rename or retire a category of your own',
    description: 'A retired one is not offered any more; cases that have it keep it.',
    roles: managers,
    params: z.strictObject({ code: z.string() }),
    body: z.strictObject({ name: names.optional(), retired: z.boolean().optional() }),
    example: { retired: true },
    answers: { 200: { description: 'The category', schema: nodeSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, at, params, body } = call;
      const changed = await changeCategory(db, { ...params, ...body, at });
      if (!changed) throw new DomainError('not-found', 'There is no such category of your own.');
      await remember(call, { action: 'cause.change', target: params.code, request: body });
      return { status: 200, body: await theNode(call, params.code) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/cases/{caseId}/causes',
    name: 'recordCause',
    summary: 'Record the cause of a case, open or closed',
    description:
      'The newest of a layer counts; the most reliable layer is the cause of the case. An open case goes by it when it chooses its measures. `verified` is for managers.',
    roles: staff,
    params: z.strictObject({ caseId }),
    body: z.strictObject({ layer: z.enum(['assessed', 'verified']), ...statementFields }),
    example: { layer: 'verified', cause: 'disappointed-service', sureness: 'high' },
    answers: { 201: { description: 'Recorded: the case as it stands now', schema: caseSchema } },
    problems: ['not-found', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, body, idempotencyKey } = call;
      const { caseId } = await theCase(call);
      const { layer, cause, category, furtherCauses, sureness, competitor, note } = body;
      if (layer === 'verified' && actor.role === 'agent') {
        throw new DomainError('forbidden', 'Only a manager verifies a cause.');
      }
      if (!(await repeated(call, { action: 'case.cause', target: caseId, request: body }))) {
        await mustBeOffered(db, body);
        const statement = {
          cause,
          category: category ?? null,
          furtherCauses: furtherCauses ?? [],
          sureness: sureness ?? null,
          competitor: competitor ?? null,
          note: note ?? null,
        };
        const commandId = randomUUID();
        const asked = { commandId, actor, request: body, idempotencyKey, at };
        await recordCause(db, { ...asked, caseId, layer, statement });
      }
      return { status: 201, body: await shownCase(call, await theCase(call)) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/cause-rules',
    name: 'getCauseRules',
    summary: 'The keyword rules by which what customers write is pre-sorted',
    roles: managers,
    query: z.strictObject({
      version: z.coerce.number().int().min(0).optional().meta({
        description: 'an earlier set; 0: the one that is built in',
      }),
    }),
    answers: { 200: { description: 'The rules', schema: ruleSetSchema } },
    problems: ['not-found'],
    handle: async ({ db, query: { version } }) => {
      const body = await (version === undefined ? currentRuleSet(db) : getRuleSet(db, version));
      if (!body) throw new DomainError('not-found', 'There is no such version of the rules.');
      return { status: 200, body };
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/cause-rules',
    name: 'changeCauseRules',
    summary: 'Put another set of keyword rules in place of the present one',
    description: 'Suggestions are made when a case is read, so that old cases get new ones, too.',
    roles: managers,
    accepts,
    body: z.strictObject({
      rules,
      basedOn: z
        .int()
        .min(0)
        .optional()
        .meta({ description: 'the version that was edited; 409 when there is a newer one' }),
    }),
    answers: { 200: { description: 'The rules as a new version', schema: ruleSetSchema } },
    problems: ['conflict'],
    handle: async (call) => {
      const { db, at, actor, body } = call;
      await mustBeRules(call, body.rules);
      const { rules, basedOn } = body;
      const stored = await storeRuleSet(db, { rules, basedOn, by: actor.actorId, at });
      const target = `cause-rules/${stored.version}`;
      await remember(call, { action: 'cause-rules.change', target, request: {} });
      return { status: 200, body: stored };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/cause-suggestions',
    name: 'suggestCauses',
    summary: 'Try what the keyword rules read in a text; nothing is kept',
    roles: staff,
    accepts,
    body: z.strictObject({
      text: text(2_000),
      rules: rules.optional().meta({ description: 'to try these in place of the present ones' }),
    }),
    example: { text: 'Ihr seid mir zu teuer geworden.' },
    answers: {
      200: {
        description: 'What the text speaks for, the likeliest first',
        schema: z.strictObject({ suggestions: z.array(suggestionSchema) }),
      },
    },
    handle: async (call) => {
      const { db, body } = call;
      if (body.rules) await mustBeRules(call, body.rules);
      const rules = body.rules ? compileRules(body.rules) : await readyRules(db);
      return { status: 200, body: { suggestions: suggestCauses(body.text, rules) } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/interview-guides/{name}',
    name: 'getInterviewGuide',
    summary: 'What to ask in a cause call and what to listen for, by trigger',
    roles: staff,
    params: z.strictObject({ name: z.enum(guideNames) }),
    query: z.strictObject({ language: language.default('en') }),
    answers: { 200: { description: 'The guide', schema: guideSchema } },
    handle: async ({ params, query }) => ({
      status: 200,
      body: interviewGuide(params.name, query.language),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/interview-guide',
    name: 'getInterviewGuideOfCase',
    summary: 'The interview guide that fits a case',
    roles: staff,
    params: z.strictObject({ caseId }),
    query: z.strictObject({
      language: language.optional().meta({ description: "the customer's, if left out" }),
    }),
    answers: { 200: { description: 'The guide', schema: guideSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { customerId, trigger, triggerDetail } = await theCase(call);
      const spoken = (await getCustomer(call.db, customerId))?.language?.startsWith('de');
      const language = call.query.language ?? (spoken ? 'de' : 'en');
      return { status: 200, body: interviewGuide(guideNameOf(trigger, triggerDetail), language) };
    },
  }),
];

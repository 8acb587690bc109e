import * as z from 'zod';
import { knowHolidays } from '../../activities/holidays.ts';
import { parsePolicy, stillComplete } from '../../config/policy.ts';
import { getPolicy, listPolicies, policyInForce } from '../../db/policies.ts';
import { whatScansWouldFind } from '../../db/policy-effect.ts';
import { publishPolicy } from '../../db/policy-publications.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/policy.ts';
import { repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, staff, type Call } from '../route.ts';
import { list, page, text } from '../schemas/common.ts';
import {
  checkedPolicySchema,
  policyEffectSchema,
  policyJson,
  policyText,
  policyVersionSchema,
} from '../schemas/policy.ts';
import { invalid } from '../validation.ts';
import { orBroken, told } from '../written-text.ts';

type Given = { yaml?: string | undefined; version?: string | undefined };

/**
 * What was sent, or is stored under the version, as a policy that may govern from now on. The holidays of its region are
 * known afterwards, without which nothing can be planned by it.
 */
async function contentOf({ db, at }: Pick<Call, 'db' | 'at'>, given: Given): Promise<Policy> {
  const { yaml, version } = given;
  if ((yaml === undefined) === (version === undefined)) {
    throw invalid([{ field: 'yaml', rule: 'either yaml or version must be given, not both' }]);
  }
  const policy = yaml === undefined ? await stored(db, version!) : parsePolicy(yaml);
  const { region } = policy.contact;
  if (region) await knowHolidays(db, region, at);
  return policy;
}

async function stored(db: Call['db'], version: string): Promise<Policy> {
  const policy = await getPolicy(db, version);
  if (!policy) throw new DomainError('not-found', 'There is no such version of the policy.');
  const { version: _, ...content } = policy;
  return stillComplete(content, version);
}

const means = {
  currency: (now: Policy) =>
    `is ${now.currency} now: no amount is converted, neither in the policy nor in what was recorded`,
  'team.id': (now: Policy) =>
    `is ${now.team.id} now: what waits for that team without a queue then waits for the other one`,
};

/** What is hardly ever meant to change. */
function warningsOf(now: Policy, then: Policy) {
  const changed = [
    ...(now.currency === then.currency ? [] : (['currency'] as const)),
    ...(now.team.id === then.team.id ? [] : (['team.id'] as const)),
  ];
  return changed.map((field) => ({ field, warning: means[field](now) }));
}

async function allVersions({ db, configured }: Pick<Call, 'db' | 'configured'>) {
  const inForce = policyInForce(db, configured);
  const all = await listPolicies(db, configured);
  return all.map((one) => policyJson(one, { inForce, configured }));
}

export const policyRoutes = [
  route({
    method: 'get',
    path: '/api/v1/policies',
    name: 'listPolicies',
    summary: 'Every version of the policy that was ever in force, the newest first',
    roles: staff,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of versions', schema: list(policyVersionSchema) } },
    handle: async (call) => ({
      status: 200,
      body: pageOfAll(await allVersions(call), ({ version }) => version, call.query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/policies',
    name: 'publishPolicy',
    summary: 'Put a policy in force: a new version of it, or one that is stored',
    description:
      'New cases, scans and reports go by it from then on, in every process; cases that run keep theirs. It stays in force whatever WINBACK_POLICY says, until another one is published; publishing what WINBACK_POLICY says has that govern again.',
    roles: managers,
    body: z.strictObject({
      ...policyText,
      basedOn: z
        .string()
        .max(100)
        .optional()
        .meta({ description: 'the version in force that the publisher has seen' }),
      reason: text(1_000).optional().meta({ description: 'why; shown with the version' }),
    }),
    answers: { 201: { description: 'The version in force', schema: policyVersionSchema } },
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, body, at, actor, configured, idempotencyKey } = call;
      const before = await repeated(call, { action: 'policy.publish', request: body });
      let version = before?.target;
      if (version === undefined) {
        const content = await contentOf(call, body);
        const asked = { actor, request: body, idempotencyKey };
        const told = { asked, configured, basedOn: body.basedOn, reason: body.reason ?? null, at };
        const given = body.version === undefined ? { content } : { version: body.version };
        ({ version } = await publishPolicy(db, given, told));
      }
      const all = await allVersions(call);
      return { status: 201, body: all.find((one) => one.version === version) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/policies/check',
    name: 'checkPolicy',
    summary: 'Whether a policy could be published as it stands; changes nothing',
    roles: managers,
    body: z.strictObject(policyText),
    answers: {
      200: {
        description: 'It could, with warnings; or what stands against it',
        schema: orBroken(checkedPolicySchema),
      },
    },
    problems: ['not-found'],
    handle: (call) =>
      told(call, async () => {
        const policy = await contentOf(call, call.body);
        return { status: 200, body: { policy, warnings: warningsOf(call.policy, policy) } };
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/policies/preview',
    name: 'previewPolicy',
    summary: 'What a scan would find by a policy, beside what it finds now; changes nothing',
    roles: managers,
    body: z.strictObject(policyText),
    answers: { 200: { description: 'The effect', schema: policyEffectSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, policy: now, at } = call;
      const then = await contentOf(call, call.body);
      const { customers, found } = await whatScansWouldFind(db, [now, then], at);
      const [foundNow, foundThen] = found;
      const capacity = { now: now.team.capacity, then: then.team.capacity };
      const openCases = (await listPolicies(db, call.configured)).reduce(
        (sum, one) => sum + one.openCases,
        0,
      );
      const body = { openCases, customers, now: foundNow, then: foundThen, capacity };
      return { status: 200, body };
    },
  }),
];

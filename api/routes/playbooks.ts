import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { parsePlaybooks, type Known } from '../../config/playbooks.ts';
import { beginCommand } from '../../db/commands.ts';
import {
  casesOnPlaybook,
  currentPlaybooks,
  getPlaybook,
  listPlaybooks,
  nameOf,
  publishPlaybook,
  retirePlaybook,
} from '../../db/playbooks.ts';
import { queuesOfNobody } from '../../db/teams.ts';
import { DomainError } from '../../domain/errors.ts';
import { differenceOf, replaced, withoutContent } from '../../domain/measure-plan.ts';
import {
  choosePlaybook,
  queuesOf,
  type PlaybookContent,
  type PlaybookRecord,
} from '../../domain/playbooks.ts';
import { triggerDetails } from '../../domain/silent-loss.ts';
import { causes, customerKinds, decisions, tiers, triggers } from '../../domain/words.ts';
import { remember, repeated } from '../idempotency.ts';
import { knownThings, mustName } from '../known-things.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, staff, type Call } from '../route.ts';
import { basedOn, caseId, list, page, text } from '../schemas/common.ts';
import {
  checkedSchema,
  playbookJson,
  playbookText,
  playbookVersionSchema,
  publishedSchema,
  previewSchema,
} from '../schemas/playbook.ts';
import { invalid } from '../validation.ts';
import { orBroken, told } from '../written-text.ts';

const ofPlaybook = z.strictObject({ playbookId: text(50) });
const version = z.coerce.number().int().min(1);
const reason = text(1_000).meta({ description: 'why; kept with the command' });

async function thePlaybook(
  { db, params }: Call<{ playbookId: string }>,
  version?: number,
): Promise<PlaybookRecord> {
  const record = await getPlaybook(db, params.playbookId, version);
  if (!record) throw new DomainError('not-found', 'There is no such playbook.');
  return record;
}

type GivenText = { yaml?: string | undefined; playbook?: PlaybookContent | undefined };

/**
 * What was sent: exactly one playbook, in either form.
 * @param known what it may name; left out: anything
 */
function contentOf({ yaml, playbook }: GivenText, known?: Known): PlaybookContent {
  if ((yaml === undefined) === (playbook === undefined)) {
    throw invalid([{ field: 'yaml', rule: 'either yaml or playbook must be given, not both' }]);
  }
  if (playbook && known) {
    const at = (place: number) => ['playbook', 'measures', place];
    mustName(
      known,
      playbook.measures.map((measure, place) => ({ measure, at: at(place) })),
    );
  }
  const all = playbook ? [playbook] : parsePlaybooks(yaml!, 'The playbook', known);
  if (all.length > 1) throw invalid([{ field: 'yaml', rule: 'must hold a single playbook' }]);
  return all[0]!;
}

/** Queues that name no team with members, other than the recovery team's. */
async function warningsOf({ db, policy }: Pick<Call, 'db' | 'policy'>, playbook: PlaybookContent) {
  const places = queuesOf(playbook);
  places.delete(policy.team.id);
  const ofNobody = await queuesOfNobody(db, [...places.keys()]);
  return ofNobody.flatMap((queue) =>
    places.get(queue)!.map((place) => ({
      field: `measures[${place}].queue`,
      warning: `nobody is in a team ${queue}: the recovery team does it meanwhile`,
    })),
  );
}

/** What another version would change in the open cases that go by the playbook. */
async function effectOf({ db }: Pick<Call, 'db'>, { playbookId, ...content }: PlaybookContent) {
  const open = await casesOnPlaybook(db, playbookId);
  const changes = open.map(({ caseId, playbookVersion, plan }) => {
    const difference = differenceOf(plan!, replaced(plan!, content));
    return { caseId, version: playbookVersion, ...difference };
  });
  const cases = changes.filter(({ added, removed, changed }) =>
    [added, removed, changed].some(({ length }) => length > 0),
  );
  return { cases, unchanged: open.length - cases.length };
}

export const playbookRoutes = [
  route({
    method: 'get',
    path: '/api/v1/playbooks',
    name: 'listPlaybooks',
    summary: 'The newest version of each playbook, by ID',
    roles: staff,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of playbooks', schema: list(playbookVersionSchema) } },
    handle: async ({ db, query }) => {
      const all = (await listPlaybooks(db)).map(playbookJson);
      return { status: 200, body: pageOfAll(all, ({ playbookId }) => playbookId, query) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/playbooks',
    name: 'publishPlaybook',
    summary: 'Publish a playbook, or the next version of one',
    description: 'Cases choose the newest version from now on; those that run keep theirs.',
    roles: managers,
    body: z.strictObject({
      ...playbookText,
      basedOn: basedOn.optional(),
    }),
    answers: { 201: { description: 'The version, with warnings', schema: publishedSchema } },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, body, at, actor, idempotencyKey } = call;
      const before = await repeated(call, { action: 'playbook.publish', request: body });
      const [, published] = before?.target.split('@') ?? [];
      const content = contentOf(body, published ? undefined : await knownThings(call));
      const asked = { actor, request: body, idempotencyKey };
      const record = published
        ? (await getPlaybook(db, content.playbookId, Number(published)))!
        : await publishPlaybook(db, content, { asked, basedOn: body.basedOn, at });
      const Location = `/api/v1/playbooks/${record.playbookId}?version=${record.version}`;
      const warnings = await warningsOf(call, record.content);
      return { status: 201, headers: { Location }, body: { ...playbookJson(record), warnings } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/playbooks/check',
    name: 'checkPlaybook',
    summary: 'Whether a playbook could be published as it stands; changes nothing',
    roles: managers,
    body: z.strictObject(playbookText),
    answers: {
      200: {
        description: 'It could, with warnings; or what stands against it',
        schema: orBroken(checkedSchema),
      },
    },
    handle: (call) =>
      told(call, async () => {
        const playbook = contentOf(call.body, await knownThings(call));
        return { status: 200, body: { playbook, warnings: await warningsOf(call, playbook) } };
      }),
  }),
  route({
    method: 'get',
    path: '/api/v1/playbooks/choice',
    name: 'choosePlaybook',
    summary: 'Which playbook a case would get, why, and which others fit',
    roles: staff,
    query: z.strictObject({
      trigger: z.enum(triggers),
      triggerDetail: z.enum(triggerDetails).optional(),
      decision: z.enum(decisions).default('pursue'),
      cause: z.enum(causes).default('unknown'),
      tier: z.enum(tiers),
      customerKind: z.enum(customerKinds).optional(),
    }),
    answers: {
      200: {
        description: 'The choice; null when none fits',
        schema: z.strictObject({
          chosen: z.string().nullable(),
          version: z.int().nullable(),
          because: z.array(z.string()).meta({
            description: 'the traits of the case that it names, what counts most first',
          }),
          alsoFitted: z.array(z.string()).meta({ description: 'the next best first' }),
          drawnAmong: z.array(z.string()).meta({
            description:
              'where the policy tries what works (`optimisation`): those that fit equally well, one of which is drawn for each case',
          }),
        }),
      },
    },
    handle: async ({ db, policy, query }) => {
      const choice = choosePlaybook(await currentPlaybooks(db), {
        ...query,
        triggerDetail: query.triggerDetail ?? null,
        customerKind: query.customerKind ?? null,
      });
      const { because = [], alsoFitted = [], equals = [], playbook } = choice ?? {};
      const isTried = policy.optimisation !== undefined && equals.length > 1;
      const drawnAmong = isTried ? equals.map(({ playbookId }) => playbookId) : [];
      const chosen = { chosen: playbook?.playbookId ?? null, version: playbook?.version ?? null };
      return { status: 200, body: { ...chosen, because, alsoFitted, drawnAmong } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/playbooks/{playbookId}',
    name: 'getPlaybook',
    summary: 'A playbook in its newest version, or another',
    roles: staff,
    params: ofPlaybook,
    query: z.strictObject({ version: version.optional() }),
    answers: { 200: { description: 'The version', schema: playbookVersionSchema } },
    problems: ['not-found'],
    handle: async (call) => ({
      status: 200,
      body: playbookJson(await thePlaybook(call, call.query.version)),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/playbooks/{playbookId}/versions',
    name: 'listPlaybookVersions',
    summary: 'Every version of a playbook, the newest first',
    roles: staff,
    params: ofPlaybook,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of versions', schema: list(playbookVersionSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const { playbookId } = await thePlaybook(call);
      const all = (await listPlaybooks(call.db, { playbookId })).map(playbookJson);
      return { status: 200, body: pageOfAll(all, nameOf, call.query) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/playbooks/{playbookId}/retire',
    name: 'retirePlaybook',
    summary: 'Have no case choose a playbook any more; those that go by it still do',
    roles: managers,
    params: ofPlaybook,
    answers: { 200: { description: 'The newest version, retired', schema: playbookVersionSchema } },
    problems: ['not-found', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, params, at, actor, idempotencyKey } = call;
      const { playbookId, version } = await thePlaybook(call);
      const target = nameOf({ playbookId, version });
      const asked = { actor, request: {}, idempotencyKey };
      const before = await repeated(call, { action: 'playbook.retire', target, request: {} });
      if (!before) await retirePlaybook(db, params.playbookId, { asked, at });
      return { status: 200, body: playbookJson(await thePlaybook(call)) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/playbooks/{playbookId}/preview',
    name: 'previewPlaybook',
    summary: 'Which open cases a version of the playbook would change, and how; changes nothing',
    roles: managers,
    params: ofPlaybook,
    body: z.strictObject({ ...playbookText, version: version.optional() }),
    answers: { 200: { description: 'The effect', schema: previewSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { body, params } = call;
      const content =
        body.version === undefined
          ? contentOf(body, await knownThings(call))
          : (await thePlaybook(call, body.version)).content;
      if (content.playbookId !== params.playbookId) {
        throw invalid([{ field: 'playbookId', rule: `must be ${params.playbookId}` }]);
      }
      return { status: 200, body: await effectOf(call, content) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/playbooks/{playbookId}/apply',
    name: 'applyPlaybook',
    summary: 'Have open cases go on by another version of their playbook',
    description:
      'What is over in a case stays; a measure under way goes on if the version has one of the same ID and kind.',
    roles: managers,
    params: ofPlaybook,
    body: z.strictObject({
      version,
      caseIds: z.array(caseId).min(1).max(200),
      reason,
    }),
    answers: {
      202: {
        description: 'Kept: a command for each case, to be seen at `/api/v1/commands/{commandId}`',
        schema: z.strictObject({
          commands: z.array(z.strictObject({ caseId, commandId: z.string() })),
        }),
      },
    },
    problems: ['not-found', 'case-not-open', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, body, params, at, actor } = call;
      const { playbookId } = params;
      const asked = { action: 'playbook.apply' as const, target: playbookId, request: body };
      const before = await repeated(call, asked);
      if (before) return { status: 202, body: before.request['answer'] };
      const { content } = await thePlaybook(call, body.version);
      const onIt = (await casesOnPlaybook(db, playbookId)).map(({ caseId }) => caseId);
      const caseIds = [...new Set(body.caseIds)];
      const errors = caseIds
        .filter((caseId) => !onIt.includes(caseId))
        .map((caseId) => ({
          field: 'caseIds',
          rule: `${caseId} carries out no measures of this playbook`,
        }));
      if (errors.length > 0) throw invalid(errors);
      const measures = content.measures.map(withoutContent);
      const begun = caseIds.map((caseId) =>
        beginCommand(db, {
          commandId: randomUUID(),
          actor,
          action: 'case.change-playbook',
          target: caseId,
          caseId,
          request: { playbookId, version: body.version, measures, reason: body.reason },
          idempotencyKey: null,
          at,
          lease: at,
        }),
      );
      const commands = (await Promise.all(begun)).map(({ command }) => ({
        caseId: command.caseId!,
        commandId: command.commandId,
      }));
      await remember(call, { ...asked, answer: { commands } });
      return { status: 202, body: { commands } };
    },
  }),
];

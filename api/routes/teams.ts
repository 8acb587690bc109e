import * as z from 'zod';
import {
  addAbsence,
  addMember,
  changeMember,
  changeTeam,
  createTeam,
  endAbsence,
  getAbsence,
  getTeam,
  listAbsences,
  listMembers,
  listTeams,
  removeMember,
} from '../../db/teams.ts';
import { DomainError } from '../../domain/errors.ts';
import type { MemberRecord, TeamRecord } from '../../domain/teams.ts';
import { remember, repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, staff, type Call } from '../route.ts';
import { list, page, teamId, text, time } from '../schemas/common.ts';
import {
  absenceSchema,
  assignment,
  keyId,
  memberHours,
  memberSchema,
  skills,
  teamSchema,
} from '../schemas/team.ts';
import { mustBeStaff } from '../staff.ts';
import { invalid } from '../validation.ts';

const ofTeam = z.strictObject({ teamId: z.string() });
const ofMember = z.strictObject({ teamId: z.string(), keyId: z.string() });

async function theTeam({ db, params }: Call<{ teamId: string }>): Promise<TeamRecord> {
  const record = await getTeam(db, params.teamId);
  if (!record) throw new DomainError('not-found', 'There is no such team.');
  return record;
}

async function theMember(
  { db, at }: Pick<Call, 'db' | 'at'>,
  { teamId, keyId }: { teamId: string; keyId: string },
): Promise<MemberRecord> {
  const record = (await listMembers(db, teamId, at)).find((member) => member.keyId === keyId);
  if (!record) throw new DomainError('not-found', 'They are not in the team.');
  return record;
}

/** Agents speak for themselves, managers for all. */
function mustBeOwn({ actor }: Pick<Call, 'actor'>, keyId: string): void {
  if (actor.role !== 'agent' || keyId === actor.actorId) return;
  throw new DomainError('forbidden', 'Agents note their own absence; others are a manager’s.');
}

const teamRoutesAlone = [
  route({
    method: 'get',
    path: '/api/v1/teams',
    name: 'listTeams',
    summary: 'List teams by their IDs',
    roles: staff,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of teams', schema: list(teamSchema) } },
    handle: async ({ db, query }) => ({
      status: 200,
      body: pageOfAll(await listTeams(db), ({ teamId }) => teamId, query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/teams',
    name: 'createTeam',
    summary: 'Make a team',
    description:
      'Its ID is the `queue` that playbooks name; the ID of the policy’s team stands for tasks without a queue.',
    roles: managers,
    body: z.strictObject({ teamId, name: text(200), assignment: assignment.default('continuity') }),
    example: { teamId: 'service', name: 'Customer service', assignment: 'continuity' },
    answers: { 201: { description: 'The team', schema: teamSchema } },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, body, idempotencyKey } = call;
      const asked = { actor, request: body, idempotencyKey };
      const before = { action: 'team.create' as const, target: body.teamId, request: body };
      const record = (await repeated(call, before))
        ? await getTeam(db, body.teamId)
        : await createTeam(db, body, { asked, at });
      return { status: 201, body: record };
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/teams/{teamId}',
    name: 'changeTeam',
    summary: 'Change the name of a team, or whose its new tasks are',
    roles: managers,
    params: ofTeam,
    body: z.strictObject({ name: text(200).optional(), assignment: assignment.optional() }),
    example: { assignment: 'balanced' },
    answers: { 200: { description: 'The team as it is now', schema: teamSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, params, body } = call;
      const { teamId } = await theTeam(call);
      const record = await changeTeam(db, teamId, body);
      await remember(call, { action: 'team.change', target: params.teamId, request: body });
      return { status: 200, body: record };
    },
  }),
];

const memberRoutes = [
  route({
    method: 'get',
    path: '/api/v1/teams/{teamId}/members',
    name: 'listMembers',
    summary: 'Who is in a team, with how much each has to do, by name',
    roles: staff,
    params: ofTeam,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of members', schema: list(memberSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const { teamId } = await theTeam(call);
      const members = await listMembers(call.db, teamId, call.at);
      return { status: 200, body: pageOfAll(members, ({ keyId }) => keyId, call.query) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/teams/{teamId}/members',
    name: 'addMember',
    summary: 'Take somebody into a team',
    roles: managers,
    params: ofTeam,
    body: z.strictObject({
      keyId,
      skills: skills.default({ languages: [], tiers: [], products: [] }),
      hours: memberHours.default(null),
    }),
    answers: { 201: { description: 'The member', schema: memberSchema } },
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, body } = call;
      const { teamId } = await theTeam(call);
      const asked = { action: 'team.add-member' as const, target: teamId, request: body };
      if (!(await repeated(call, asked))) {
        await mustBeStaff(call, body.keyId);
        await addMember(db, { ...body, teamId }, at);
        await remember(call, asked);
      }
      return { status: 201, body: await theMember(call, { teamId, keyId: body.keyId }) };
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/teams/{teamId}/members/{keyId}',
    name: 'changeMember',
    summary: 'Change what somebody can do, or when they work',
    roles: managers,
    params: ofMember,
    body: z.strictObject({ skills: skills.optional(), hours: memberHours.optional() }),
    example: { skills: { languages: ['de', 'en'], tiers: [], products: [] } },
    answers: { 200: { description: 'The member as they are now', schema: memberSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, params, body } = call;
      if (!(await changeMember(db, { ...params, ...body }))) {
        throw new DomainError('not-found', 'They are not in the team.');
      }
      const request = { ...body, keyId: params.keyId };
      await remember(call, { action: 'team.change-member', target: params.teamId, request });
      return { status: 200, body: await theMember(call, params) };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/teams/{teamId}/members/{keyId}',
    name: 'removeMember',
    summary: 'Take somebody out of a team',
    roles: managers,
    params: ofMember,
    answers: { 204: { description: 'Gone; their open tasks of the team are back in its queue' } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, policy, actor, at, params } = call;
      if (!(await removeMember(db, { ...params, recoveryTeam: policy.team.id, actor, at }))) {
        throw new DomainError('not-found', 'They are not in the team.');
      }
      const { teamId, keyId } = params;
      await remember(call, { action: 'team.remove-member', target: teamId, request: { keyId } });
      return { status: 204 };
    },
  }),
];

const absenceRoutes = [
  route({
    method: 'get',
    path: '/api/v1/absences',
    name: 'listAbsences',
    summary: 'Who is absent when, the latest beginning first',
    roles: staff,
    query: z.strictObject({ keyId: keyId.optional(), ...page }),
    answers: { 200: { description: 'A page of absences', schema: list(absenceSchema) } },
    handle: async ({ db, query }) => {
      const absences = await listAbsences(db, query.keyId);
      return {
        status: 200,
        body: pageOfAll(absences, ({ absenceId }) => absenceId, query),
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/absences',
    name: 'addAbsence',
    summary: 'Note an absence',
    description:
      'When it begins, the open tasks that are due before its end go back to their queues, at once or by itself later. Agents note their own, managers everybody’s.',
    roles: staff,
    body: z.strictObject({
      keyId: keyId.optional().meta({ description: 'left out: the caller' }),
      fromAt: time.optional().meta({ description: 'left out: now' }),
      untilAt: time.nullable().default(null).meta({ description: 'null: nobody knows yet' }),
    }),
    example: { fromAt: '2026-03-24T00:00:00Z', untilAt: '2026-03-31T00:00:00Z' },
    answers: { 201: { description: 'The absence', schema: absenceSchema } },
    problems: ['idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, body } = call;
      const asked = { action: 'absence.add' as const, request: body };
      const before = await repeated(call, asked);
      if (before) return { status: 201, body: before.request['answer'] };
      const { keyId = actor.actorId, fromAt = at, untilAt } = body;
      mustBeOwn(call, keyId);
      await mustBeStaff(call, keyId);
      if (untilAt !== null && (untilAt <= fromAt || untilAt <= at)) {
        throw invalid([{ field: 'untilAt', rule: 'must be in the future and after fromAt' }]);
      }
      const record = await addAbsence(db, { keyId, fromAt, untilAt, actor, at });
      await remember(call, { ...asked, target: record.absenceId, answer: record });
      return { status: 201, body: record };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/absences/{absenceId}',
    name: 'endAbsence',
    summary: 'End an absence now, or forget one that has not begun',
    roles: staff,
    params: z.strictObject({ absenceId: z.string() }),
    answers: { 204: { description: 'Over' } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, at, params } = call;
      const record = await getAbsence(db, params.absenceId);
      if (!record) throw new DomainError('not-found', 'There is no such absence.');
      mustBeOwn(call, record.keyId);
      await endAbsence(db, { absenceId: record.absenceId, at });
      await remember(call, { action: 'absence.end', target: record.absenceId, request: {} });
      return { status: 204 };
    },
  }),
];

export const teamRoutes = [...teamRoutesAlone, ...memberRoutes, ...absenceRoutes];

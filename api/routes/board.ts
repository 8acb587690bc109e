import * as z from 'zod';
import { countApprovals, countBoard, countFiltered, listBoard, loads } from '../../db/board.ts';
import { openCaseCount } from '../../db/cases.ts';
import { companyHours } from '../../db/holidays.ts';
import { deleteView, listViews, saveView } from '../../db/saved-views.ts';
import { waitingCandidates } from '../../db/scans.ts';
import { countedInViewAtMost, type BoardFilter, type Thresholds } from '../../domain/board.ts';
import { workingTimeBefore } from '../../domain/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { steps } from '../../domain/words.ts';
import { assigneeOf } from '../assignee.ts';
import { remember, repeated } from '../idempotency.ts';
import { managers, route, type Call } from '../route.ts';
import {
  boardCaseJson,
  boardCaseSchema,
  boardFilter,
  boardSchema,
  countedViewSchema,
  savedViewSchema,
} from '../schemas/board.ts';
import { list, page, text } from '../schemas/common.ts';

type Asked = z.output<z.ZodObject<typeof boardFilter>>;

function filterOf({ approval, assignee, ...rest }: Asked, { actor }: Pick<Call, 'actor'>) {
  const filter: BoardFilter = {
    ...rest,
    assignee: assigneeOf(assignee, actor),
    awaitingApproval: approval && true,
  };
  return filter;
}

function thresholdsOf({ db, policy, at }: Pick<Call, 'db' | 'policy' | 'at'>): Thresholds {
  const { overdueAfter, escalateAfter } = policy;
  const company = companyHours(db, policy);
  return {
    behindBefore: workingTimeBefore(at, overdueAfter, company),
    stuckBefore: escalateAfter === undefined ? null : workingTimeBefore(at, escalateAfter, company),
  };
}

export const boardRoutes = [
  route({
    method: 'get',
    path: '/api/v1/board',
    name: 'getBoard',
    summary:
      'How many recoveries are open in each step, how they get on, and who has how much to do',
    roles: managers,
    query: z.strictObject(boardFilter),
    answers: { 200: { description: 'The counts', schema: boardSchema } },
    handle: async (call) => {
      const { db, policy, at, query } = call;
      const thresholds = thresholdsOf(call);
      const capacity = {
        open: await openCaseCount(db),
        places: policy.team.capacity,
        waiting: await waitingCandidates(db, { policy, at }),
      };
      const body = {
        steps: await countBoard(db, filterOf(query, call), thresholds),
        approvals: await countApprovals(db),
        capacity,
        loads: await loads(db, thresholds.behindBefore),
      };
      return { status: 200, body };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/board/cases',
    name: 'listBoardCases',
    summary: 'The open cases of a step with their open tasks, whoever waits longest first',
    roles: managers,
    query: z.strictObject({ step: z.enum(steps), ...boardFilter, ...page }),
    answers: { 200: { description: 'A page of cases', schema: list(boardCaseSchema) } },
    handle: async (call) => {
      const { db, policy, query } = call;
      const { step, limit, cursor, ...filter } = query;
      const thresholds = thresholdsOf(call);
      const asked = { step, ...filterOf(filter, call) };
      const { items, nextCursor } = await listBoard(db, asked, thresholds, { limit, cursor });
      const shown = { currency: policy.currency, thresholds };
      return {
        status: 200,
        body: { items: items.map((one) => boardCaseJson(one, shown)), nextCursor },
      };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/board/views',
    name: 'listViews',
    summary: 'Your own views of the board, by name, with how many cases each shows',
    roles: managers,
    answers: {
      200: {
        description: 'The views',
        schema: z.strictObject({ items: z.array(countedViewSchema) }),
      },
    },
    handle: async (call) => {
      const { db, actor } = call;
      const views = await listViews(db, actor.actorId);
      const filters = views.map(({ filter }) => filterOf(filter, call));
      const how = { thresholds: thresholdsOf(call), atMost: countedInViewAtMost };
      const counts = await countFiltered(db, filters, how);
      return {
        status: 200,
        body: { items: views.map((one, i) => ({ ...one, cases: counts[i]! })) },
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/board/views',
    name: 'saveView',
    summary: 'Give filters of the board a name, in place of your view of that name',
    roles: managers,
    body: z.strictObject({ name: text(60), filter: z.strictObject(boardFilter) }),
    example: { name: 'Stuck top customers', filter: { tier: 'A', pace: 'stuck' } },
    answers: { 200: { description: 'The view', schema: savedViewSchema } },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, body } = call;
      const { name, filter } = body;
      const asked = { action: 'view.save' as const, request: body };
      const before = await repeated(call, asked);
      if (before) return { status: 200, body: before.request['answer'] };
      const view = await saveView(db, { keyId: actor.actorId, name, filter, at });
      await remember(call, { ...asked, target: view.viewId, answer: view });
      return { status: 200, body: view };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/board/views/{viewId}',
    name: 'deleteView',
    summary: 'Delete one of your views of the board',
    roles: managers,
    params: z.strictObject({ viewId: z.string() }),
    answers: { 204: { description: 'Gone' } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, actor, params } = call;
      if (!(await deleteView(db, { keyId: actor.actorId, viewId: params.viewId }))) {
        throw new DomainError('not-found', 'You have no such view.');
      }
      await remember(call, { action: 'view.delete', target: params.viewId, request: {} });
      return { status: 204 };
    },
  }),
];

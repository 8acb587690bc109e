import ical, { ICalEventStatus } from 'ical-generator';
import * as z from 'zod';
import { callsOfFeed, createFeed, listFeeds, revokeFeed } from '../../db/calendar-feeds.ts';
import { after } from '../../domain/duration.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TaskRecord } from '../../domain/records.ts';
import { taskTypes } from '../../domain/tasks.ts';
import { remember, repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { route, staff } from '../route.ts';
import { list, page, timestamp } from '../schemas/common.ts';

/** How long a call stands in the calendar. */
const callLasts = '15m';

const feedFields = {
  feedId: z.string(),
  createdAt: timestamp,
  revokedAt: timestamp.nullable(),
};
const feedSchema = z.strictObject(feedFields).meta({ id: 'CalendarFeed' });
const newFeedSchema = z
  .strictObject({
    ...feedFields,
    address: z.string().nullable().meta({
      description:
        'What a calendar program subscribes to. Whoever knows it can read it. It is shown this once; null when the request is repeated',
      example: 'http://127.0.0.1:3000/api/v1/calendar/kYc…pE.ics',
    }),
  })
  .meta({ id: 'NewCalendarFeed' });

/** Without anything personal: it lies with whoever keeps the calendar. */
function calendarOf(
  calls: TaskRecord[],
  { publicUrl, at }: { publicUrl: string; at: string },
): string {
  const calendar = ical({ name: 'winback', prodId: '//winback//calls//EN' });
  for (const { taskId, customerId, type, dueAt, agreed } of calls) {
    calendar.createEvent({
      id: `${taskId}@winback`,
      stamp: at,
      start: dueAt,
      end: after(dueAt, callLasts),
      summary: `Call (customer ${customerId})`,
      description: taskTypes[type].title,
      url: `${publicUrl}/api/v1/tasks/${encodeURIComponent(taskId)}`,
      status: agreed ? ICalEventStatus.CONFIRMED : ICalEventStatus.TENTATIVE,
    });
  }
  return calendar.toString();
}

export const calendarRoutes = [
  route({
    method: 'get',
    path: '/api/v1/calendar-feeds',
    name: 'listCalendarFeeds',
    summary: 'List your calendar feeds, oldest first, without their addresses',
    roles: staff,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of feeds', schema: list(feedSchema) } },
    handle: async ({ db, actor, query }) => {
      const feeds = (await listFeeds(db, actor.actorId)).map(({ keyId: _, ...feed }) => feed);
      return { status: 200, body: pageOfAll(feeds, ({ feedId }) => feedId, query) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/calendar-feeds',
    name: 'createCalendarFeed',
    summary: 'Make a secret address at which your open calls are read as a calendar',
    roles: staff,
    answers: {
      201: { description: 'The feed, with its address this once', schema: newFeedSchema },
    },
    problems: ['idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, mail, idempotencyKey } = call;
      const before = await repeated(call, { action: 'calendar-feed.create', request: {} });
      if (before) {
        const known = await listFeeds(db, actor.actorId);
        const { keyId: _, ...feed } = known.find(({ feedId }) => feedId === before.target)!;
        return { status: 201, body: { ...feed, address: null } };
      }
      const asked = { actor, request: {}, idempotencyKey };
      const { record, secret } = await createFeed(db, { asked, at });
      const { keyId: _, ...feed } = record;
      const address = `${mail.publicUrl}/api/v1/calendar/${secret}.ics`;
      return { status: 201, body: { ...feed, address } };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/calendar-feeds/{feedId}',
    name: 'revokeCalendarFeed',
    summary: 'Revoke one of your calendar feeds, from now on and for ever',
    roles: staff,
    params: z.strictObject({ feedId: z.string() }),
    answers: { 204: { description: 'Revoked' } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, actor, at, params } = call;
      const { feedId } = params;
      if (!(await revokeFeed(db, { feedId, keyId: actor.actorId, at }))) {
        throw new DomainError('not-found', 'You have no such feed.');
      }
      await remember(call, { action: 'calendar-feed.revoke', target: feedId, request: {} });
      return { status: 204 };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/calendar/{secret}.ics',
    name: 'readCalendar',
    summary: 'The open calls of whoever made the address, as iCalendar',
    description: 'The secret in the path stands for a key. No names: the customer’s ID and a link.',
    roles: 'anyone',
    limited: true,
    params: z.strictObject({ secret: z.string().max(100) }),
    answers: { 200: { description: 'The calendar', type: 'text/calendar', schema: z.string() } },
    problems: ['not-found', 'too-many-requests'],
    handle: async ({ db, params, mail, at }) => {
      const calls = await callsOfFeed(db, params.secret);
      if (!calls) throw new DomainError('not-found', 'There is no such calendar.');
      return {
        status: 200,
        type: 'text/calendar',
        body: calendarOf(calls, { publicUrl: mail.publicUrl, at }),
      };
    },
  }),
];

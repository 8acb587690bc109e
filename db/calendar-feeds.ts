import { randomBytes, randomUUID } from 'node:crypto';
import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import type { FeedRecord, TaskRecord } from '../domain/records.ts';
import { isCall, taskTypeNames } from '../domain/tasks.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { hashOf } from './keys.ts';
import { apiKeys, calendarFeeds, tasks } from './schema.ts';

/** Everything but the hash. */
const shown = {
  feedId: calendarFeeds.feedId,
  keyId: calendarFeeds.keyId,
  createdAt: calendarFeeds.createdAt,
  revokedAt: calendarFeeds.revokedAt,
};

/** A feed of whoever asks. The secret is returned here and never again: only its SHA-256 is kept. */
export async function createFeed(
  db: Db,
  { asked, at }: { asked: Asked; at: string },
): Promise<{ record: FeedRecord; secret: string }> {
  const secret = randomBytes(32).toString('base64url');
  const feedId = randomUUID();
  const keyId = asked.actor.actorId;
  return writing(db, (tx) => {
    const record = tx
      .insert(calendarFeeds)
      .values({ feedId, keyId, hash: hashOf(secret), createdAt: at })
      .returning(shown)
      .get();
    insertDone(tx, asked, { action: 'calendar-feed.create', target: feedId, caseId: null, at });
    return { record, secret };
  });
}

/** The oldest first. */
export async function listFeeds(db: Db, keyId: string): Promise<FeedRecord[]> {
  return db
    .select(shown)
    .from(calendarFeeds)
    .where(eq(calendarFeeds.keyId, keyId))
    .orderBy(asc(calendarFeeds.createdAt), asc(calendarFeeds.feedId))
    .all();
}

/** False when the key has no such feed; revoking again keeps the first time. */
export async function revokeFeed(
  db: Db,
  { feedId, keyId, at }: { feedId: string; keyId: string; at: string },
): Promise<boolean> {
  const one = and(eq(calendarFeeds.feedId, feedId), eq(calendarFeeds.keyId, keyId));
  db.update(calendarFeeds)
    .set({ revokedAt: at })
    .where(and(one, isNull(calendarFeeds.revokedAt)))
    .run();
  return db.select(shown).from(calendarFeeds).where(one).get() !== undefined;
}

/** The open calls of whose feed it is, the earliest due first; undefined: it is none, or not any more, nor its key. */
export async function callsOfFeed(db: Db, secret: string): Promise<TaskRecord[] | undefined> {
  const feed = db
    .select(shown)
    .from(calendarFeeds)
    .innerJoin(apiKeys, eq(apiKeys.keyId, calendarFeeds.keyId))
    .where(
      and(
        eq(calendarFeeds.hash, hashOf(secret)),
        isNull(calendarFeeds.revokedAt),
        isNull(apiKeys.revokedAt),
      ),
    )
    .get();
  if (!feed) return undefined;
  return db
    .select()
    .from(tasks)
    .where(
      and(
        eq(tasks.status, 'open'),
        eq(tasks.assignee, feed.keyId),
        inArray(tasks.type, taskTypeNames.filter(isCall)),
        isNull(tasks.pausedUntil),
      ),
    )
    .orderBy(asc(tasks.dueAt), asc(tasks.taskId))
    .all();
}

import { and, desc, eq, gte, inArray, lt, sql } from 'drizzle-orm';
import type { Page, PageOf } from '../domain/records.ts';
import type { AuditEntry, AuditFilter } from '../domain/users.ts';
import { writing, type Db } from './connection.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { apiKeys, commands } from './schema.ts';

/* Who did what, and when: every command, and what happened in signing in. */

const newestFirst: Listing<Pick<AuditEntry, 'at' | 'entryId'>> = {
  name: 'audit',
  keyOf: ({ at, entryId }) => [at, entryId],
  keyParts: 2,
  order: 'descending',
};

const shown = {
  entryId: commands.commandId,
  at: commands.at,
  actorId: commands.actor,
  role: commands.role,
  action: commands.action,
  target: commands.target,
  caseId: commands.caseId,
  status: commands.status,
  /** of what is counted and not told one by one */
  times: sql<number>`coalesce(${commands.request} ->> '$.times', 1)`,
};

/** The newest first; with the names that actors and targets have now. */
export async function listAudit(
  db: Db,
  { actor, action, target, from, until }: AuditFilter,
  page: Page,
): Promise<PageOf<AuditEntry>> {
  const start = startOf(newestFirst, page);
  const rows = db
    .select(shown)
    .from(commands)
    .where(
      and(
        actor === undefined ? undefined : eq(commands.actor, actor),
        action === undefined ? undefined : eq(commands.action, action),
        target === undefined ? undefined : eq(commands.target, target),
        from === undefined ? undefined : gte(commands.at, from),
        until === undefined ? undefined : lt(commands.at, until),
        start && sql`(${commands.at}, ${commands.commandId}) < (${start[0]}, ${start[1]})`,
      ),
    )
    .orderBy(desc(commands.at), desc(commands.commandId))
    .limit(page.limit + 1)
    .all();
  const named = [...new Set(rows.flatMap((row) => [row.actorId, row.target]))];
  const { keyId, name } = apiKeys;
  const names = new Map(
    db
      .select({ keyId, name })
      .from(apiKeys)
      .where(inArray(keyId, named))
      .all()
      .map((one) => [one.keyId, one.name]),
  );
  const entries = rows.map((row) => ({
    ...row,
    actorName: names.get(row.actorId) ?? null,
    targetName: names.get(row.target) ?? null,
  }));
  return pageOf(newestFirst, entries, page);
}

const unknown = 'unknown';

/**
 * Counts what somebody tried who did not prove to be who they said: one entry an hour for each user, and one for all
 * mail addresses that nobody here has.
 */
export async function countRefused(
  db: Db,
  {
    action,
    userId,
    at,
  }: { action: 'session.refuse' | 'password.reset'; userId: string | null; at: string },
): Promise<void> {
  const target = userId ?? unknown;
  const hour = at.slice(0, 13);
  const times = sql`json_set(${commands.request}, '$.times', ${commands.request} ->> '$.times' + 1)`;
  writing(db, (tx) => {
    tx.insert(commands)
      .values({
        commandId: `${action}/${target}/${hour}`,
        actor: unknown,
        // The least that there is.
        role: 'agent',
        ...{ action, target, at, request: { times: 1 }, status: 'done', finishedAt: at },
      })
      .onConflictDoUpdate({ target: commands.commandId, set: { request: times, finishedAt: at } })
      .run();
  });
}

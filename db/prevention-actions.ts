import { randomUUID } from 'node:crypto';
import { and, asc, desc, eq, gt, gte, isNull, lt, or, type SQL } from 'drizzle-orm';
import { after, before, durationMs, earliest, latest } from '../domain/duration.ts';
import { DomainError, refused } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import {
  changedPlan,
  effectOf,
  topicKey,
  topicsToActOn,
  topicText,
  type Effect,
  type PreventionPlan,
  type PreventionPolicy,
  type PreventionStatus,
  type Topic,
  type PreventionChange,
  type PreventionRecord,
} from '../domain/prevention.ts';
import type { Page, PageOf } from '../domain/records.ts';
import { firstLossAt } from './cause-report.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { lossCells, lossesOf } from './losses.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { preventionActions, preventionChanges } from './schema.ts';

/** Everything but the spelling of the topic. */
const shown = {
  actionId: preventionActions.actionId,
  cause: preventionActions.cause,
  category: preventionActions.category,
  product: preventionActions.product,
  region: preventionActions.region,
  title: preventionActions.title,
  description: preventionActions.description,
  owner: preventionActions.owner,
  dueAt: preventionActions.dueAt,
  expectedFewerPercent: preventionActions.expectedFewerPercent,
  status: preventionActions.status,
  evidence: preventionActions.evidence,
  createdBy: preventionActions.createdBy,
  createdAt: preventionActions.createdAt,
  startedAt: preventionActions.startedAt,
  endedAt: preventionActions.endedAt,
  revision: preventionActions.revision,
};

/** Who asked, when, and for what. */
type Told = { asked: Asked; at: string };

/**
 * Proposes an action for every topic that is over the threshold. One topic has one action at a time, and none again
 * within a period of its end: until then its losses are from before.
 * @returns how many
 */
export async function proposeActions(
  db: Db,
  { policy, at }: { policy: Pick<Policy, 'prevention' | 'identification'>; at: string },
): Promise<number> {
  const { prevention, identification } = policy;
  if (!prevention) return 0;
  const from = before(at, prevention.period);
  const { naturalLossCauses, wantedLossCauses } = identification;
  const cells = lossCells(db, { from, to: at }, [...naturalLossCauses, ...wantedLossCauses]);
  return writing(db, (tx) => {
    const taken = tx
      .select(shown)
      .from(preventionActions)
      .where(or(isNull(preventionActions.endedAt), gt(preventionActions.endedAt, from)))
      .all();
    const found = topicsToActOn(cells, prevention.threshold, taken);
    for (const { cases, lostRevenue, ...topic } of found) {
      const plan = { title: topicText(topic), description: null, owner: null, dueAt: null };
      insert(tx, topic, {
        plan: { ...plan, expectedFewerPercent: null, status: 'proposed' },
        evidence: { from, to: at, cases, lostRevenue },
        ...{ by: null, at },
      });
    }
    return found.length;
  });
}

/** @throws DomainError `conflict` when the topic has an action that is not over */
export async function createAction(
  db: Db,
  topic: Topic,
  plan: Omit<PreventionPlan, 'status'>,
  { asked, at }: Told,
): Promise<PreventionRecord> {
  return writing(db, (tx) => {
    const current = tx
      .select(shown)
      .from(preventionActions)
      .where(and(eq(preventionActions.topic, topicKey(topic)), isNull(preventionActions.endedAt)))
      .get();
    if (current) {
      throw refused('topic-taken', `The topic has an action already: ${current.actionId}.`);
    }
    const proposed = { ...plan, status: 'proposed' as const };
    const by = asked.actor.actorId;
    const record = insert(tx, topic, { plan: proposed, evidence: null, by, at });
    insertDone(tx, asked, {
      action: 'prevention.create',
      target: record.actionId,
      caseId: null,
      at,
    });
    return record;
  });
}

function insert(
  tx: Db,
  topic: Topic,
  {
    plan,
    evidence,
    by,
    at,
  }: Pick<PreventionRecord, 'evidence'> & { plan: PreventionPlan; by: string | null; at: string },
): PreventionRecord {
  const record = tx
    .insert(preventionActions)
    .values({
      ...topic,
      ...plan,
      topic: topicKey(topic),
      actionId: randomUUID(),
      evidence,
      createdBy: by,
      createdAt: at,
      revision: 1,
    })
    .returning(shown)
    .get();
  noteChange(tx, record.actionId, { revision: 1, at, by, changes: changesOf({}, plan) });
  return record;
}

/**
 * Changes an action, and keeps what was changed.
 * @param told.revision that whoever asks has seen
 * @throws DomainError `not-found`; `conflict` when somebody has changed it since, or it cannot become that; `invalid`
 * when something that it needs is missing
 */
export async function changeAction(
  db: Db,
  actionId: string,
  { change, revision, asked, at }: Told & { change: Partial<PreventionPlan>; revision: number },
): Promise<PreventionRecord> {
  return writing(db, (tx) => {
    const known = find(tx, actionId);
    if (!known) throw new DomainError('not-found', 'There is no such action.');
    if (known.revision !== revision) {
      throw new DomainError(
        'conflict',
        `Somebody has changed the action: it is at revision ${known.revision}.`,
      );
    }
    const { title, description, owner, dueAt, expectedFewerPercent, status } = known;
    const plan = { title, description, owner, dueAt, expectedFewerPercent, status };
    const next = changedPlan(plan, change);
    const changes = changesOf(plan, next);
    insertDone(tx, asked, { action: 'prevention.change', target: actionId, caseId: null, at });
    if (Object.keys(changes).length === 0) return known;
    const isOver = next.status === 'done' || next.status === 'rejected';
    const record = tx
      .update(preventionActions)
      .set({
        ...next,
        startedAt: known.startedAt ?? (next.status === 'in-progress' ? at : null),
        endedAt: isOver ? at : null,
        revision: revision + 1,
      })
      .where(eq(preventionActions.actionId, actionId))
      .returning(shown)
      .get();
    const by = asked.actor.actorId;
    noteChange(tx, actionId, { revision: record.revision, at, by, changes });
    return record;
  });
}

/** What has become different, field by field. */
function changesOf(was: Partial<PreventionPlan>, is: PreventionPlan): PreventionChange['changes'] {
  const fields = Object.keys(is) as (keyof PreventionPlan)[];
  return Object.fromEntries(
    fields
      .filter((field) => (was[field] ?? null) !== is[field])
      .map((field) => [field, [was[field] ?? null, is[field]]]),
  );
}

function noteChange(tx: Db, actionId: string, change: PreventionChange): void {
  tx.insert(preventionChanges)
    .values({ actionId, ...change })
    .run();
}

function find(db: Db, actionId: string): PreventionRecord | undefined {
  return db
    .select(shown)
    .from(preventionActions)
    .where(eq(preventionActions.actionId, actionId))
    .get();
}

export async function getAction(db: Db, actionId: string): Promise<PreventionRecord | undefined> {
  return find(db, actionId);
}

/** Those that are not over. */
export async function currentActions(db: Db): Promise<PreventionRecord[]> {
  return db.select(shown).from(preventionActions).where(isNull(preventionActions.endedAt)).all();
}

/** Those that were not over at some time of [`from`, `to`), the oldest first. */
export async function actionsWithin(
  db: Db,
  { from, to }: { from: string; to: string },
): Promise<PreventionRecord[]> {
  const { createdAt, endedAt, actionId } = preventionActions;
  return db
    .select(shown)
    .from(preventionActions)
    .where(and(lt(createdAt, to), or(isNull(endedAt), gte(endedAt, from))))
    .orderBy(asc(createdAt), asc(actionId))
    .all();
}

/** Oldest first. */
export async function changesOfAction(db: Db, actionId: string): Promise<PreventionChange[]> {
  const { revision, at, by, changes } = preventionChanges;
  return db
    .select({ revision, at, by, changes })
    .from(preventionChanges)
    .where(eq(preventionChanges.actionId, actionId))
    .orderBy(asc(revision))
    .all();
}

const newestFirst: Listing<PreventionRecord> = {
  name: 'prevention-actions',
  keyOf: ({ createdAt, actionId }) => [createdAt, actionId],
  keyParts: 2,
  order: 'descending',
};

export async function listActions(
  db: Db,
  { status, owner }: { status?: PreventionStatus | undefined; owner?: string | undefined },
  page: Page,
): Promise<PageOf<PreventionRecord>> {
  const { createdAt, actionId } = preventionActions;
  const [beforeAt, beforeId] = startOf(newestFirst, page) ?? [];
  const start: SQL | undefined =
    beforeAt === undefined
      ? undefined
      : or(lt(createdAt, beforeAt), and(eq(createdAt, beforeAt), lt(actionId, beforeId!)));
  const rows = db
    .select(shown)
    .from(preventionActions)
    .where(
      and(
        status === undefined ? undefined : eq(preventionActions.status, status),
        owner === undefined ? undefined : eq(preventionActions.owner, owner),
        start,
      ),
    )
    .orderBy(desc(createdAt), desc(actionId))
    .limit(page.limit + 1)
    .all();
  return pageOf(newestFirst, rows, page);
}

/**
 * What an action that is done has brought: the losses of its topic in the time up to when somebody began it, as far back as
 * losses are known at all, and since it was done, as far as their causes are known; null for one that is not done.
 */
export async function effectOfAction(
  db: Db,
  { startedAt, endedAt, status, ...action }: PreventionRecord,
  { prevention, at }: { prevention: PreventionPolicy; at: string },
): Promise<Effect | null> {
  if (status !== 'done' || endedAt === null) return null;
  const { measuredOver, causeKnownAfter, judgedAfter, judgedFrom } = prevention;
  const begun = startedAt ?? endedAt;
  const known = earliest(after(endedAt, measuredOver), before(at, causeKnownAfter));
  const until = latest(known, endedAt);
  const since = earliest(latest(before(begun, measuredOver), firstLossAt(db) ?? begun), begun);
  return effectOf(
    lossesOf(db, action, { from: since, to: begun }),
    lossesOf(db, action, { from: endedAt, to: until }),
    { leastMs: durationMs(judgedAfter), leastCases: judgedFrom },
  );
}

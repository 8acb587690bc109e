import { randomUUID } from 'node:crypto';
import { and, asc, between, desc, eq, inArray, sql } from 'drizzle-orm';
import { latest } from '../domain/duration.ts';
import type { SalesEvent, UnknownEventType } from '../domain/records.ts';
import type { EventType } from '../domain/words.ts';
import { compiled, prepared, utc, writing, writingTogether, type Db } from './connection.ts';
import { personOf } from './duplicates.ts';
import { effects, lateEffects, type Context } from './event-effects.ts';
import { wordsOf } from './permissions.ts';
import { events, unknownEventTypes, waitingEvents } from './schema.ts';

/** Batches up to this size take effect before they are answered. */
const atOnce = 20;

/** Of a larger batch of these and of profiles they are kept before it is answered, and take effect soon after. */
const mayWait = Object.keys(lateEffects) as LateType[];
type LateType = keyof typeof lateEffects;

/** More than that do not wait: a batch that comes then takes as many to their effect as it brings. */
const waitingAtMost = 100_000;

/** In one transaction, which stays well under a second. */
const caughtUpAtOnce = 2_000;

const firstSeq = sql.placeholder('firstSeq');
const lastSeq = sql.placeholder('lastSeq');

const statements = prepared((db) => ({
  insert: compiled(
    db,
    db
      .insert(events)
      .values({
        source: sql.placeholder('source'),
        eventId: sql.placeholder('eventId'),
        type: sql.placeholder('type'),
        customerId: sql.placeholder('customerId'),
        time: sql.placeholder('time'),
        receivedAt: sql.placeholder('at'),
        sentBy: sql.placeholder('sentBy'),
        data: sql.placeholder('data'),
      })
      .onConflictDoNothing()
      .prepare(),
  ),
  unknown: db
    .insert(unknownEventTypes)
    .values({
      type: sql.placeholder('type'),
      events: 1,
      firstSeenAt: sql.placeholder('at'),
      lastSeenAt: sql.placeholder('at'),
      lastSource: sql.placeholder('source'),
    })
    .onConflictDoUpdate({
      target: unknownEventTypes.type,
      set: {
        events: sql`${unknownEventTypes.events} + 1`,
        lastSeenAt: sql`excluded.last_seen_at`,
        lastSource: sql`excluded.last_source`,
      },
    })
    .prepare(),
  wait: db.insert(waitingEvents).values({ firstSeq, lastSeq }).prepare(),
  waiting: db
    .select({
      events: sql<number>`coalesce(sum(${waitingEvents.lastSeq} - ${waitingEvents.firstSeq} + 1), 0)`,
    })
    .from(waitingEvents)
    .prepare(),
  next: db.select().from(waitingEvents).orderBy(waitingEvents.firstSeq).limit(1).prepare(),
  some: db
    .select()
    .from(events)
    .where(and(between(events.eventSeq, firstSeq, lastSeq), inArray(events.type, mayWait)))
    .orderBy(events.eventSeq)
    .limit(sql.placeholder('limit'))
    .prepare(),
  goOn: db
    .update(waitingEvents)
    .set({ firstSeq: sql`${sql.placeholder('from')}` })
    .where(eq(waitingEvents.firstSeq, firstSeq))
    .prepare(),
  end: db.delete(waitingEvents).where(eq(waitingEvents.firstSeq, firstSeq)).prepare(),
  ofPerson: db
    .update(events)
    .set({ customerId: sql`${sql.placeholder('customerId')}` })
    .where(eq(events.eventSeq, sql.placeholder('eventSeq')))
    .prepare(),
}));

/**
 * Takes in a batch of the sales system's events, all or nothing: every event with its effect and its message to the
 * customer's case in one transaction, or, of a large batch, with a note that the effect is still to come. A `source` and
 * `eventId` seen before, in this batch too, is a duplicate and changes nothing.
 */
export async function acceptEvents(
  db: Db,
  { events: batch, ...context }: Context & { events: SalesEvent[] },
): Promise<{ accepted: number; duplicates: number }> {
  // What the rest says is judged by what was bought before.
  const isPatient = batch.every(
    (event) => !isKnown(event) || mayComeLate(event) || isProfile(event),
  );
  if (!isPatient) await catchUp(db, () => context.at);
  return writingTogether(db, (tx) => {
    const isLarge = isPatient && batch.length > atOnce;
    if (isLarge && waitingIn(tx) > waitingAtMost) applyIn(tx, batch.length, context.at);
    const kept = { accepted: 0, waiting: [] as number[] };
    for (const sent of batch) {
      const event = { ...sent, time: utc(sent.time) };
      if (isLarge && mayComeLate(event)) {
        const eventSeq = keep(tx, event, context);
        if (eventSeq === null) continue;
        kept.waiting.push(eventSeq);
      } else if (!accept(tx, event, context)) continue;
      kept.accepted += 1;
    }
    const [firstSeq] = kept.waiting;
    if (firstSeq !== undefined) {
      statements(tx).wait.run({ firstSeq, lastSeq: kept.waiting.at(-1) });
    }
    return { accepted: kept.accepted, duplicates: batch.length - kept.accepted };
  });
}

/**
 * Brings events of large batches that wait to their effect, the oldest first. Whoever calls it, and how often: each has
 * its effect once.
 * @param limit of events in one transaction
 * @returns how many have had it, and about how many are left
 */
export async function applyWaiting(
  db: Db,
  { limit, at }: { limit: number; at: string },
): Promise<{ applied: number; left: number }> {
  // Mostly none waits, and nobody is then kept from writing.
  if (waitingIn(db) === 0) return { applied: 0, left: 0 };
  return writingTogether(db, (tx) => ({ applied: applyIn(tx, limit, at), left: waitingIn(tx) }));
}

/**
 * Brings all that waits in this moment to its effect: for who is about to decide something by what a customer has
 * bought. Mostly nothing waits.
 * @param onProgress called between transactions
 */
export async function catchUp(
  db: Db,
  clock: () => string,
  onProgress: () => void = () => undefined,
): Promise<void> {
  for (let left = waitingIn(db); left > 0; left -= caughtUpAtOnce) {
    await applyWaiting(db, { limit: caughtUpAtOnce, at: clock() });
    onProgress();
  }
}

/** How many events wait for their effect; those of a batch that never wait count too as long as one of it does. */
export async function countWaitingEvents(db: Db): Promise<number> {
  return waitingIn(db);
}

/**
 * Takes the word of a mail's reader who wants no more of them. It counts more than all that is known in this moment:
 * also than a consent whose time is ahead, since the clock of its sender is.
 */
export async function refuseMails(
  db: Db,
  { customerId, proof }: { customerId: string; proof: string },
  context: Context,
): Promise<void> {
  writing(db, (tx) => {
    const newest = wordsOf(tx, customerId).find(({ channel }) => channel === 'email');
    if (newest && !newest.granted && newest.purpose === null) return;
    const event = {
      // Of every one its own: permission may have been given again since the last.
      ...{ source: 'winback', eventId: randomUUID(), type: 'permission.changed', customerId },
      time: latest(context.at, newest?.at ?? ''),
      data: { channel: 'email', granted: false, proof },
    };
    accept(tx, event, context);
  });
}

/** Types of events that came and that we do not know, the last seen first. */
export async function listUnknownEventTypes(db: Db): Promise<UnknownEventType[]> {
  const { type, lastSeenAt } = unknownEventTypes;
  return db.select().from(unknownEventTypes).orderBy(desc(lastSeenAt), asc(type)).all();
}

/** @returns whether it is new */
function accept(tx: Db, sent: SalesEvent, context: Context): boolean {
  const event = ofPerson(tx, sent);
  if (keep(tx, event, context) === null) return false;
  if (isKnown(event)) effects[event.type](tx, event, context);
  else statements(tx).unknown.run({ ...event, at: context.at });
  return true;
}

/** @returns its number; null: it is a duplicate */
function keep(tx: Db, event: SalesEvent, { at, actor }: Context): number | null {
  const { changes, lastInsertRowid } = statements(tx).insert.run({
    ...{ ...event, at },
    sentBy: actor.actorId,
  });
  return changes === 0 ? null : Number(lastInsertRowid);
}

function waitingIn(tx: Db): number {
  return statements(tx).waiting.get()!.events;
}

/** @returns how many; fewer than `limit` when no more wait */
function applyIn(tx: Db, limit: number, at: string): number {
  const { next, some, goOn, end } = statements(tx);
  let applied = 0;
  for (let range = next.get(); range && applied < limit; range = next.get()) {
    const kept = some.all({ ...range, limit: limit - applied });
    for (const event of kept) applyLate(tx, event, at);
    applied += kept.length;
    const last = kept.at(-1)?.eventSeq ?? range.lastSeq;
    if (last === range.lastSeq) end.run(range);
    else goOn.run({ ...range, from: last + 1 });
  }
  return applied;
}

function applyLate(tx: Db, stored: typeof events.$inferSelect, at: string): void {
  const event = ofPerson(tx, stored);
  const { eventSeq, customerId } = event;
  if (customerId !== stored.customerId) statements(tx).ofPerson.run({ customerId, eventSeq });
  lateEffects[event.type as LateType](tx, event, { at });
}

function isKnown(event: SalesEvent): event is SalesEvent & { type: EventType } {
  return Object.hasOwn(effects, event.type);
}

function isProfile({ type }: SalesEvent): boolean {
  return type === 'customer.updated';
}

function mayComeLate({ type }: SalesEvent): boolean {
  return Object.hasOwn(lateEffects, type);
}

/** What happens to a confirmed duplicate happens to the former customer; particulars stay those of each ID. */
function ofPerson<E extends SalesEvent>(tx: Db, event: E): E {
  if (!isKnown(event) || isProfile(event)) return event;
  return { ...event, customerId: personOf(tx, event.customerId) };
}

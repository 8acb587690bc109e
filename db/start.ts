import { count, desc, isNotNull } from 'drizzle-orm';
import type { Db } from './connection.ts';
import { exampleSince } from './file-imports.ts';
import { customers, events } from './schema.ts';

/** What an installation has begun with. */
export async function startOfData(db: Db): Promise<{
  customers: number;
  exampleSince: string | null;
  lastEvent: { at: string; type: string; source: string } | null;
}> {
  const { number } = db.select({ number: count() }).from(customers).get()!;
  const lastEvent = db
    .select({ at: events.receivedAt, type: events.type, source: events.source })
    .from(events)
    // What was imported was sent by nobody.
    .where(isNotNull(events.sentBy))
    .orderBy(desc(events.eventSeq))
    .limit(1)
    .get();
  return { customers: number, exampleSince: exampleSince(db), lastEvent: lastEvent ?? null };
}

import { createHash } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { Fact } from '../domain/facts.ts';
import { prepared, type Db } from './connection.ts';
import { enqueue } from './outbox.ts';
import { cases, customers } from './schema.ts';

const heard = {
  caseId: cases.caseId,
  openedAt: cases.openedAt,
  lostAt: cases.lostAt,
  cancelled: cases.cancelled,
};

const objectedAt = sql.placeholder('objectedAt');
const deceasedAt = sql.placeholder('deceasedAt');

const statements = prepared((db) => ({
  openCase: db
    .select(heard)
    .from(cases)
    .where(and(eq(cases.customerId, sql.placeholder('customerId')), sql`${cases.status} = 'open'`))
    .prepare(),
  cancelled: db
    .update(cases)
    .set({
      lostAt: sql`max(${cases.lostAt}, ${sql.placeholder('cancelledAt')})`,
      cancelled: true,
      // After the return it tells of the next loss.
      statedReason: sql`case when ${cases.regainedAt} is null then coalesce(${sql.placeholder('reason')}, ${cases.statedReason}) else ${cases.statedReason} end`,
      effectiveAt: sql`case when ${cases.regainedAt} is null then coalesce(${sql.placeholder('effectiveAt')}, ${cases.effectiveAt}) else ${cases.effectiveAt} end`,
    })
    .where(eq(cases.caseId, sql.placeholder('caseId')))
    .prepare(),
  deceased: db
    .update(customers)
    .set({
      deceasedAt: sql`min(coalesce(${customers.deceasedAt}, ${deceasedAt}), ${deceasedAt})`,
      updatedAt: sql`${sql.placeholder('at')}`,
    })
    .where(eq(customers.customerId, sql.placeholder('customerId')))
    .prepare(),
  objected: db
    .update(customers)
    .set({
      objectedAt: sql`min(coalesce(${customers.objectedAt}, ${objectedAt}), ${objectedAt})`,
      updatedAt: sql`${sql.placeholder('at')}`,
    })
    .where(eq(customers.customerId, sql.placeholder('customerId')))
    .prepare(),
}));

export type CaseForFacts = Pick<
  typeof cases.$inferSelect,
  'caseId' | 'openedAt' | 'lostAt' | 'cancelled'
>;

/** The customer's open case, as far as a fact needs it. */
export function caseForFacts(tx: Db, customerId: string): CaseForFacts | undefined {
  return statements(tx).openCase.get({ customerId });
}

/** From now on an open case has a cancellation that can be withdrawn. What this one leaves out stays as it was. */
export function noteCancelled(
  tx: Db,
  cancellation: {
    caseId: string;
    cancelledAt: string;
    reason: string | null;
    /** in UTC */
    effectiveAt: string | null;
  },
): void {
  statements(tx).cancelled.run(cancellation);
}

/** An event's identity as a workflow may carry it: a code, whatever text the sales system identifies it by. */
export function factId(...identity: string[]): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 24);
}

/** Whoever has died is contacted no more, and their open case hears of it. */
export function noteDeath(
  tx: Db,
  death: { customerId: string; deceasedAt: string; eventId: string; at: string },
): void {
  const { customerId, deceasedAt, eventId, at } = death;
  statements(tx).deceased.run({ customerId, deceasedAt, at });
  const open = caseForFacts(tx, customerId);
  if (!open) return;
  reportFact(
    tx,
    { customerId, caseId: open.caseId, at },
    { kind: 'death', eventId, at: deceasedAt },
  );
}

/** Puts a fact on its way to the customer's open case. */
export function reportFact(
  tx: Db,
  to: { customerId: string; caseId: string; at: string },
  fact: Fact,
): void {
  const { customerId, caseId, at } = to;
  enqueue(tx, {
    orderKey: customerId,
    kind: 'fact',
    payload: { ...fact, customerId, caseId },
    at,
  });
}

/** The customer wants no contact any more, as of the first time they said so; the open case hears of it. */
export function noteObjection(
  tx: Db,
  objection: { customerId: string; objectedAt: string; eventId: string; at: string },
): void {
  const { customerId, objectedAt, eventId, at } = objection;
  statements(tx).objected.run({ customerId, objectedAt, at });
  const open = caseForFacts(tx, customerId);
  if (!open) return;
  const fact = { kind: 'objection', eventId, at: objectedAt } as const;
  reportFact(tx, { customerId, caseId: open.caseId, at }, fact);
}

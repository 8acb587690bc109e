import { and, eq, gte, or, sql } from 'drizzle-orm';
import {
  answerTo,
  declineOf,
  type Background,
  type LeftOutReason,
  type ShownSign,
} from '../domain/early-signs.ts';
import { dayOf } from '../domain/models/history.ts';
import type { Policy } from '../domain/policy.ts';
import { channels } from '../domain/words.ts';
import { prepared, writing, type Db } from './connection.ts';
import { permissionOf } from './contacts.ts';
import { openPreventiveTask, preventiveWork } from './preventive-tasks.ts';
import { historyOf } from './purchases.ts';
import { cases, customers, earlySignCounts } from './schema.ts';

const customerId = sql.placeholder('customerId');

const statements = prepared((db) => ({
  customer: db
    .select({
      deceasedAt: customers.deceasedAt,
      objectedAt: customers.objectedAt,
      cancelledAt: customers.cancelledAt,
      lastPurchaseAt: customers.lastPurchaseAt,
    })
    .from(customers)
    .where(eq(customers.customerId, customerId))
    .prepare(),
  caseSince: db
    .select({ caseId: cases.caseId })
    .from(cases)
    .where(
      and(
        eq(cases.customerId, customerId),
        or(eq(cases.status, 'open'), gte(cases.openedAt, sql.placeholder('signAt'))),
      ),
    )
    .limit(1)
    .prepare(),
  count: db
    .insert(earlySignCounts)
    .values({ sign: sql.placeholder('sign'), answer: sql.placeholder('answer'), signs: 1 })
    .onConflictDoUpdate({
      target: [earlySignCounts.sign, earlySignCounts.answer],
      set: { signs: sql`${earlySignCounts.signs} + 1` },
    })
    .prepare(),
}));

type Context = { policy: Policy; at: string };

/** A sign that a known customer has shown gives a preventive task, or is counted under the reason why not. */
export function noteSign(
  tx: Db,
  customerId: string,
  shown: ShownSign,
  { policy, at }: Context,
): 'task' | LeftOutReason {
  const known = backgroundOf(tx, customerId, shown.signAt, { policy, at });
  const answer = answerTo(shown, known, policy.earlySigns, at);
  const opened =
    'task' in answer &&
    openPreventiveTask(tx, { customerId, type: answer.task, shown }, { policy, at });
  const became = opened ? 'task' : 'leftOut' in answer ? answer.leftOut : 'no-channel';
  statements(tx).count.run({ sign: shown.sign, answer: became });
  return became;
}

function backgroundOf(
  tx: Db,
  customerId: string,
  signAt: string,
  { policy, at }: Context,
): Background {
  const { customer, caseSince } = statements(tx);
  const { deceasedAt, objectedAt, cancelledAt, lastPurchaseAt } = customer.get({ customerId })!;
  return {
    deceased: deceasedAt !== null,
    objected: objectedAt !== null,
    cancelled: cancelledAt !== null,
    caseSince: caseSince.get({ customerId, signAt }) !== undefined,
    lastPurchaseAt,
    purchaseDays: historyOf(tx, customerId).days.length,
    closed: channels.filter((channel) => {
      const asked = { customerId, channel, purpose: 'recovery' as const, at };
      return !permissionOf(tx, asked, policy.contact).permitted;
    }),
    ...preventiveWork(tx, customerId),
  };
}

/**
 * Notes a rhythm that slows down, for customers of whom a scan says so: in the order given, as far as the limits go,
 * and all in one transaction, so give it a page at a time. Whoever has bought meanwhile is passed over.
 */
export async function noteEarlySigns(
  db: Db,
  { customerIds, sign, policy, at }: Context & { customerIds: string[]; sign: 'declining-rhythm' },
): Promise<{ opened: number; leftOut: number }> {
  return writing(db, (tx) => {
    const noted = { opened: 0, leftOut: 0 };
    for (const customerId of customerIds) {
      const { days, lastPurchaseAt } = historyOf(tx, customerId);
      const signData = declineOf(days, dayOf(at), policy.earlySigns.decline);
      if (!signData) continue;
      const shown = { sign, signAt: lastPurchaseAt!, signData };
      noted[noteSign(tx, customerId, shown, { policy, at }) === 'task' ? 'opened' : 'leftOut'] += 1;
    }
    return noted;
  });
}

/** How many signs were heard of, by what became of them. */
export async function countEarlySigns(db: Db) {
  return db.select().from(earlySignCounts).all();
}

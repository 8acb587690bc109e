import { asc, eq, and } from 'drizzle-orm';
import type { DuplicateRecord } from '../domain/identity.ts';
import type { Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { decideDuplicate, personOf } from './duplicates.ts';
import { tellOfLostChannels } from './contacts.ts';
import { factId, noteDeath, noteObjection } from './facts.ts';
import { wordsOf } from './permissions.ts';
import { closePreventiveTask } from './preventive-tasks.ts';
import { moveReturns, newsWhenReported, recountPurchases, storePurchase } from './purchases.ts';
import { customers, permissions, purchases } from './schema.ts';

type Told = { asked: Asked; at: string };

/**
 * Two records are one person: what was bought under the new ID belongs to the former customer, whose open case hears of
 * it like of any purchase; so does all that comes under it from now on. What was refused under the new ID is refused.
 * @throws DomainError as `decideDuplicate`
 */
export async function confirmDuplicate(
  db: Db,
  duplicateId: string,
  { asked, at }: Told,
): Promise<DuplicateRecord> {
  return writing(db, (tx) => {
    const record = decideDuplicate(tx, duplicateId, { status: 'confirmed', asked, at });
    const { customerId } = record;
    const person = personOf(tx, customerId);
    const theirs = eq(purchases.customerId, customerId);
    const bought = tx
      .select()
      .from(purchases)
      .where(theirs)
      .orderBy(asc(purchases.purchasedAt))
      .all();
    for (const { product, returned, ...purchase } of bought) {
      const { orderId } = purchase;
      const amount = purchase.amount + returned;
      const own = { ...purchase, amount, customerId: person, ...(product !== null && { product }) };
      const eventId = () => factId('duplicate', customerId, orderId);
      // An order that the former customer has, too, stays where it is.
      if (!storePurchase(tx, own, { at, eventId, isNews: newsWhenReported })) continue;
      tx.delete(purchases)
        .where(and(theirs, eq(purchases.orderId, orderId)))
        .run();
    }
    recountPurchases(tx, customerId, at);
    moveReturns(tx, { from: customerId, to: person }, at);
    carryRefusals(tx, { from: customerId, to: person }, at);
    return record;
  });
}

/** An objection, a death and a refusal hold for the person, under whichever ID they were heard of. */
function carryRefusals(tx: Db, { from, to }: { from: string; to: string }, at: string): void {
  const known = tx.select().from(customers).where(eq(customers.customerId, from)).get();
  const eventId = (what: string) => factId('duplicate', from, what);
  if (known?.objectedAt) {
    const objection = { customerId: to, objectedAt: known.objectedAt, at };
    noteObjection(tx, { ...objection, eventId: eventId('objection') });
    closePreventiveTask(tx, { customerId: to, reason: 'objection', at });
  }
  if (known?.deceasedAt) {
    noteDeath(tx, { customerId: to, deceasedAt: known.deceasedAt, eventId: eventId('death'), at });
    closePreventiveTask(tx, { customerId: to, reason: 'death', at });
  }
  const refusals = wordsOf(tx, from).filter(({ granted }) => !granted);
  if (refusals.length === 0) return;
  const told = { customerId: to, eventId: eventId('refusals'), time: at, at };
  tellOfLostChannels(tx, told, () => {
    for (const { permissionId: _, ...word } of refusals) {
      tx.insert(permissions)
        .values({ ...word, customerId: to })
        .run();
    }
  });
}

/** They are two people, and never reported again. @throws DomainError as `decideDuplicate` */
export async function rejectDuplicate(
  db: Db,
  duplicateId: string,
  { asked, at }: Told,
): Promise<DuplicateRecord> {
  return writing(db, (tx) => decideDuplicate(tx, duplicateId, { status: 'rejected', asked, at }));
}

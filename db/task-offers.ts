import { and, eq, sql } from 'drizzle-orm';
import { languageOf } from '../domain/mails.ts';
import { nameOfOffer, type OfferStatus } from '../domain/offers.ts';
import type { TaskRecord } from '../domain/records.ts';
import { prepared, type Db } from './connection.ts';
import { caseOffers, customers, offers } from './schema.ts';

/** The offer that a task makes, or asks a manager to approve. */
export type TaskOffer = {
  offerId: string;
  /** in the customer's language, as far as the catalogue has it */
  title: string;
  /** minor units of the policy's currency */
  cost: number;
  status: OfferStatus;
  /** a code is set aside, or was given */
  hasCode: boolean;
};

const statements = prepared((db) => ({
  find: db
    .select({
      cost: caseOffers.cost,
      status: caseOffers.status,
      code: caseOffers.code,
      content: offers.content,
      language: customers.language,
    })
    .from(caseOffers)
    .leftJoin(offers, eq(offers.offerId, caseOffers.offerId))
    .leftJoin(customers, eq(customers.customerId, caseOffers.customerId))
    .where(
      and(
        eq(caseOffers.caseId, sql.placeholder('caseId')),
        eq(caseOffers.measureId, sql.placeholder('measureId')),
        eq(caseOffers.offerId, sql.placeholder('offerId')),
      ),
    )
    .prepare(),
}));

/** Tasks with their offer, as far as they have one. */
export async function withOffers<Task extends Pick<TaskRecord, 'caseId' | 'measureId' | 'offerId'>>(
  db: Db,
  tasks: Task[],
): Promise<(Task & { offer: TaskOffer | null })[]> {
  return tasks.map((task) => ({ ...task, offer: offerOf(db, task) }));
}

function offerOf(
  db: Db,
  { caseId, measureId, offerId }: Pick<TaskRecord, 'caseId' | 'measureId' | 'offerId'>,
): TaskOffer | null {
  if (offerId === null) return null;
  const found = statements(db).find.get({ caseId, measureId, offerId });
  if (!found) return null;
  const { cost, status, code, content, language } = found;
  const title = content ? nameOfOffer(content, languageOf(language)) : offerId;
  const hasCode = code !== null && status !== 'withdrawn';
  return { offerId, title, cost, status, hasCode };
}

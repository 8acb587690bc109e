import { and, eq, inArray, isNotNull, notInArray, sql } from 'drizzle-orm';
import type { LossCell, Losses, Topic } from '../domain/prevention.ts';
import type { Period } from '../domain/rises.ts';
import { caseStatuses, type Cause } from '../domain/words.ts';
import { productOfCustomer } from './assignment.ts';
import { lostRevenue } from './case-causes.ts';
import { isTheOne, losses } from './cause-report.ts';
import type { Db } from './connection.ts';
import { caseCauses, cases, customers } from './schema.ts';

/* Losses by what they have in common. */

/** Who has bought in so many days could be lost. */
const atRiskDays = 365;
const dayMs = 86_400_000;

/** What they bought most of in the year up to the loss, where purchases say it; else the sales system's word on the customer. */
export const productOfLoss = sql<
  string | null
>`coalesce((select product from purchases where purchases.customer_id = ${cases.customerId} and product is not null and purchased_at <= ${cases.lostAt} and purchased_at > strftime('%Y-%m-%dT%H:%M:%fZ', ${cases.lostAt}, '-365 days') group by product order by sum(amount) desc, product limit 1), ${productOfCustomer})`;

/** As the company divides its market, else the country. */
export const regionOfCustomer = sql<
  string | null
>`coalesce(cast(${customers.extra} ->> '$.region' as text), ${customers.country})`;

/** What a loss is told apart by within its cause; goes with `customers` and the statement of the cause beside it. */
export const traits = {
  category: caseCauses.category,
  product: productOfLoss,
  region: regionOfCustomer,
};

/** Nothing can be learned from them. */
const noTopics: readonly Cause[] = ['unknown'];

/**
 * The losses of a period (cases opened in it) by cause, category, product and region; those whose cause is not known
 * are left out.
 * @param leftOut causes that nobody can or wants to undo
 */
export function lossCells(db: Db, period: Period, leftOut: readonly Cause[] = []): LossCell[] {
  return db
    .select({
      cause: sql<Cause>`${cases.cause}`,
      category: traits.category,
      product: productOfLoss.as('product'),
      region: regionOfCustomer.as('region'),
      cases: sql<number>`count(*)`,
      lostRevenue: sql<number>`sum(${lostRevenue})`,
    })
    .from(cases)
    .leftJoin(caseCauses, and(eq(caseCauses.caseId, cases.caseId), isTheOne))
    .leftJoin(customers, eq(customers.customerId, cases.customerId))
    .where(
      and(
        losses(period),
        isNotNull(cases.cause),
        notInArray(cases.cause, [...noTopics, ...leftOut]),
      ),
    )
    .groupBy(cases.cause, caseCauses.category, sql`3`, sql`4`)
    .all();
}

/** The losses of a topic in a period, and of how many customers. */
export function lossesOf(db: Db, topic: Topic, period: Period): Losses {
  const [atRisk] = customersAtRisk(db, [period.from], topic);
  const found = db
    .select({ cases: sql<number>`count(*)` })
    .from(cases)
    .leftJoin(caseCauses, and(eq(caseCauses.caseId, cases.caseId), isTheOne))
    .leftJoin(customers, eq(customers.customerId, cases.customerId))
    .where(
      and(
        // Status by status, as the index has it.
        inArray(cases.status, [...caseStatuses]),
        losses(period),
        eq(cases.cause, topic.cause),
        notInArray(cases.cause, [...noTopics]),
        topic.category === null ? undefined : eq(caseCauses.category, topic.category),
        topic.product === null ? undefined : sql`${productOfLoss} = ${topic.product}`,
        topic.region === null ? undefined : sql`${regionOfCustomer} = ${topic.region}`,
      ),
    )
    .get()!;
  return { ...period, cases: found.cases, atRisk: atRisk! };
}

/**
 * How many customers had bought in the year up to each moment, all in one reading of the purchases.
 * @param of only those in its region, and with its product
 */
export function customersAtRisk(
  db: Db,
  moments: readonly string[],
  of: Pick<Topic, 'product' | 'region'> = { product: null, region: null },
): number[] {
  if (moments.length === 0) return [];
  const counts = moments.map((at, i) => {
    const since = new Date(Date.parse(at) - atRiskDays * dayMs).toISOString();
    return sql`max(purchased_at > ${since} and purchased_at <= ${at}) as ${sql.raw(`m${i}`)}`;
  });
  const limits = [
    of.region === null
      ? undefined
      : sql`customer_id in (select customer_id from customers where ${regionOfCustomer} = ${of.region})`,
    of.product === null
      ? undefined
      : sql`coalesce(product, (select ${productOfCustomer} from customers where customers.customer_id = purchases.customer_id)) = ${of.product}`,
  ];
  const where = and(...limits);
  const row = db.get<Record<string, number | null>>(
    sql`select ${sql.join(
      moments.map((_, i) => sql.raw(`sum(m${i}) as m${i}`)),
      sql`, `,
    )} from (select ${sql.join(counts, sql`, `)} from purchases ${where ? sql`where ${where}` : sql``} group by customer_id)`,
  );
  return moments.map((_, i) => row[`m${i}`] ?? 0);
}

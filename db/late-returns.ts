import { and, asc, eq, gt, lte, or, sql } from 'drizzle-orm';
import { prepared, type Db } from './connection.ts';
import { cases, customers, purchases } from './schema.ts';

/** From when on a return is one. Who bought before the opening of a silent loss was not lost. */
const backFrom = sql<string>`case when ${cases.cancelled} then ${cases.lostAt} else max(${cases.lostAt}, ${cases.openedAt}) end`;

/**
 * Of a case and its customer: whether what they last withdrew is the cancellation that this loss is about, and not an
 * earlier one. A case that was opened once more is about the cancellation that stands.
 */
export const hasWithdrawn = sql<boolean>`coalesce(${customers.lastWithdrawalAt} >= ${backFrom} and (${cases.cancelled} or ${customers.lastCancellationAt} >= ${cases.lostAt}), 0)`;

const ofCase = eq(cases.caseId, sql.placeholder('caseId'));

const statements = prepared((db) => ({
  lateOrder: db
    .select({ at: purchases.purchasedAt })
    .from(cases)
    .innerJoin(purchases, eq(purchases.customerId, cases.customerId))
    .where(
      and(
        ofCase,
        gt(purchases.purchasedAt, backFrom),
        lte(purchases.purchasedAt, cases.closedAt),
        or(gt(purchases.amount, 0), eq(purchases.returned, 0)),
      ),
    )
    .orderBy(asc(purchases.purchasedAt))
    .limit(1)
    .prepare(),
  lateWithdrawal: db
    .select({ at: customers.lastWithdrawalAt })
    .from(cases)
    .innerJoin(customers, eq(customers.customerId, cases.customerId))
    .where(and(ofCase, hasWithdrawn, lte(customers.lastWithdrawalAt, cases.closedAt)))
    .prepare(),
}));

type Closed = Pick<
  typeof cases.$inferSelect,
  'caseId' | 'regainedAt' | 'regainedBy' | 'outcome' | 'closedAt'
>;

/** Who came back while the case observed them, but of whom that is heard only after its end. */
export function lateReturnOf(
  tx: Db,
  { caseId, regainedAt, outcome, closedAt }: Closed,
): Pick<Closed, 'regainedAt' | 'regainedBy'> | undefined {
  const wasObserved = outcome === 'lost' || outcome === 'control-group';
  if (regainedAt !== null || closedAt === null || !wasObserved) return undefined;
  const { lateOrder, lateWithdrawal } = statements(tx);
  const bought = lateOrder.get({ caseId })?.at;
  const withdrawn = lateWithdrawal.get({ caseId })?.at;
  if (withdrawn && !(bought && bought < withdrawn)) {
    return { regainedAt: withdrawn, regainedBy: 'cancellation-withdrawn' };
  }
  return bought ? { regainedAt: bought, regainedBy: 'purchase' } : undefined;
}

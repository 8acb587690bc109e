import { and, asc, eq, gt, gte, lte, or, sql } from 'drizzle-orm';
import { latest } from '../domain/duration.ts';
import { prepared, type Db } from './connection.ts';
import { cases, customers, purchases } from './schema.ts';

const ofCustomer = eq(purchases.customerId, sql.placeholder('customerId'));

const statements = prepared((db) => ({
  lateOrder: db
    .select({ at: purchases.purchasedAt })
    .from(purchases)
    .where(
      and(
        ofCustomer,
        gt(purchases.purchasedAt, sql.placeholder('after')),
        lte(purchases.purchasedAt, sql.placeholder('until')),
        or(gt(purchases.amount, 0), eq(purchases.returned, 0)),
      ),
    )
    .orderBy(asc(purchases.purchasedAt))
    .limit(1)
    .prepare(),
  lateWithdrawal: db
    .select({ at: customers.lastWithdrawalAt })
    .from(customers)
    .where(
      and(
        eq(customers.customerId, sql.placeholder('customerId')),
        gte(customers.lastWithdrawalAt, sql.placeholder('after')),
        lte(customers.lastWithdrawalAt, sql.placeholder('until')),
      ),
    )
    .prepare(),
}));

type Closed = Pick<
  typeof cases.$inferSelect,
  | 'customerId'
  | 'regainedAt'
  | 'regainedBy'
  | 'outcome'
  | 'openedAt'
  | 'closedAt'
  | 'lostAt'
  | 'cancelled'
>;

/** Who came back while the case observed them, but of whom that is heard only after its end. */
export function lateReturnOf(
  tx: Db,
  { customerId, regainedAt, outcome, openedAt, closedAt, lostAt, cancelled }: Closed,
): Pick<Closed, 'regainedAt' | 'regainedBy'> | undefined {
  const wasObserved = outcome === 'lost' || outcome === 'control-group';
  if (regainedAt !== null || closedAt === null || !wasObserved) return undefined;
  const { lateOrder, lateWithdrawal } = statements(tx);
  // Who bought before the opening of a silent loss was not lost, and is no return.
  const since = cancelled ? lostAt : latest(lostAt, openedAt);
  const observed = { customerId, after: since, until: closedAt };
  const bought = lateOrder.get(observed)?.at;
  const withdrawn = cancelled ? lateWithdrawal.get(observed)?.at : undefined;
  if (withdrawn && !(bought && bought < withdrawn)) {
    return { regainedAt: withdrawn, regainedBy: 'cancellation-withdrawn' };
  }
  return bought ? { regainedAt: bought, regainedBy: 'purchase' } : undefined;
}

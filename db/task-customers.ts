import { eq, sql } from 'drizzle-orm';
import type { TaskRecord } from '../domain/records.ts';
import type { Cause, CustomerKind, Tier, Trigger } from '../domain/words.ts';
import { prepared, type Db } from './connection.ts';
import { cases, customers } from './schema.ts';

/** Whom a task is about, as far as a list says it. */
export type TaskCustomer = {
  name: string | null;
  kind: CustomerKind | null;
  /** of its case; null: a preventive task, or not known yet */
  trigger: Trigger | null;
  tier: Tier | null;
  cause: Cause | null;
  /** what a regained customer is expected to bring, minor units */
  secondLifetimeValue: number | null;
};

const statements = prepared((db) => ({
  customer: db
    .select({ name: customers.name, kind: customers.kind })
    .from(customers)
    .where(eq(customers.customerId, sql.placeholder('customerId')))
    .prepare(),
  ofCase: db
    .select({
      trigger: cases.trigger,
      tier: cases.tier,
      cause: cases.cause,
      secondLifetimeValue: cases.secondLifetimeValue,
    })
    .from(cases)
    .where(eq(cases.caseId, sql.placeholder('caseId')))
    .prepare(),
}));

const noCase = { trigger: null, tier: null, cause: null, secondLifetimeValue: null };

export async function withCustomers<Task extends Pick<TaskRecord, 'caseId' | 'customerId'>>(
  db: Db,
  tasks: Task[],
): Promise<(Task & { customer: TaskCustomer })[]> {
  const { customer, ofCase } = statements(db);
  return tasks.map((task) => {
    const { name = null, kind = null } = customer.get({ customerId: task.customerId }) ?? {};
    const known = task.caseId === null ? undefined : ofCase.get({ caseId: task.caseId });
    return { ...task, customer: { name, kind, ...(known ?? noCase) } };
  });
}

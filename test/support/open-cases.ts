import type { Db } from '../../db/open.ts';
import { cases, customers, tasks } from '../../db/schema.ts';
import { caseIdOf, taskIdOf } from '../../domain/ids.ts';

const hourMs = 3_600_000;

/** By which they are found and told apart. */
export const nameOf = (i: number) => `Kundin ${String(i).padStart(4, '0')}`;

/**
 * Open cases with a call each, the first to be made first, none overdue. No workflow runs for them, and they have just
 * been opened, so that the reconciliation begins none.
 */
export async function fillWithOpenCases(db: Db, many: number): Promise<void> {
  const opened = new Date(Date.now() + hourMs).toISOString();
  const common = { step: 'cause-analysis' as const, episode: 1 };
  for (let i = 0; i < many; i += 1) {
    const customerId = `O-${i}`;
    const caseId = caseIdOf(customerId, 1);
    const dueAt = new Date(Date.now() + 30 * 24 * hourMs + i * 60_000).toISOString();
    db.insert(customers)
      .values({
        customerId,
        name: nameOf(i),
        kind: 'consumer',
        createdAt: opened,
        updatedAt: opened,
      })
      .run();
    db.insert(cases)
      .values({
        ...{ ...common, caseId, customerId, status: 'open', trigger: 'cancellation', tier: 'B' },
        ...{ openedAt: opened, lostAt: opened, nextDueAt: dueAt, revision: 0 },
        ...{ policyVersion: 'standard-1', openedBy: 'test' },
      })
      .run();
    db.insert(tasks)
      .values({
        ...{ taskId: taskIdOf(caseId, 'cause-call', 1), type: 'cause-call', attempt: 1 },
        ...{ caseId, customerId, step: common.step, status: 'open', createdAt: opened },
        ...{ dueAt, deadlineAt: dueAt },
      })
      .run();
  }
}

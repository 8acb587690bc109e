import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { recordPurchases, upsertCustomers } from '../db/imports.ts';
import type { TaskType } from '../domain/tasks.ts';
import type { TaskStatus } from '../domain/words.ts';
import { answer, bareCase, purchase } from './bare-workflow.ts';
import type { BenchStack } from './stack.ts';
import { story } from './story.ts';

/* How people and the sales system walk a case of ours, over HTTP, and how a program walks the bare workflow. */

const lookEveryMs = 100;
const dayMs = 86_400_000;
let customers = 0;

/** Customers of tier A who fell silent 200 days ago, one after the other in the database before anything is measured. */
export async function makeCustomers(
  { db }: Pick<BenchStack, 'db'>,
  number: number,
): Promise<string[]> {
  const at = new Date().toISOString();
  const lastAt = Date.parse(at) - 200 * dayMs;
  const ids = Array.from({ length: number }, () => `C-${(customers += 1)}`);
  await upsertCustomers(db, {
    customers: ids.map((customerId) => ({
      customerId,
      name: 'Erika Mustermann',
      kind: 'consumer',
    })),
    at,
  });
  await recordPurchases(db, {
    purchases: ids.flatMap((customerId) =>
      [0, 1, 2, 3].map((i) => ({
        customerId,
        orderId: `${customerId}-${i}`,
        purchasedAt: new Date(lastAt - i * 30 * dayMs).toISOString(),
        amount: 10_000,
        currency: 'EUR',
      })),
    ),
    at,
  });
  return ids;
}

export async function openCase({ api }: BenchStack, customerId: string): Promise<string> {
  const { body } = await api.post('/cases', { customerId, trigger: 'dormancy' });
  return (body as { caseId: string }).caseId;
}

export type OpenTask = { taskId: string; type: TaskType };

/** The task of this type that the inbox shows for the case, as soon as it is there. */
export async function openTask(
  { api }: BenchStack,
  caseId: string,
  type: TaskType,
): Promise<OpenTask> {
  for (;;) {
    const { items } = await api.get<{ items: OpenTask[] }>(`/tasks?status=open&caseId=${caseId}`);
    const task = items.find((candidate) => candidate.type === type);
    if (task) return task;
    await pause(lookEveryMs);
  }
}

/** Records a result; one that is only kept, because the engine did not answer in time, is waited for and counted. */
export async function complete(
  stack: BenchStack,
  { taskId }: OpenTask,
  result: Record<string, unknown>,
): Promise<void> {
  const { status } = await stack.api.post(`/tasks/${taskId}/complete`, { result });
  if (status === 200) return;
  stack.kept += 1;
  while ((await stack.api.get<{ status: TaskStatus }>(`/tasks/${taskId}`)).status === 'open') {
    await pause(lookEveryMs);
  }
}

/** Walks the story from the opening to the last answer; the observation then ends the case by itself. */
export async function walkOurs(stack: BenchStack, customerId: string): Promise<void> {
  const caseId = await openCase(stack, customerId);
  for (const stage of story) {
    if (stage.waitsFor === 'answer') {
      const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
      const when = stage.result['outcome'] === 'callback' ? { callbackAt: inAnHour } : {};
      const task = await openTask(stack, caseId, stage.task);
      await complete(stack, task, { ...stage.result, ...when });
    } else if (stage.waitsFor === 'purchase') {
      await buy(stack, customerId);
    }
  }
}

async function buy({ api }: BenchStack, customerId: string): Promise<void> {
  await api.post('/events', {
    specversion: '1.0',
    id: randomUUID(),
    source: 'https://shop.example',
    type: 'purchase.recorded',
    subject: customerId,
    time: new Date().toISOString(),
    data: { orderId: `${customerId}-return`, amount: 4_990, currency: 'EUR' },
  });
}

export function bareIds(number: number): string[] {
  return Array.from({ length: number }, () => `bare-${randomUUID()}`);
}

export async function startBare({ client }: BenchStack, workflowId: string): Promise<void> {
  await client.workflow.start(bareCase, {
    workflowId,
    taskQueue: 'bare',
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
}

export async function answerBare({ client }: BenchStack, workflowId: string): Promise<void> {
  await client.workflow.getHandle(workflowId).executeUpdate(answer, { updateId: randomUUID() });
}

export async function walkBare(stack: BenchStack, workflowId: string): Promise<void> {
  await startBare(stack, workflowId);
  await stack.bareReached(workflowId);
  for (const { waitsFor } of story) {
    if (waitsFor === 'answer') {
      await answerBare(stack, workflowId);
    } else if (waitsFor === 'purchase') {
      await stack.client.workflow.getHandle(workflowId).signal(purchase);
      await stack.bareReached(workflowId);
    }
  }
}

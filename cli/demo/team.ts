import { taskTypes } from '../../domain/tasks.ts';
import { resultOf, type Cast } from './cast.ts';
import { ApiProblem, type Client, type Task } from '../client.ts';
import { rest } from '../rest.ts';
import type { SalesSystem } from './sales-system.ts';
import { words } from './text.ts';

type Person = {
  name: string;
  client: Client;
  cast: Cast;
  /** what a customer does after a call reaches us through the shop */
  shop: SalesSystem;
  draw: (below: number) => number;
  say: (sentence: string) => void;
};

const lookEveryMs = 300;
/** How long a piece of work takes in this fast world. */
const workMs = { least: 100, more: 250 };

/** Takes a due task that is nobody's and fits the role, does it, and looks for the next. */
export async function work(
  person: Person,
  role: 'agent' | 'manager',
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (!(await takeOne(person, role, signal))) await rest(lookEveryMs, signal);
  }
}

/** Closes a case that may have ended by itself meanwhile. */
export async function closeCase(
  { client, name, say }: Pick<Person, 'client' | 'name' | 'say'>,
  caseId: string,
  reason: string,
): Promise<void> {
  const closed = await unless(['case-not-open'], () =>
    client.post(`/cases/${caseId}/close`, { reason }),
  );
  if (closed) say(`${name} closes ${caseId}: ${reason}`);
}

async function takeOne(
  person: Person,
  role: 'agent' | 'manager',
  signal: AbortSignal,
): Promise<boolean> {
  const { client, cast } = person;
  const dueBefore = new Date().toISOString();
  const inbox = client.each<Task>('/tasks', { status: 'open', assignee: 'none', dueBefore });
  for await (const task of inbox) {
    const isCast = task.caseId === null || cast.roleOf(task.caseId);
    if (taskTypes[task.type].role !== role || !isCast) continue;
    // A colleague was faster, or the case went on without it: both are daily business.
    const claimed = await unless(['conflict', 'task-not-open'], () =>
      client.post(`/tasks/${task.taskId}/claim`),
    );
    if (!claimed) continue;
    await rest(workMs.least + person.draw(workMs.more), signal);
    await complete(person, task);
    return true;
  }
  return false;
}

async function complete({ client, name, cast, shop, say }: Person, task: Task): Promise<void> {
  const reply = cast.replyTo(task);
  const result = resultOf(reply, new Date());
  let remark = '';
  const completed = await unless(['task-not-open', 'case-not-open'], async () => {
    const answer = await client.post<{ status: string }>(`/tasks/${task.taskId}/complete`, {
      result,
    });
    if (answer.status === 'kept') remark = ' (kept until the engine answers)';
  });
  if (!completed) remark = ' (too late, the case had gone on)';
  // The customer said it in any case.
  shop.schedule(task.customerId, reply.then);
  say(`${name}: ${words(task.type)}, ${task.customerId}: ${words(reply.outcome)}${remark}`);
}

/** Whether it was done; not, when it was refused for one of these reasons. */
async function unless(codes: string[], act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && codes.includes(error.code)) return false;
    throw error;
  }
}

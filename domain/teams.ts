import type { BusinessHours } from './policy.ts';
import type { TaskType } from './tasks.ts';
import { taskTypes } from './tasks.ts';
import type { Role, Tier } from './words.ts';

/** Who gets a task before anybody asks for one. */
export const assignments = [
  /** nobody: all take from the queue */
  'on-demand',
  /** who last worked with the customer, if they can */
  'continuity',
  /** the same, else whoever has the least to do */
  'balanced',
] as const;
export type Assignment = (typeof assignments)[number];

/** What somebody can do; an empty list means everything. Languages are primary tags of BCP 47, like `de`. */
export type Skills = { languages: string[]; tiers: Tier[]; products: string[] };

export type Team = { teamId: string; name: string; assignment: Assignment };

export type Member = {
  teamId: string;
  keyId: string;
  skills: Skills;
  /** on the clock of the policy's time zone; null: whenever the company works */
  hours: BusinessHours | null;
};

/** What a task asks of who does it. */
export type Demand = {
  type: TaskType;
  language: string | null;
  tier: Tier | null;
  /** the field `product` that the sales system gives of the customer */
  product: string | null;
};

/** Whether somebody has the role and the skills for a task. What is not known of a customer asks for nothing. */
export function canDo(role: Role, skills: Skills, demand: Demand): boolean {
  const covers = (known: readonly string[], asked: string | null | undefined) =>
    known.length === 0 || asked === null || asked === undefined || known.includes(asked);
  return (
    mayDo(role, demand.type) &&
    covers(skills.languages, demand.language?.split(/[-_]/, 1)[0]?.toLowerCase()) &&
    covers(skills.tiers, demand.tier) &&
    covers(skills.products, demand.product)
  );
}

/** Some decisions are a manager's; programs have no tasks. */
export function mayDo(role: Role, type: TaskType): boolean {
  if (role === 'sales-system') return false;
  return role !== 'agent' || taskTypes[type].role === 'agent';
}

/** The queues whose tasks somebody sees, beside those that are theirs. */
export type Sight = { keyId: string } & ({ only: string[] } | { allBut: string[] });

export function mayView(
  sight: Sight,
  { queue, assignee }: { queue: string | null; assignee: string | null },
): boolean {
  if (assignee === sight.keyId) return true;
  return 'only' in sight
    ? queue !== null && sight.only.includes(queue)
    : queue === null || !sight.allBut.includes(queue);
}

/** Somebody who could do a task, when it is due. */
export type Candidate = {
  keyId: string;
  /** open tasks that are theirs already */
  load: number;
};

/**
 * Whose a new task is: of who last worked with the customer, else by load if the team balances; null: it waits in the
 * queue.
 * @param candidates who has the skills and works when it is due
 */
export function assigneeAmong(
  candidates: Candidate[],
  { assignment, lastWorker }: { assignment: Assignment; lastWorker: string | null },
): string | null {
  if (assignment === 'on-demand') return null;
  if (candidates.some(({ keyId }) => keyId === lastWorker)) return lastWorker;
  if (assignment === 'continuity') return null;
  const [first] = candidates.toSorted((a, b) => a.load - b.load || (a.keyId < b.keyId ? -1 : 1));
  return first?.keyId ?? null;
}

type Waiting = { agreed: boolean; expectedGain: number | null; dueAt: string; taskId: string };

/** The order in which due tasks are handed out: agreed callbacks, then by expected gain, then the longest due. */
export function goesBefore(a: Waiting, b: Waiting): number {
  return (
    Number(b.agreed) - Number(a.agreed) ||
    (b.expectedGain ?? -1) - (a.expectedGain ?? -1) ||
    (a.dueAt + a.taskId < b.dueAt + b.taskId ? -1 : 1)
  );
}

export type TeamRecord = Team & { createdAt: string };

export type MemberRecord = Member & {
  name: string;
  role: Role;
  /** that are theirs now, of whatever team */
  openTasks: number;
  absent: boolean;
};

export type AbsenceRecord = {
  absenceId: string;
  keyId: string;
  fromAt: string;
  /** null: nobody knows yet */
  untilAt: string | null;
  createdBy: string;
  createdAt: string;
};

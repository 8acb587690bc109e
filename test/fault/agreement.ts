import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type Database from 'better-sqlite3';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { CaseState, TaskState } from '../../domain/case.ts';
import { recoveryWorkflowId } from '../../domain/ids.ts';
import { caseStateQuery } from '../../workflows/messages.ts';
import type { Json } from './load.ts';

/*
 * Whether the database shows what the workflows know. Timers go on while we look, so a case counts as different only
 * if it stays so.
 */

type Row = Record<string, Json>;

/** A task of a killed worker waits ten seconds for it before another may have it. */
const lookForMs = 30_000;
const lookEveryMs = 100;

/** Looks again and again until there is nothing to complain about, or it is certain. */
async function lasting(
  deadline: number,
  look: () => Promise<string | undefined>,
): Promise<string[]> {
  for (; ; await pause(lookEveryMs)) {
    const complaint = await look();
    if (!complaint) return [];
    if (Date.now() > deadline) return [complaint];
  }
}

/**
 * What the database and Temporal tell differently. As a question is answered only after everything that was said
 * before, all of it is done when this returns.
 */
export async function disagreements(db: Database.Database, client: Client): Promise<string[]> {
  const deadline = Date.now() + lookForMs;
  return [
    ...(await workflowsAgree(db, client, deadline)),
    ...(await openCasesAgree(db, client, deadline)),
  ];
}

async function openCasesAgree(
  db: Database.Database,
  client: Client,
  deadline: number,
): Promise<string[]> {
  const offences: string[] = [];
  const open = db.prepare(`select case_id from cases where status = 'open'`).all() as Row[];
  for (const { case_id } of open) {
    offences.push(...(await lasting(deadline, () => difference(db, client, case_id))));
  }
  return offences;
}

async function difference(
  db: Database.Database,
  client: Client,
  caseId: string,
): Promise<string | undefined> {
  const before = shown(db, caseId);
  if (before.state.status === 'closed') return;
  const handle = client.workflow.getHandle(recoveryWorkflowId(before.customerId));
  // A query that meets events which wait for a worker spoils the case: see `progressOf` in temporal/recoveries.ts.
  const { raw } = await handle.describe().catch(() => ({ raw: undefined }));
  if (raw?.pendingWorkflowTask) return `${caseId} is never at rest`;
  const known = await handle.query(caseStateQuery).catch((error: Error) => error);
  const after = shown(db, caseId);
  if (known instanceof WorkflowNotFoundError) return `${caseId} is open and has no workflow`;
  if (known instanceof Error) return `${caseId} does not answer: ${String(known.cause)}`;
  if (known.caseId !== caseId) return `${caseId} is open, and ${known.caseId} is running`;
  if (before.revision !== after.revision || after.state.status === 'closed') {
    return `${caseId} changes all the time`;
  }
  const wanted = {
    revision: known.revision,
    state: known.state,
    openTasks: known.openTasks.map(taskCore).sort((a, b) => (a.taskId < b.taskId ? -1 : 1)),
  };
  const { revision, state, openTasks } = after;
  if (isDeepStrictEqual(plain({ revision, state, openTasks }), plain(wanted))) return;
  return `${caseId}: the database shows ${JSON.stringify({ revision, state, openTasks })}, the workflow has ${JSON.stringify(wanted)}`;
}

/** Without the prototypes of whoever made it: the SDK may live outside jest's sandbox. */
function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}

function taskCore({ taskId, type, attempt, agreed, dueAt, deadlineAt }: TaskState) {
  return { taskId, type, attempt, agreed, dueAt, deadlineAt };
}

/** A case and its open tasks in the database, in the workflow's words. */
function shown(db: Database.Database, caseId: string) {
  return db.transaction(() => {
    const row = db.prepare('select * from cases where case_id = ?').get(caseId) as Row;
    const tasks = db
      .prepare(`select * from tasks where case_id = ? and status = 'open' order by task_id`)
      .all(caseId) as Row[];
    const state: CaseState = {
      status: row.status,
      step: row.step,
      outcome: row.outcome,
      endReason: row.end_reason,
      closedAt: row.closed_at,
      nextDueAt: row.next_due_at,
      pausedUntil: row.paused_until,
      tier: row.tier,
      secondLifetimeValue: row.second_lifetime_value,
      expectedGain: row.expected_gain,
      decision: row.decision,
      decisionReason: row.decision_reason,
      controlGroup: Boolean(row.control_group),
      statedCause: row.stated_cause,
      assessedCause: row.assessed_cause,
      verifiedCause: row.verified_cause,
      playbook: row.playbook_id && {
        playbookId: row.playbook_id,
        version: row.playbook_version,
      },
      plan: JSON.parse(row.plan),
      contacted: Boolean(row.contacted),
      regainedAt: row.regained_at,
      regainedBy: row.regained_by,
      regainedAmount: row.regained_amount,
      concessionCost: row.concession_cost,
      satisfactionScore: row.satisfaction_score,
    };
    const openTasks = tasks.map((task) => ({
      taskId: task.task_id,
      type: task.type,
      attempt: task.attempt,
      agreed: Boolean(task.agreed),
      dueAt: task.due_at,
      deadlineAt: task.deadline_at,
    }));
    return {
      customerId: String(row.customer_id),
      revision: Number(row.revision),
      state,
      openTasks,
    };
  })();
}

/** Every running workflow has its open case, and none ended other than by itself. */
async function workflowsAgree(
  db: Database.Database,
  client: Client,
  deadline: number,
): Promise<string[]> {
  const offences: string[] = [];
  const open = db.prepare(`select case_id from cases where customer_id = ? and status = 'open'`);
  const ofCases = `WorkflowType = 'recoveryCase'`;
  const failed = `${ofCases} AND ExecutionStatus != 'Running' AND ExecutionStatus != 'Completed'`;
  for await (const { workflowId, status } of client.workflow.list({ query: failed })) {
    offences.push(`${workflowId} ended as ${status.name}`);
  }
  const running = `${ofCases} AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query: running })) {
    const customerId = workflowId.slice(recoveryWorkflowId('').length);
    const look = async () => {
      if (open.get(customerId)) return undefined;
      const { status } = await client.workflow.getHandle(workflowId).describe();
      return status.name === 'RUNNING' ? `${workflowId} runs without an open case` : undefined;
    };
    offences.push(...(await lasting(deadline, look)));
  }
  return offences;
}

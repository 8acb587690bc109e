import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { recoveryWorkflowId, scanWorkflowId } from '../domain/ids.ts';
import type { CaseRecord } from '../domain/records.ts';
import { endOutside, getCase, openCaseOf, openCasesPage, restartCase } from '../db/cases.ts';
import type { Db } from '../db/open.ts';
import { finishScan, runningScan } from '../db/scans.ts';
import { listTasks } from '../db/tasks.ts';
import type { Recoveries } from '../temporal/recoveries.ts';
import type { Logger } from './relay.ts';

export type ReconcileDeps = {
  db: Db;
  client: Client;
  recoveries: Recoveries;
  clock: () => string;
  log: Logger;
};

/** What differed between the database and Temporal, each with the case it was repaired for. */
export type Reconciliation = {
  compared: number;
  /** open in the database, no such workflow: begun again */
  restarted: string[];
  /** open in the database, the workflow was terminated or failed: closed as stopped */
  endedOutside: string[];
  /** running, but the database shows another state: asked to write again */
  rewritten: string[];
  /** running, but stuck: every attempt of its workflow task fails. Nothing that we could repair; an operator must look. */
  unanswered: string[];
  /** running in the database, its workflow was terminated or is lost: marked as failed, so that others can begin */
  scansEnded: string[];
};

const pageSize = 500;
/** Workflows looked at at the same time. */
const atOnce = 8;
const lateMs = 60_000;
const lateScanMs = 300_000;
const stuckAfterAttempts = 5;

/**
 * The net under relay and projections: compares open cases with their workflows, and every running workflow with its
 * case, and repairs what differs. Cases that are just starting or ending are left alone. It asks no query: see
 * `progressOf` in temporal/recoveries.ts.
 */
export async function reconcile(deps: ReconcileDeps): Promise<Reconciliation> {
  const found: Reconciliation = {
    compared: 0,
    restarted: [],
    endedOutside: [],
    rewritten: [],
    unanswered: [],
    scansEnded: [],
  };
  const running = await runningCustomers(deps.client);
  for (let after: string | null = null; ;) {
    const page: CaseRecord[] = await openCasesPage(deps.db, { after, limit: pageSize });
    const check = async (record: CaseRecord) => {
      const late = await isLate(deps, record);
      const seemsGone = record.revision > 0 && !running.has(record.customerId);
      if (late || seemsGone) await checkCase(deps, record, found, { late });
    };
    for (let i = 0; i < page.length; i += atOnce) {
      await Promise.all(page.slice(i, i + atOnce).map(check));
    }
    found.compared += page.length;
    if (page.length < pageSize) break;
    after = page.at(-1)!.caseId;
  }
  for (const customerId of running) {
    if (!(await openCaseOf(deps.db, customerId))) await checkUnknown(deps, customerId, found);
  }
  await checkScan(deps, found);
  const { restarted, endedOutside, rewritten, scansEnded } = found;
  if ([restarted, endedOutside, rewritten, scansEnded].some(({ length }) => length > 0)) {
    deps.log.warn(found, 'the reconciliation pass had to repair');
  }
  const { unanswered } = found;
  if (unanswered.length > 0)
    deps.log.error({ unanswered }, 'the workflows of these cases are stuck');
  return found;
}

async function runningCustomers(client: Client): Promise<Set<string>> {
  const customers = new Set<string>();
  const query = `WorkflowType = 'recoveryCase' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) {
    customers.add(workflowId.slice(recoveryWorkflowId('').length));
  }
  return customers;
}

async function checkCase(
  deps: ReconcileDeps,
  record: CaseRecord,
  found: Reconciliation,
  { late }: { late: boolean },
): Promise<void> {
  const state = await stateOf(deps.client, record.customerId);
  if (state === 'stuck') return void found.unanswered.push(record.caseId);
  // Visibility lags behind, and the case may have gone on while we looked.
  const current = await getCase(deps.db, record.caseId);
  if (current?.status !== 'open' || current.revision !== record.revision) return;
  // Until a case has written, an ended or another case's workflow is that of the customer's last one.
  if (state === 'missing' || (state === 'ended' && record.revision === 0)) {
    const restarted = await restartCase(deps.db, { caseId: record.caseId, at: deps.clock() });
    if (restarted) found.restarted.push(record.caseId);
  } else if (state === 'ended') {
    await endOutside(deps.db, { caseId: record.caseId, at: deps.clock() });
    found.endedOutside.push(record.caseId);
  } else if (late && state === 'waiting' && record.revision > 0) {
    await deps.recoveries.writeAgain(record.customerId);
    found.rewritten.push(record.caseId);
  }
}

/** Something should have happened a while ago: a deadline, or the first write of a new case. */
async function isLate({ db, clock }: ReconcileDeps, record: CaseRecord): Promise<boolean> {
  const before = new Date(Date.parse(clock()) - lateMs).toISOString();
  if (record.revision === 0) return record.openedAt < before;
  if (record.nextDueAt === null || record.nextDueAt >= before) return false;
  if (record.pausedUntil !== null) return true;
  const open = { caseId: record.caseId, status: 'open' } as const;
  const { items } = await listTasks(db, open, { limit: 200 });
  return items.every(({ deadlineAt }) => deadlineAt < before);
}

/** A running workflow whose customer has no open case in the database, for example after restoring a backup. */
async function checkUnknown(
  { db, client, recoveries }: ReconcileDeps,
  customerId: string,
  found: Reconciliation,
): Promise<void> {
  if ((await stateOf(client, customerId)) !== 'waiting') return;
  if (await openCaseOf(db, customerId)) return;
  await recoveries.writeAgain(customerId);
  found.rewritten.push(customerId);
}

async function checkScan(
  { db, client, clock }: ReconcileDeps,
  { scansEnded }: Reconciliation,
): Promise<void> {
  const scan = await runningScan(db);
  if (!scan || Date.parse(scan.startedAt) > Date.parse(clock()) - lateScanMs) return;
  const { scanId, origin } = scan;
  const handle = client.workflow.getHandle(origin === 'schedule' ? scanId : scanWorkflowId(scanId));
  const { name } = await handle
    .describe()
    .then(({ status }) => status)
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return { name: 'MISSING' };
      throw error;
    });
  if (name === 'RUNNING') return;
  const error = `Its workflow in Temporal is ${name.toLowerCase()}.`;
  await finishScan(db, { scanId, status: 'failed', error, at: clock() });
  scansEnded.push(scanId);
}

/** `busy`: it is just working on something; `stuck`: it has tried that in vain. */
async function stateOf(
  client: Client,
  customerId: string,
): Promise<'missing' | 'ended' | 'busy' | 'stuck' | 'waiting'> {
  const handle = client.workflow.getHandle(recoveryWorkflowId(customerId));
  try {
    const { status, raw } = await handle.describe();
    if (status.name !== 'RUNNING') return 'ended';
    const task = raw.pendingWorkflowTask;
    // A case that is closing waits for its last activity, and for nothing else.
    if (!task) return raw.pendingActivities?.length ? 'busy' : 'waiting';
    return (task.attempt ?? 1) >= stuckAfterAttempts ? 'stuck' : 'busy';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'missing';
    throw error;
  }
}

import type { Client } from '@temporalio/client';
import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { recoveryWorkflowId, scanWorkflowId } from '../domain/ids.ts';
import type { CaseRecord } from '../domain/records.ts';
import { endOutside, getCase, openCaseOf, openCasesPage, restartCase } from '../db/cases.ts';
import type { Db } from '../db/open.ts';
import { finishScan, runningScan } from '../db/scans.ts';
import { caseStateQuery } from '../workflows/messages.ts';
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
  /** running, but stuck: the workflow answers no question. Nothing that we could repair; an operator must look. */
  unanswered: string[];
  /** running in the database, its workflow was terminated or is lost: marked as failed, so that others can begin */
  scansEnded: string[];
};

const pageSize = 500;
/** Workflows asked at the same time; one that is not in the cache is replayed for it. */
const atOnce = 8;
const lateMs = 60_000;
const lateScanMs = 300_000;
/** gRPC's numbers for a workflow that answers no query: its worker fails it, or nobody takes it in time. */
const noAnswer = { deadlineExceeded: 4, failedPrecondition: 9 } as const;

/**
 * The net under relay and projections: compares open cases with their workflows, and every running workflow with its
 * case, and repairs what differs. Cases that are just starting or ending are left alone.
 * @param thorough asks the workflow of every open case, as after a start, when the database may be an older copy;
 * otherwise those of which nothing was heard though something was due
 */
export async function reconcile(
  deps: ReconcileDeps,
  { thorough }: { thorough: boolean },
): Promise<Reconciliation> {
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
      const isRunning = running.has(record.customerId);
      const mayDiffer =
        isLate(record, deps.clock()) || (isRunning ? thorough : record.revision > 0);
      if (mayDiffer) await checkCase(deps, record, found);
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
): Promise<void> {
  const state = await stateOf(deps.client, record.customerId);
  if (state === 'unanswered') return void found.unanswered.push(record.caseId);
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
  } else if (state.caseId === record.caseId && state.revision !== current.revision) {
    await deps.recoveries.writeAgain(record.customerId);
    found.rewritten.push(record.caseId);
  }
}

/** Something should have happened a while ago: a timer, or the first write of a new case. */
function isLate(record: CaseRecord, now: string): boolean {
  const expectedAt = record.revision === 0 ? record.openedAt : record.nextDueAt;
  return expectedAt !== null && Date.parse(expectedAt) < Date.parse(now) - lateMs;
}

/** A running workflow whose customer has no open case in the database, for example after restoring a backup. */
async function checkUnknown(
  { db, client, recoveries }: ReconcileDeps,
  customerId: string,
  found: Reconciliation,
): Promise<void> {
  const state = await stateOf(client, customerId);
  if (typeof state === 'string' || state.state.status === 'closed') return;
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

async function stateOf(client: Client, customerId: string) {
  const handle = client.workflow.getHandle(recoveryWorkflowId(customerId));
  try {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return 'ended';
    return await handle.query(caseStateQuery);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'missing';
    const { cause } = error as Error;
    const code = isGrpcServiceError(cause) ? Number(cause.code) : undefined;
    if (Object.values<number | undefined>(noAnswer).includes(code)) return 'unanswered';
    throw error;
  }
}

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { loadTemplates } from '../../config/templates.ts';
import { createActivities } from '../../activities/index.ts';
import { recordCause } from '../../db/case-causes.ts';
import { getCase, listCases, openCase, openCaseOf, timelineOf } from '../../db/cases.ts';
import { beginCommand, finishCommand } from '../../db/commands.ts';
import { acceptEvents } from '../../db/events.ts';
import { recordPermissions, recordPurchases, upsertCustomers } from '../../db/imports.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { seedPlaybooks } from '../../db/playbooks.ts';
import { storePolicy } from '../../db/policies.ts';
import { listTasks } from '../../db/tasks.ts';
import { seedTemplates } from '../../db/templates.ts';
import { after, durationMs, type Duration } from '../../domain/duration.ts';
import { recoveryWorkflowId } from '../../domain/ids.ts';
import { testPlaybooks } from './playbooks.ts';
import type { Policy, VersionedPolicy } from '../../domain/policy.ts';
import type { Actor, CaseRecord, TaskRecord } from '../../domain/records.ts';
import type { TaskType } from '../../domain/tasks.ts';
import type { Cause, Trigger } from '../../domain/words.ts';
import { runRelay, type Logger } from '../../relay/relay.ts';
import { searchAttributeTypes } from '../../temporal.config.ts';
import { createRecoveries, type Recoveries, type Verdict } from '../../temporal/recoveries.ts';
import { testPath } from './paths.ts';
import { quietRuntime } from './quiet.ts';

const taskQueue = 'winback-test';
const patienceMs = 20_000;
const dayMs = 86_400_000;

const say = (details: object, message: string) =>
  void process.stderr.write(`${message} ${JSON.stringify(details)}\n`);
const log: Logger = { info: () => undefined, warn: say, error: say };
const agent: Actor = { actorId: 'agent-1', role: 'agent' };
const manager: Actor = { actorId: 'manager-1', role: 'manager' };

/** The engine without the API: real database, real worker and relay, on a server with or without time skipping. */
export type Engine = {
  env: TestWorkflowEnvironment;
  db: Db;
  recoveries: Recoveries;
  policy: VersionedPolicy;
  /** uses another policy for the cases opened from here on */
  usePolicy(policy: Policy): Promise<void>;
  /** a customer who bought `purchases` times, every 30 days, the last time 200 days ago, for 100.00 each */
  customer(purchases?: number): Promise<string>;
  open(
    customerId: string,
    how?: { trigger?: Trigger; statedCause?: Cause; effectiveAt?: string },
  ): Promise<string>;
  /** the case's open task of this type, as soon as it is there */
  task(caseId: string, type: TaskType): Promise<TaskRecord>;
  command(action: string, target: string, caseId: string, request: object): Promise<Verdict>;
  complete(task: TaskRecord, result: object): Promise<Verdict>;
  /** waits for the task and completes it */
  answer(caseId: string, type: TaskType, result: object): Promise<void>;
  /** has a manager verify the cause, until the case has heard of it */
  verify(caseId: string, cause: Cause): Promise<void>;
  /** an event of now, or of `time` */
  send(customerId: string, type: string, data?: object, time?: string): Promise<void>;
  /** lets time pass, until the open cases have done what they had to do in it */
  pass(duration: Duration): Promise<void>;
  passUntil(moment: string): Promise<void>;
  now(): Promise<string>;
  /** the case as soon as `holds` is true of it */
  until(caseId: string, holds: (record: CaseRecord) => boolean): Promise<CaseRecord>;
  closed(caseId: string): Promise<CaseRecord>;
  openCaseOf(customerId: string): Promise<CaseRecord>;
  story(caseId: string): Promise<string[]>;
  /** replays the customers' last cases as they went, and fails where the code is not deterministic */
  replay(customerIds: string[]): Promise<void>;
  stop(): Promise<void>;
};

/** The mail address of one of the engine's customers. */
export function emailOf(customerId: string): string {
  return `${customerId.toLowerCase()}@example.com`;
}

export async function startEngine(
  kind: 'time-skipping' | 'dev-server',
  policy: Policy,
): Promise<Engine> {
  quietRuntime();
  const env = await started(kind);
  await registerSearchAttributes(env);
  const folder = await mkdtemp(join(tmpdir(), 'winback-engine-'));
  const db = await openDatabase(folder);
  // The skipped time, as far as it was asked for.
  let aheadMs = 0;
  const clock = () => new Date(Date.now() + aheadMs).toISOString();
  const now = async () => {
    aheadMs = (await env.currentTimeMs()) - Date.now();
    return clock();
  };
  await now();
  await seedPlaybooks(db, testPlaybooks, clock());
  await seedTemplates(
    db,
    await loadTemplates(join(import.meta.dirname, '../../templates')),
    clock(),
  );
  const recoveries = createRecoveries({ client: env.client, taskQueue });
  const stored = await storePolicy(db, policy, clock());
  const worker = await Worker.create({
    connection: env.nativeConnection,
    ...(env.namespace ? { namespace: env.namespace } : {}),
    taskQueue,
    workflowBundle: { codePath: testPath('bundle') },
    activities: createActivities({ db, policy: () => stored, clock }),
  });
  const stopping = new AbortController();
  const relay = {
    db,
    recoveries,
    policy: () => engine.policy,
    clock,
    log,
  };
  const running = Promise.all([worker.run(), runRelay(relay, stopping.signal)]);

  let customers = 0;
  const eventually = async <T>(what: () => Promise<string>, find: () => Promise<T | undefined>) => {
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await pause(15)) {
      const found = await find();
      if (found !== undefined) return found;
    }
    throw new Error(`Not seen within ${patienceMs / 1_000} s: ${await what()}`);
  };
  const atRest = async () => {
    const { items } = await listCases(db, { status: 'open' }, { limit: 200 });
    for (const { customerId } of items) {
      try {
        await historyAtRest(env.client.workflow.getHandle(recoveryWorkflowId(customerId)));
      } catch (error) {
        // Not begun yet.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    }
  };
  const engine: Engine = {
    env,
    db,
    recoveries,
    policy: stored,
    async usePolicy(other) {
      engine.policy = await storePolicy(db, other, clock());
    },
    async customer(purchases = 4) {
      customers += 1;
      const customerId = `C${customers}`;
      const at = await now();
      await upsertCustomers(db, {
        customers: [
          {
            ...{ customerId, email: emailOf(customerId) },
            ...{ name: `Erika Mustermann ${customers}`, kind: 'consumer' },
          },
        ],
        at,
      });
      const last = Date.parse(at) - 200 * dayMs;
      await recordPurchases(db, {
        purchases: Array.from({ length: purchases }, (_, i) => ({
          customerId,
          orderId: `O${i + 1}`,
          purchasedAt: new Date(last - i * 30 * dayMs).toISOString(),
          amount: 10_000,
          currency: 'EUR',
        })),
        at,
      });
      await recordPermissions(db, {
        permissions: (['phone', 'visit', 'email'] as const).map((channel) => ({
          ...{ customerId, channel, granted: true, at, proof: 'order form' },
        })),
        at,
      });
      return customerId;
    },
    async open(customerId, how = {}) {
      const { record } = await openCase(db, {
        customerId,
        trigger: how.trigger ?? 'dormancy',
        statedCause: how.statedCause ?? null,
        statedReason: null,
        effectiveAt: how.effectiveAt ?? null,
        openedBy: 'test',
        policy: engine.policy,
        at: await now(),
      });
      return record.caseId;
    },
    async task(caseId, type) {
      return eventually(
        async () =>
          `an open task ${type} of ${caseId}. Its story:\n${(await engine.story(caseId)).join('\n')}`,
        async () => (await listTasks(db, { caseId, status: 'open', type }, { limit: 1 })).items[0],
      );
    },
    async command(action, target, caseId, request) {
      const commandId = randomUUID();
      const at = await now();
      const { command } = await beginCommand(db, {
        ...{ commandId, actor: agent, action, target, caseId, idempotencyKey: null, at },
        request: request as Record<string, unknown>,
        lease: after(at, '1h'),
      });
      const record = (await getCase(db, caseId))!;
      const task = (await listTasks(db, { caseId }, { limit: 200 })).items.find(
        (candidate) => candidate.taskId === target,
      );
      const verdict = await recoveries.deliver({
        ...{ command, patienceMs },
        customerId: record.customerId,
        taskType: task?.type,
      });
      const settled = verdict.kind === 'applied' ? 'done' : 'rejected';
      await finishCommand(db, { commandId, status: settled, at: await now() });
      return verdict;
    },
    async complete(task, result) {
      return engine.command('task.complete', task.taskId, task.caseId!, { result });
    },
    async answer(caseId, type, result) {
      const verdict = await engine.complete(await engine.task(caseId, type), result);
      if (verdict.kind !== 'applied') throw new Error(`${type} was ${JSON.stringify(verdict)}`);
    },
    async verify(caseId, cause) {
      const statement = {
        ...{ cause, category: null, furtherCauses: [], sureness: null },
        ...{ competitor: null, note: null },
      };
      await recordCause(db, {
        ...{ commandId: randomUUID(), actor: manager, request: {}, idempotencyKey: null },
        ...{ at: await now(), caseId, layer: 'verified', statement },
      });
      await eventually(
        async () => `the case ${caseId} to hear of its verified cause`,
        async () => (await engine.story(caseId)).find((told) => told.includes('"verified"')),
      );
    },
    async send(customerId, type, data = {}, happenedAt) {
      const at = await now();
      const time = happenedAt ?? at;
      await acceptEvents(db, {
        events: [
          {
            source: 'test',
            eventId: randomUUID(),
            type,
            customerId,
            time,
            data: data as Record<string, unknown>,
          },
        ],
        policy: engine.policy,
        at,
        actor: { actorId: 'sales', role: 'sales-system' },
      });
    },
    async pass(duration) {
      await env.sleep(durationMs(duration));
      await now();
      await atRest();
    },
    async passUntil(moment) {
      const leftMs = Date.parse(moment) - Date.parse(await now());
      if (leftMs > 0) await env.sleep(Math.ceil(leftMs / 1_000) * 1_000);
      await now();
      await atRest();
    },
    now,
    async until(caseId, holds) {
      return eventually(
        async () =>
          `the state of ${caseId}. Its story:\n${(await engine.story(caseId)).join('\n')}`,
        async () => {
          const record = await getCase(db, caseId);
          return record && holds(record) ? record : undefined;
        },
      );
    },
    closed: (caseId) => engine.until(caseId, (record) => record.status === 'closed'),
    openCaseOf: (customerId) =>
      eventually(
        async () => `an open case of ${customerId}`,
        () => openCaseOf(db, customerId),
      ),
    async story(caseId) {
      return (await timelineOf(db, caseId)).map(
        ({ code, data }) => `${code} ${JSON.stringify(data)}`,
      );
    },
    async replay(customerIds) {
      for (const customerId of customerIds) {
        const handle = env.client.workflow.getHandle(recoveryWorkflowId(customerId));
        await Worker.runReplayHistory(
          { workflowBundle: { codePath: testPath('bundle') } },
          await historyAtRest(handle),
        );
      }
    },
    async stop() {
      stopping.abort();
      worker.shutdown();
      await running;
      await env.teardown();
      closeDatabase(db);
      await rm(folder, { recursive: true });
    },
  };
  return engine;
}

/** What is under way is no history yet: what it does would go on in the replay. */
async function historyAtRest(handle: WorkflowHandle) {
  for (;;) {
    const history = await handle.fetchHistory();
    const last = history.events!.at(-1)!;
    const count = (kind: RegExp) =>
      history.events!.filter((event) => Object.keys(event).some((key) => kind.test(key))).length;
    const activities = count(/^activityTaskScheduled/);
    const ended = count(/^activityTask(Completed|Failed|TimedOut|Canceled)/);
    const isDecided =
      !last.workflowTaskScheduledEventAttributes && !last.workflowTaskStartedEventAttributes;
    if (isDecided && activities === ended) return history;
    await pause(15);
  }
}

/** The SDK gives a server five seconds to start, which a busy machine may not keep; it is asked a few times. */
async function started(kind: 'time-skipping' | 'dev-server'): Promise<TestWorkflowEnvironment> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return kind === 'time-skipping'
        ? await TestWorkflowEnvironment.createTimeSkipping({
            server: { executable: { type: 'existing-path', path: testPath('timeSkipping') } },
          })
        : await TestWorkflowEnvironment.createLocal({
            server: {
              executable: { type: 'existing-path', path: testPath('temporal') },
              extraArgs: ['--log-level', 'error'],
            },
          });
    } catch (error) {
      const isLate = (error as Error).message.includes('did not start within');
      if (!isLate || attempt === 4) throw error;
    }
  }
}

async function registerSearchAttributes({ connection, namespace }: TestWorkflowEnvironment) {
  await connection.operatorService.addSearchAttributes({
    namespace: namespace ?? 'default',
    searchAttributes: Object.fromEntries(
      Object.keys(searchAttributeTypes).map((name) => [
        name,
        proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
      ]),
    ),
  });
}

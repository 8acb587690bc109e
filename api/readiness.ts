import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { ping, workerAliveAt } from '../db/health.ts';
import type { Db } from '../db/open.ts';

export type Check = { ok: boolean; detail: string };
export type Readiness = Record<'database' | 'temporal' | 'worker', Check>;
export type CheckReadiness = () => Promise<Readiness>;

const checkWithinMs = 1_500;
/** Anybody may ask, so a flood of questions must not become one of calls. */
const freshForMs = 1_000;
/** A poll waits for a minute, so a living worker was last seen at most a little longer ago. */
const workerSeenWithinMs = 70_000;
/** Worker processes give a sign of life every five seconds. */
const workerAliveWithinMs = 20_000;

type Place = { db: Db; connection: Connection; namespace: string; taskQueue: string };

/** Whether everything is there that work needs: the database, Temporal's namespace and a polling worker. */
export function readinessOf(place: Place): CheckReadiness {
  let last: Promise<Readiness> | undefined;
  return () =>
    (last ??= check(place).finally(() => {
      setTimeout(() => (last = undefined), freshForMs).unref();
    }));
}

async function check({ db, connection, namespace, taskQueue }: Place): Promise<Readiness> {
  const service = connection.workflowService;
  const temporally = (what: () => Promise<string>) =>
    checked(() => connection.withDeadline(Date.now() + checkWithinMs, what));
  const [database, server, worker] = await Promise.all([
    checked(async () => {
      await ping(db);
      return 'answers';
    }),
    temporally(async () => {
      await service.describeNamespace({ namespace });
      return `namespace ${namespace} answers`;
    }),
    temporally(async () => {
      const { pollers } = await service.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
      });
      const lastSeen = pollers.map(({ lastAccessTime }) => Number(lastAccessTime?.seconds) * 1_000);
      if (!lastSeen.some((at) => Date.now() - at < workerSeenWithinMs)) {
        throw new Error(`nobody polls ${taskQueue}`);
      }
      const aliveAt = await workerAliveAt(db);
      if (aliveAt === undefined || Date.now() - Date.parse(aliveAt) > workerAliveWithinMs) {
        throw new Error('the worker gives no sign of life');
      }
      return `polls ${taskQueue}`;
    }),
  ]);
  return { database, temporal: server, worker };
}

async function checked(what: () => Promise<string>): Promise<Check> {
  try {
    return { ok: true, detail: await what() };
  } catch (error) {
    // Of gRPC's message only `14 UNAVAILABLE`: the rest tells addresses, and anybody may ask.
    return { ok: false, detail: (error as Error).message.replace(/:.*/s, '') };
  }
}

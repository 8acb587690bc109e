import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';

const { IndexedValueType } = proto.temporal.api.enums.v1;
const types = { Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD } as const;

const dayMs = 24 * 3_600_000;
/** gRPC's numbers. */
const status = { invalidArgument: 3, notFound: 5, permissionDenied: 7, unimplemented: 12 } as const;
/** A cluster's front ends read namespaces and search attributes anew about once a minute. */
const usableWithinMs = 120_000;

type Namespace = { connection: Connection; namespace: string };

/**
 * Gives the namespace what we need: it exists, keeps closed workflows for `retentionDays`, and knows the
 * search attributes. Changes only what differs, so a cluster where all of this is set up needs to
 * grant no rights for it.
 */
export async function prepareNamespace(
  options: Namespace & {
    retentionDays: number;
    searchAttributes: Record<string, keyof typeof types>;
  },
): Promise<void> {
  await setRetention(options, options.retentionDays);
  await addSearchAttributes(options, options.searchAttributes);
  await untilUsable(options, Object.keys(options.searchAttributes));
}

async function setRetention(of: Namespace, retentionDays: number): Promise<void> {
  const { connection, namespace } = of;
  const service = connection.workflowService;
  const retention = msToTs(retentionDays * dayMs);
  const current = await currentRetentionDays(of);
  const command = `--namespace ${namespace} --retention ${retentionDays * 24}h`;
  if (current === undefined) {
    await unlessRefused(`temporal operator namespace create ${command}`, () =>
      service.registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention }),
    );
  } else if (current !== retentionDays) {
    await unlessRefused(`temporal operator namespace update ${command}`, () =>
      service.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: retention },
      }),
    );
  }
}

/** Nothing when there is no such namespace. */
async function currentRetentionDays({ connection, namespace }: Namespace) {
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    return tsToMs(config?.workflowExecutionRetentionTtl) / dayMs;
  } catch (error) {
    if (hasStatus(error, status.notFound)) return undefined;
    throw error;
  }
}

async function addSearchAttributes(
  { connection, namespace }: Namespace,
  wanted: Record<string, keyof typeof types>,
): Promise<void> {
  const commands = Object.entries(wanted).map(
    ([name, type]) =>
      `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${type}`,
  );
  const { customAttributes } = await unlessRefused(commands.join(' && '), () =>
    whileUnknown([status.notFound], () =>
      connection.operatorService.listSearchAttributes({ namespace }),
    ),
  );
  const missing: Record<string, (typeof types)[keyof typeof types]> = {};
  for (const [name, type] of Object.entries(wanted)) {
    const existing = customAttributes[name];
    if (existing === undefined) missing[name] = types[type];
    else if (existing !== types[type]) {
      throw new Error(
        `Search attribute ${name} of namespace ${namespace} has the type ${IndexedValueType[existing]}, ` +
          `and not ${type}. Remove it there, or use another namespace.`,
      );
    }
  }
  if (Object.keys(missing).length === 0) return;
  await unlessRefused(commands.join(' && '), () =>
    connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing }),
  );
}

async function untilUsable(
  { connection, namespace }: Namespace,
  attributes: string[],
): Promise<void> {
  const query = attributes.map((name) => `${name} = 'any'`).join(' AND ');
  await whileUnknown([status.notFound, status.invalidArgument], () =>
    connection.workflowService.countWorkflowExecutions({ namespace, query }),
  );
}

/** A new namespace or search attribute is known to the whole cluster only after a while. */
async function whileUnknown<Answer>(
  unknown: number[],
  call: () => Promise<Answer>,
): Promise<Answer> {
  for (const deadline = Date.now() + usableWithinMs; ; await pause(500)) {
    try {
      return await call();
    } catch (error) {
      if (!unknown.some((code) => hasStatus(error, code)) || Date.now() > deadline) throw error;
    }
  }
}

async function unlessRefused<Answer>(
  command: string,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (!hasStatus(error, status.permissionDenied) && !hasStatus(error, status.unimplemented)) {
      throw error;
    }
    throw new Error(
      `The Temporal cluster does not let us prepare its namespace. Ask its operator to run this, or to do ` +
        `the same in Temporal Cloud's settings, and start again: ${command}`,
      { cause: error },
    );
  }
}

function hasStatus(error: unknown, code: number): boolean {
  return isGrpcServiceError(error) && Number(error.code) === code;
}

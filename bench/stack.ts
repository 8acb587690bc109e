import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import Database from 'better-sqlite3';
import { createKey } from '../db/keys.ts';
import { closeDatabase, openDatabase, type Db } from '../db/open.ts';
import { seedPlaybooks } from '../db/playbooks.ts';
import { retentionDays, searchAttributeTypes } from '../temporal.config.ts';
import { startEmbeddedServer } from '../temporal/embedded.ts';
import { prepareNamespace } from '../temporal/namespace.ts';
import { apiClient, type Api } from './api-client.ts';
import { atEnd, freePort, runScript, temporaryFolder, untilAnswers } from './processes.ts';
import { benchPlaybook, benchPolicy } from './story.ts';

/** One Temporal server with both on it: our engine as `npm start` runs it, and the bare workflow's worker. */
export type BenchStack = {
  api: Api;
  db: Db;
  client: Client;
  pids: Record<'server' | 'worker' | 'api' | 'bareWorker', number>;
  /** answers that were accepted, but not applied within the API's patience */
  kept: number;
  /** resolves when the bare workflow is about to wait, and was not asked to by whoever answered it */
  bareReached(workflowId: string): Promise<void>;
  /** bytes of each database, its log included */
  sizes(): { winback: number; temporal: number };
};

/**
 * Lives until `cleanUp`.
 * @param policy as a policy file says it
 */
export async function startBenchStack(policy: object = benchPolicy): Promise<BenchStack> {
  const dataDir = await temporaryFolder();
  const server = await startEmbeddedServer({ dataDir, ui: false, onProgress: () => undefined });
  atEnd(() => server.stop());
  const connection = await Connection.connect({ address: server.address });
  atEnd(() => connection.close());
  const namespace = 'default';
  await prepareNamespace({
    ...{ connection, namespace, retentionDays, searchAttributes: searchAttributeTypes },
  });

  const db = await openDatabase(dataDir);
  atEnd(async () => closeDatabase(db));
  const at = new Date().toISOString();
  const { secret } = await createKey(db, { name: 'bench', role: 'admin', at });
  await seedPlaybooks(db, [benchPlaybook], at);
  const policyFile = join(dataDir, 'bench-policy.json');
  await writeFile(policyFile, JSON.stringify(policy));

  const port = await freePort();
  const env = apiEnvironment({ dataDir, port, policy: policyFile });
  const worker = runScript('worker.ts', { env, logFile: join(dataDir, 'worker.log') });
  const api = runScript('api/server.ts', { env, logFile: join(dataDir, 'api.log') });
  const bareWorker = runScript('bench/bare-worker.ts', {
    env: { TEMPORAL_ADDRESS: server.address },
    logFile: join(dataDir, 'bare-worker.log'),
  });
  await once(bareWorker.child, 'message');
  await untilAnswers(`http://127.0.0.1:${port}/readyz`, api);

  const arrivals = new Map<string, PromiseWithResolvers<void>>();
  const arrival = (workflowId: string) => {
    const known = arrivals.get(workflowId) ?? Promise.withResolvers<void>();
    arrivals.set(workflowId, known);
    return known;
  };
  bareWorker.child.on('message', (workflowId: string) => arrival(workflowId).resolve());

  const temporalDb = new Database(join(dataDir, 'temporal.db'), { readonly: true });
  atEnd(async () => void temporalDb.close());
  return {
    api: apiClient(`http://127.0.0.1:${port}`, secret),
    db,
    client: new Client({ connection, namespace }),
    pids: {
      server: server.pid,
      worker: worker.child.pid!,
      api: api.child.pid!,
      bareWorker: bareWorker.child.pid!,
    },
    kept: 0,
    async bareReached(workflowId) {
      await arrival(workflowId).promise;
      arrivals.delete(workflowId);
    },
    sizes: () => ({ winback: sizeOf(db.$client), temporal: sizeOf(temporalDb) }),
  };
}

/** The API alone, without Temporal, which neither lists nor events ask; over a database that `fill` has filled. */
export async function startApiAlone(fill: (db: Db) => Promise<void>): Promise<Api> {
  const dataDir = await temporaryFolder();
  const db = await openDatabase(dataDir);
  const at = new Date().toISOString();
  const { secret } = await createKey(db, { name: 'bench', role: 'admin', at });
  await fill(db);
  closeDatabase(db);
  const port = await freePort();
  const server = runScript('api/server.ts', {
    env: {
      ...apiEnvironment({ dataDir, port, policy: 'standard' }),
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    },
    logFile: join(dataDir, 'api.log'),
  });
  await untilAnswers(`http://127.0.0.1:${port}/healthz`, server);
  return apiClient(`http://127.0.0.1:${port}`, secret);
}

/** A cluster or port that the caller's own environment names is not ours. */
export function apiEnvironment(of: {
  dataDir: string;
  port: number;
  policy: string;
}): Record<string, string> {
  return {
    WINBACK_DATA_DIR: of.dataDir,
    WINBACK_POLICY: of.policy,
    WINBACK_RATE_LIMIT: '100000000',
    WINBACK_ADMIN_KEY: '',
    HOST: '127.0.0.1',
    PORT: String(of.port),
    LOG_LEVEL: 'info',
    TEMPORAL_ADDRESS: '',
    TEMPORAL_NAMESPACE: '',
  };
}

function sizeOf(database: Database.Database): number {
  const pragma = (name: string) => database.pragma(name, { simple: true }) as number;
  return pragma('page_count') * pragma('page_size');
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { createApp, type AppDeps } from '../../api/app.ts';
import { createImports } from '../../api/imports.ts';
import { listen } from '../../api/listen.ts';
import { readinessOf } from '../../api/readiness.ts';
import { routes } from '../../api/routes/index.ts';
import { problemSchema } from '../../api/schemas/problem.ts';
import { runWaitingEvents } from '../../api/waiting-events.ts';
import { filesIn } from '../../config/files.ts';
import { loadSecrets } from '../../config/secrets.ts';
import { webhookTargets } from '../../config/webhook-targets.ts';
import { createKey } from '../../db/keys.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { storePolicy } from '../../db/policies.ts';
import type { VersionedPolicy } from '../../domain/policy.ts';
import type { KeyRecord } from '../../domain/records.ts';
import { roles, type Role } from '../../domain/words.ts';
import { createRecoveries } from '../../temporal/recoveries.ts';
import { createScanSchedules } from '../../temporal/scan-schedule.ts';
import { unlessRefused } from './policies.ts';

/** JSON as a stranger gets it, without a type */
export type Json = any;

export type Answer = {
  status: number;
  headers: Headers;
  /** JSON, or text */
  body: Json;
};

type Request = {
  /** whose key to send; null: none */
  as?: Role | null;
  body?: unknown;
  headers?: Record<string, string>;
};

export type Api = {
  url: string;
  db: Db;
  /** its data folder */
  folder: string;
  policy: VersionedPolicy;
  keys: Record<Role, { record: KeyRecord; secret: string }>;
  /** what the process logged, one JSON object per line */
  log: () => string;
  get(path: string, request?: Request): Promise<Answer>;
  post(path: string, body?: unknown, request?: Request): Promise<Answer>;
  call(method: string, path: string, request?: Request): Promise<Answer>;
  stop(): Promise<void>;
};

/** The real API on a real database and a free port. Without `options` its Temporal is a port where nobody listens. */
export async function startApi(
  options: Partial<AppDeps> & { databaseOf?: { db: Db; policy: VersionedPolicy } } = {},
): Promise<Api> {
  const { databaseOf, ...deps } = options;
  const clock = () => new Date().toISOString();
  const folder = await mkdtemp(join(tmpdir(), 'winback-api-'));
  const db = databaseOf?.db ?? (await openDatabase(folder));
  const policy = databaseOf?.policy ?? (await storePolicy(db, unlessRefused, clock()));
  const lines: string[] = [];
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const place = { connection, namespace: 'default', taskQueue: 'winback' };
  const nowhere = { client: new Client({ connection }), taskQueue: place.taskQueue };
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const given = { db, dataDir: folder, policy: () => policy, clock, logger };
  const imports = await createImports(given);
  const app = createApp({
    db,
    policy,
    recoveries: createRecoveries(nowhere),
    scanSchedules: createScanSchedules(nowhere),
    readiness: readinessOf({ db, ...place }),
    secrets: loadSecrets(folder),
    files: filesIn(folder),
    dataDir: folder,
    imports,
    targets: webhookTargets({ allowPrivate: true }),
    mail: {
      from: 'service@shop.example',
      publicUrl: 'https://winback.shop.example',
      sender: {
        company: 'Schönwetter & Söhne',
        address: ['Hauptstraße 1', '12345 Ort'],
        name: 'Eva Schönwetter',
      },
    },
    logger,
    clock,
    // What goes on until the process ends, ends at once.
    stopping: AbortSignal.abort(),
    ...deps,
    limits: { patienceMs: 200, ...deps.limits },
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const stopping = new AbortController();
  const waitingEvents = runWaitingEvents({ db, clock, logger }, stopping.signal);
  const url = `http://127.0.0.1:${server.port}`;
  const keys = Object.fromEntries(
    await Promise.all(
      roles.map(async (role) => [role, await createKey(db, { name: role, role, at: clock() })]),
    ),
  ) as Api['keys'];

  const call: Api['call'] = async (method, path, { as = 'admin', body, headers } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(as && { authorization: `Bearer ${keys[as].secret}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const answer = {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
    mustBeAsDocumented(method, path, answer);
    return answer;
  };
  return {
    url,
    db,
    folder,
    policy,
    keys,
    log: () => lines.join(''),
    call,
    get: (path, request) => call('GET', path, request),
    post: (path, body, request) => call('POST', path, { body, ...request }),
    async stop() {
      stopping.abort();
      await server.close();
      await waitingEvents;
      await imports.stop();
      await connection.close();
      if (!databaseOf) closeDatabase(db);
      await rm(folder, { recursive: true });
    },
  };
}

/** Every answer of every test keeps what the table of routes, and so the OpenAPI document, promises. */
function mustBeAsDocumented(method: string, path: string, { status, headers, body }: Answer): void {
  const type = headers.get('content-type') ?? '';
  const pathname = path.replace(/\?.*/, '');
  const route = routes.find(
    (one) =>
      one.method === method.toLowerCase() &&
      new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  if (status >= 400) {
    if (!type.startsWith('application/problem+json')) {
      throw new Error(`${method} ${path}: ${status} without problem details, but ${type}`);
    }
    (route?.answers[status]?.schema ?? problemSchema).parse(body);
    return;
  }
  if (!route) return;
  const documented = route.answers[status];
  if (!documented) throw new Error(`${method} ${path}: ${status} is not documented`);
  if (documented.also?.some((other) => type.startsWith(other))) return;
  documented.schema?.parse(body);
}

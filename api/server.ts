import { pino } from 'pino';
import { loadEnvironment } from '../config/environment.ts';
import { filesIn } from '../config/files.ts';
import { loadPolicy } from '../config/policy.ts';
import { loadSecrets } from '../config/secrets.ts';
import { webhookTargets } from '../config/webhook-targets.ts';
import { closeDatabase, openDatabase } from '../db/open.ts';
import { storePolicy } from '../db/policies.ts';
import { connectTemporal } from '../temporal.config.ts';
import { createRecoveries } from '../temporal/recoveries.ts';
import { createScanSchedules } from '../temporal/scan-schedule.ts';
import { createApp } from './app.ts';
import { listen } from './listen.ts';
import { readinessOf } from './readiness.ts';
import { runWaitingEvents } from './waiting-events.ts';

/*
 * The API process. It answers while Temporal or the worker is away: what is accepted meanwhile is kept in the
 * database. Ends at SIGTERM or SIGINT after the requests in hand.
 */

const environment = loadEnvironment();
const logger = pino({ name: 'api', level: environment.logLevel });
const clock = () => new Date().toISOString();
const { namespace, taskQueue } = environment.temporal;

const db = await openDatabase(environment.dataDir);
const policy = await storePolicy(db, await loadPolicy(environment.policySource), clock());
const { connection, client } = await connectTemporal(environment);
const app = createApp({
  db,
  policy,
  recoveries: createRecoveries({ client, taskQueue }),
  scanSchedules: createScanSchedules({ client, taskQueue }),
  readiness: readinessOf({ db, connection, namespace, taskQueue }),
  secrets: loadSecrets(environment.dataDir),
  files: filesIn(environment.dataDir),
  targets: webhookTargets({ allowPrivate: environment.webhookAllowPrivate }),
  mail: { ...environment.mail, publicUrl: environment.publicUrl },
  logger,
  clock,
  webhookSecrets: environment.webhookSecrets,
  trustedProxies: environment.trustedProxies,
  limits: { requestsPerMinute: environment.rateLimit },
});
const server = await listen(app, environment);
logger.info({ host: environment.host, port: server.port, policy: policy.version }, 'api ready');

const stopping = new AbortController();
const waitingEvents = runWaitingEvents({ db, clock, logger }, stopping.signal);
async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  await server.close();
  await waitingEvents;
  await connection.close();
  closeDatabase(db);
}
// `disconnect`: the process that started us is gone.
for (const occasion of ['SIGTERM', 'SIGINT', 'disconnect'])
  process.once(occasion, () => void stop());
// Listening for it must not keep us alive after everything else has ended.
process.channel?.unref();

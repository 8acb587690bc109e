import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { loadEnvironment } from '../config/environment.ts';
import { filesIn } from '../config/files.ts';
import { loadPolicy } from '../config/policy.ts';
import { loadSecrets } from '../config/secrets.ts';
import { webhookTargets } from '../config/webhook-targets.ts';
import { closeDatabase, openDatabase } from '../db/open.ts';
import { policyInForce, storePolicy } from '../db/policies.ts';
import { smtpTransport } from '../mail/transport.ts';
import { connectTemporal } from '../temporal.config.ts';
import { createRecoveries } from '../temporal/recoveries.ts';
import { createScanSchedules } from '../temporal/scan-schedule.ts';
import { createApp } from './app.ts';
import { createImports } from './imports.ts';
import { listen } from './listen.ts';
import { openIdProvider } from './openid.ts';
import { readinessOf } from './readiness.ts';
import { runWaitingEvents } from './waiting-events.ts';
import { webFolder } from './web-app.ts';

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
const { dataDir } = environment;
const policyNow = () => policyInForce(db, policy);
const imports = await createImports({ db, dataDir, policy: policyNow, clock, logger });
const stopping = new AbortController();
const app = createApp({
  db,
  policy,
  recoveries: createRecoveries({ client, taskQueue }),
  scanSchedules: createScanSchedules({ client, taskQueue }),
  readiness: readinessOf({ db, connection, namespace, taskQueue }),
  secrets: loadSecrets(environment.dataDir),
  files: filesIn(environment.dataDir),
  dataDir: environment.dataDir,
  imports,
  targets: webhookTargets({ allowPrivate: environment.webhookAllowPrivate }),
  mail: { ...environment.mail, publicUrl: environment.publicUrl },
  ...(environment.mail.smtpUrl && { transport: smtpTransport(environment.mail.smtpUrl) }),
  logger,
  clock,
  signIn: {
    linksShown: environment.mail.smtpUrl === undefined,
    ...(environment.openIdConnect && {
      openIdConnect: openIdProvider(environment.openIdConnect, environment),
    }),
  },
  webhookSecrets: environment.webhookSecrets,
  trustedProxies: environment.trustedProxies,
  ...(environment.temporal.uiUrl && { temporalUi: { url: environment.temporal.uiUrl, namespace } }),
  ...(existsSync(webFolder) && { webFolder }),
  stopping: stopping.signal,
  limits: { requestsPerMinute: environment.rateLimit },
});
const server = await listen(app, environment);
const inForce = policyInForce(db, policy).version;
logger.info({ host: environment.host, port: server.port, policy: inForce }, 'api ready');

const waitingEvents = runWaitingEvents({ db, clock, logger }, stopping.signal);
async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  await server.close();
  await waitingEvents;
  await imports.stop();
  await connection.close();
  closeDatabase(db);
}
// `disconnect`: the process that started us is gone.
for (const occasion of ['SIGTERM', 'SIGINT', 'disconnect'])
  process.once(occasion, () => void stop());
// Listening for it must not keep us alive after everything else has ended.
process.channel?.unref();

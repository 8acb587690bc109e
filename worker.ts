import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NativeConnection, Runtime, DefaultLogger, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { draws } from './api/report.ts';
import { knowHolidays } from './activities/holidays.ts';
import { createActivities } from './activities/index.ts';
import { loadEnvironment } from './config/environment.ts';
import { loadOffers } from './config/offers.ts';
import { loadPlaybooks } from './config/playbooks.ts';
import { loadPolicy } from './config/policy.ts';
import { loadSecrets } from './config/secrets.ts';
import { loadTemplates } from './config/templates.ts';
import { webhookTargets } from './config/webhook-targets.ts';
import { pruneAttempts } from './db/attempts.ts';
import { noticeComplaints } from './db/complaints.ts';
import { findDuplicates, markCustomers } from './db/duplicates.ts';
import { countEarlySigns } from './db/early-signs.ts';
import { noteWorkerAlive } from './db/health.ts';
import { revokeExpired } from './db/keys.ts';
import { closeDatabase, openDatabase } from './db/open.ts';
import { seedOffers } from './db/offers.ts';
import { bookAll, hasUnbooked, judgeDue } from './db/ledger.ts';
import { pruneOutbox } from './db/outbox.ts';
import { findRises } from './db/loss-rises.ts';
import { prunePasswordLinks } from './db/password-links.ts';
import { seedPlaybooks } from './db/playbooks.ts';
import { policyInForce, storePolicy } from './db/policies.ts';
import { proposeActions } from './db/prevention-actions.ts';
import { closeOverduePreventiveTasks } from './db/preventive-tasks.ts';
import { openRecontacts } from './db/recontacts.ts';
import { warnOfReturners } from './db/returners.ts';
import { closeOverdueMailTasks } from './db/mail-tasks.ts';
import { openWaiting } from './db/scans.ts';
import { pruneSessions } from './db/sessions.ts';
import { seedTemplates } from './db/templates.ts';
import { escalateTasks } from './db/tasks.ts';
import { beginAbsences } from './db/teams.ts';
import { durationMs } from './domain/duration.ts';
import { openingPace } from './domain/policy.ts';
import { pruneDeliveries } from './db/webhook-deliveries.ts';
import { fileTransport, smtpTransport } from './mail/transport.ts';
import { runMails } from './relay/mails.ts';
import { sendPasswordLinks } from './relay/password-links.ts';
import { sendMonthlyReports } from './relay/monthly-reports.ts';
import { reconcile } from './relay/reconcile.ts';
import { runRelay } from './relay/relay.ts';
import { runWebhooks } from './relay/webhooks.ts';
import { connectTemporal, temporalConnectionOptions } from './temporal.config.ts';
import { workflowBundle } from './temporal/bundle.ts';
import { createRecoveries } from './temporal/recoveries.ts';
import { createScanSchedules } from './temporal/scan-schedule.ts';

/*
 * The worker process: runs workflows and activities, relays what the database has accepted to Temporal, and
 * reconciles the two. Ends at SIGTERM or SIGINT after the tasks in hand.
 */

const signOfLifeEveryMs = 5_000;
const earlySignsEveryMs = 10_000;
/** Silences are counted in days. */
const returnersEveryMs = 60 * 60_000;
const reportsEveryMs = 60_000;
/** Somebody waits for them. */
const linksEveryMs = 1_000;
const teamEveryMs = 10_000;
const judgeEveryMs = 10_000;
/** Customers in one transaction, which stays well under a second; others get their turn in between. */
const markedAtOnce = 1_000;
const markingPauseMs = 50;
const houseKeepingEveryMs = 5 * 60_000;
/** Delivered messages stay for a while, to see what was told when. */
const keepDeliveredMs = 7 * 86_400_000;
/** Webhook messages stay so long after their end, to be seen and replayed. */
const keepWebhooksMs = 30 * 86_400_000;

const environment = loadEnvironment();
const log = pino({ name: 'worker', level: environment.logLevel });
const clock = () => new Date().toISOString();
Runtime.install({
  logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
    log[level === 'ERROR' ? 'error' : 'warn']({ meta }, message),
  ),
  shutdownSignals: [],
});

const db = await openDatabase(environment.dataDir);
const configured = await storePolicy(db, await loadPolicy(environment.policySource), clock());
/** Whoever publishes another one is heard at once. */
const policyNow = () => policyInForce(db, configured);
const { region } = policyNow().contact;
if (region) await knowHolidays(db, region, clock());
const secrets = loadSecrets(environment.dataDir);
const targets = webhookTargets({ allowPrivate: environment.webhookAllowPrivate });
await seedOffers(db, await loadOffers(join(import.meta.dirname, 'offers.yaml')), clock());
const playbooks = await loadPlaybooks(join(import.meta.dirname, 'playbooks'));
tellKept('playbooks', await seedPlaybooks(db, playbooks, clock()));
const templates = await loadTemplates(join(import.meta.dirname, 'templates'));
tellKept('templates', await seedTemplates(db, templates, clock()));
const { smtpUrl, ...mail } = environment.mail;
const transport = smtpUrl ? smtpTransport(smtpUrl) : fileTransport(environment.dataDir);
const settings = { ...mail, publicUrl: environment.publicUrl };

const { namespace, taskQueue } = environment.temporal;
const { connection, client } = await connectTemporal(environment);
const recoveries = createRecoveries({ client, taskQueue });
const native = await NativeConnection.connect(await temporalConnectionOptions(environment));
const worker = await Worker.create({
  connection: native,
  namespace,
  taskQueue,
  workflowBundle: { codePath: await workflowBundle() },
  activities: createActivities({ db, policy: policyNow, clock }),
});

const stopping = new AbortController();
const stop = () => {
  if (stopping.signal.aborted) return;
  stopping.abort();
  worker.shutdown();
};
// `disconnect`: the process that started us is gone.
for (const occasion of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(occasion, stop);
// Listening for it must not keep us alive after everything else has ended.
process.channel?.unref();

/** At every start, until a manager publishes what the files say. */
function tellKept(what: 'playbooks' | 'templates', kept: string[]): void {
  if (kept.length === 0) return;
  log.warn({ kept }, `the files of these ${what} have changed: your own versions stay`);
}

async function regularly(
  name: string,
  every: number | (() => number),
  work: () => Promise<void>,
): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      await work();
    } catch (error) {
      log.warn({ reason: (error as Error).message }, `${name} did not finish, will try again`);
    }
    await untilNext(typeof every === 'number' ? every : every());
  }
}

/** Waits; not any longer once the process is to end. */
async function untilNext(ms: number): Promise<void> {
  await pause(ms, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
}

/** The net under relay and projections, and the broom behind them. */
async function keepHouse(): Promise<void> {
  const { compared } = await reconcile({ db, client, recoveries, clock, log });
  log.debug({ compared }, 'reconciled');
  if (await hasUnbooked(db)) {
    const booked = await bookAll(db, clock());
    log.info(booked, 'booked cases from before the ledger and its figures were what they are now');
  }
  const doneBefore = new Date(Date.now() - keepDeliveredMs).toISOString();
  await pruneOutbox(db, { doneBefore });
  await pruneDeliveries(db, { before: new Date(Date.now() - keepWebhooksMs).toISOString() });
  const at = clock();
  await pruneSessions(db, at);
  await pruneAttempts(db, at);
  await prunePasswordLinks(db, at);
  await createScanSchedules({ client, taskQueue }).ensure(policyNow());
}

/** Free places of the team go to whom the last scan left waiting, no faster than a scan opens cases. */
async function fillFreePlaces(): Promise<void> {
  while (!stopping.signal.aborted) {
    const policy = policyNow();
    const { limit, pauseMs } = openingPace(policy.scan);
    // What was agreed or decided comes before what a scan has found.
    const again = await openRecontacts(db, { policy, at: clock(), limit });
    if (again.opened > 0) log.info(again, 'opened cases once more');
    const rest = { policy, at: clock(), limit: limit - again.opened };
    const { opened, left } = await openWaiting(db, rest);
    if (opened > 0) log.info({ opened, left }, 'opened cases of waiting candidates');
    if (opened === 0 && !again.left) return;
    await untilNext(pauseMs);
  }
}

/** What nobody did or answered in time; it may have been long ago, while no worker ran. */
async function mindEarlySigns(): Promise<void> {
  const closed = await closeOverduePreventiveTasks(db, clock());
  if (closed > 0) log.info({ closed }, 'preventive tasks passed their deadline');
  await noticeComplaints(db, { policy: policyNow(), at: clock() });
}

/** Who is back and falls silent again. */
async function mindReturners(): Promise<void> {
  const warned = await warnOfReturners(db, clock());
  if (warned > 0) log.info({ warned }, 'returners are silent for longer than usual');
}

/** What nobody asks for: the work of those whose absence begins, and what has waited for too long. */
async function mindTheTeam(): Promise<void> {
  const at = clock();
  const expired = await revokeExpired(db, at);
  if (expired > 0) log.info({ expired }, 'keys have expired');
  const returned = await beginAbsences(db, at);
  if (returned > 0) log.info({ returned }, 'tasks of absent people are back in their queues');
  await closeOverdueMailTasks(db, at);
  const escalated = await escalateTasks(db, { policy: policyNow(), at });
  if (escalated > 0) log.info({ escalated }, 'tasks have become a manager’s business');
}

/** Returns whose observation is over are judged for good. */
async function judgeReturns(): Promise<void> {
  const judged = await judgeDue(db, clock());
  if (judged > 0) log.info({ judged }, 'judged returns by the strict rule');
}

/** What losses have in common, and what has risen: nobody has to ask for it. */
async function mindCauses(): Promise<void> {
  const looking = { policy: policyNow(), at: clock() };
  const proposed = await proposeActions(db, looking);
  const rises = await findRises(db, looking);
  if (proposed + rises > 0) log.info({ proposed, rises }, 'causes pile up or rise');
}

/** Who may have come back under another ID. */
async function mindDuplicates(): Promise<void> {
  while (!stopping.signal.aborted && (await markCustomers(db, markedAtOnce)) > 0) {
    await untilNext(markingPauseMs);
  }
  await findDuplicates(db, clock());
}

const { report } = environment;
const mindReports = () =>
  sendMonthlyReports({ db, policy: policyNow(), settings, transport, report, draws, clock, log });

const mindLinks = () => sendPasswordLinks({ db, secrets, settings, transport, clock, log });

const signsTold = new Map<string, number>();

/** What the limits of early signs have left out since this was last told, or at first in all. */
async function tellLeftOutSigns(): Promise<void> {
  const leftOut = (await countEarlySigns(db)).flatMap(({ sign, answer, signs }) => {
    const before = signsTold.get(`${sign} ${answer}`) ?? 0;
    signsTold.set(`${sign} ${answer}`, signs);
    return answer === 'task' || signs === before ? [] : [{ sign, answer, signs: signs - before }];
  });
  if (leftOut.length > 0) log.info({ leftOut }, 'early signs that gave no preventive task');
}

const refillEveryMs = () => durationMs(policyNow().scan.refillEvery);
const causesEveryMs = () => durationMs(policyNow().prevention?.lookEvery ?? '1h');

const signOfLife = () => noteWorkerAlive(db, clock());

await signOfLife();
log.info({ policy: policyNow().version, configured: configured.version }, 'worker ready');
await Promise.all([
  worker.run(),
  runRelay({ db, recoveries, policy: policyNow, clock, log }, stopping.signal),
  runWebhooks({ db, recoveries, secrets, targets, clock, log }, stopping.signal),
  runMails({ db, policy: policyNow, settings, transport, clock, log }, stopping.signal),
  regularly('the sign of life', signOfLifeEveryMs, signOfLife),
  regularly('housekeeping', houseKeepingEveryMs, keepHouse),
  regularly('minding early signs', earlySignsEveryMs, mindEarlySigns),
  regularly('minding returners', returnersEveryMs, mindReturners),
  regularly('minding the team', teamEveryMs, mindTheTeam),
  regularly('judging returns', judgeEveryMs, judgeReturns),
  regularly('minding duplicates', houseKeepingEveryMs, mindDuplicates),
  regularly('telling of early signs', houseKeepingEveryMs, tellLeftOutSigns),
  regularly('sending links for passwords', linksEveryMs, mindLinks),
  ...(report.to.length > 0
    ? [regularly('sending monthly reports', reportsEveryMs, mindReports)]
    : []),
  regularly('minding causes', causesEveryMs, mindCauses),
  regularly('filling free places', refillEveryMs, fillFreePlaces),
]);
await connection.close();
await native.close();
closeDatabase(db);

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { countEarlySigns } from '../db/early-signs.ts';
import { countWaitingEvents } from '../db/events.ts';
import { stats } from '../db/health.ts';
import type { Db } from '../db/open.ts';
import { companyHours } from '../db/holidays.ts';
import { workingTimeBefore } from '../domain/calendar.ts';
import type { Policy } from '../domain/policy.ts';
import type { SalesEvent } from '../domain/records.ts';
import { eventTypes } from '../domain/words.ts';

export type Metrics = {
  /** `route` is the path's pattern, never the path: that can hold a customer's ID. */
  answered(request: { method: string; route: string; status: number; seconds: number }): void;
  /** Events that were taken, by type; those of types we do not know are one, so that no sender adds labels. */
  received(events: readonly SalesEvent[], counts: { duplicates: number }): void;
  text(): Promise<string>;
};

const knownTypes: ReadonlySet<string> = new Set(eventTypes);

/** Counts and durations for Prometheus, without personal data. */
export function metricsOf(
  db: Db,
  policyNow: () => Pick<Policy, 'overdueAfter' | 'timeZone' | 'contact'>,
  clock: () => string,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'winback_http_request_duration_seconds',
    help: 'Time to answer a request, by the pattern of its path',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const events = new Counter({
    name: 'winback_events_total',
    help: 'Events received, repeated ones too, by type; all types not known here as "unknown"',
    labelNames: ['type'],
    registers: [registry],
  });
  for (const type of [...eventTypes, 'unknown']) events.inc({ type }, 0);
  const duplicates = new Counter({
    name: 'winback_event_duplicates_total',
    help: 'Of these, events whose source and id were seen before',
    registers: [registry],
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const customers = gauge('winback_customers', 'Customers known');
  const purchases = gauge('winback_purchases', 'Purchases known');
  const openCases = gauge('winback_open_cases', 'Cases that are open');
  const openTasks = gauge('winback_open_tasks', 'Tasks that are open');
  const overdueTasks = gauge(
    'winback_overdue_tasks',
    'Open tasks that wait for longer than the policy allows, in working time',
  );
  const backlog = gauge('winback_outbox_backlog', 'Messages that Temporal has not been told yet');
  const backlogAge = gauge('winback_outbox_oldest_seconds', 'Age of the oldest such message');
  const waitingEvents = gauge(
    'winback_waiting_events',
    'Events of large batches that are kept and wait for their effect',
  );
  const mails = new Gauge({
    name: 'winback_mails',
    help: 'Mails to customers, by what has become of them; "unclear" and "failed" wait for a manager',
    labelNames: ['status'],
    registers: [registry],
  });
  const reportMails = new Gauge({
    name: 'winback_report_mails',
    help: 'Monthly reports to management, one for each address, by what has become of them',
    labelNames: ['status'],
    registers: [registry],
  });
  const deliveries = new Gauge({
    name: 'winback_webhook_deliveries',
    help: 'Outgoing webhook messages of the last 30 days, by what has become of them',
    labelNames: ['status'],
    registers: [registry],
  });
  const webhookAge = gauge(
    'winback_webhook_oldest_pending_seconds',
    'Age of the oldest webhook message that its endpoint has not taken yet',
  );
  const failingWebhooks = gauge(
    'winback_webhooks_failing',
    'Webhook endpoints whose last attempt has failed',
  );
  const earlySigns = new Gauge({
    name: 'winback_early_signs',
    help: 'Signs before a loss heard of so far, by what became of them: "task", or why there is none',
    labelNames: ['sign', 'answer'],
    registers: [registry],
  });
  const age = (since: string | null, now: string) =>
    Math.max(0, Date.parse(now) - Date.parse(since ?? now)) / 1_000;

  return {
    answered: ({ seconds, ...labels }) => durations.observe(labels, seconds),
    received(batch, counts) {
      const byType = Map.groupBy(batch, ({ type }) => (knownTypes.has(type) ? type : 'unknown'));
      for (const [type, own] of byType) events.inc({ type }, own.length);
      duplicates.inc(counts.duplicates);
    },
    async text() {
      const now = clock();
      const policy = policyNow();
      const overdueBefore = workingTimeBefore(now, policy.overdueAfter, companyHours(db, policy));
      const sizes = await stats(db, { overdueBefore });
      customers.set(sizes.customers);
      purchases.set(sizes.purchases);
      openCases.set(sizes.openCases);
      openTasks.set(sizes.openTasks);
      overdueTasks.set(sizes.overdueTasks);
      backlog.set(sizes.outboxUndone);
      backlogAge.set(age(sizes.outboxOldestAt, now));
      waitingEvents.set(await countWaitingEvents(db));
      for (const [status, number] of Object.entries(sizes.mails)) mails.set({ status }, number);
      for (const [status, number] of Object.entries(sizes.reportMails)) {
        reportMails.set({ status }, number);
      }
      const { counts, oldestPendingAt } = sizes.webhooks;
      for (const [status, number] of Object.entries(counts)) deliveries.set({ status }, number);
      webhookAge.set(age(oldestPendingAt, now));
      failingWebhooks.set(sizes.failingWebhooks);
      for (const { sign, answer, signs } of await countEarlySigns(db)) {
        earlySigns.set({ sign, answer }, signs);
      }
      return registry.metrics();
    },
  };
}

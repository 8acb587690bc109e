import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { auditActions } from '../../domain/audit.ts';
import type { ViewFilter } from '../../domain/board.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { CompanyFit } from '../../domain/company-fit.ts';
import { reportMailStatuses } from '../../domain/monthly-report.ts';
import type { Policy } from '../../domain/policy.ts';
import { commandStatuses, scanOrigins } from '../../domain/records.ts';
import type { ScanDetection, SilentLoss } from '../../domain/silent-loss.ts';
import { roles } from '../../domain/words.ts';
import { json } from './columns.ts';

/* The installation itself: policies, commands, scans and fits. */

export const policies = sqliteTable('policies', {
  version: text().primaryKey(),
  name: text().notNull(),
  content: json<Policy>().notNull(),
  createdAt: text().notNull(),
});

/** Which policy governs since when: the newest row counts. Without any it is what the processes were started with. */
export const policyPublications = sqliteTable('policy_publications', {
  publicationId: integer().primaryKey({ autoIncrement: true }),
  /** null: what the processes are started with governs again */
  version: text(),
  at: text().notNull(),
  /** the key of who published it */
  actor: text().notNull(),
  /** in the publisher's words */
  reason: text(),
});

/** The audit of who told us to do what and when, and the memory that makes a repeated request one request. */
export const commands = sqliteTable(
  'commands',
  {
    commandId: text().primaryKey(),
    actor: text().notNull(),
    role: text({ enum: roles }).notNull(),
    /** `task.complete`, `case.close`, … */
    action: text({ enum: auditActions }).notNull(),
    /** task, case, scan or key that it is about */
    target: text().notNull(),
    caseId: text(),
    request: json<Record<string, unknown>>().notNull(),
    idempotencyKey: text(),
    status: text({ enum: commandStatuses }).notNull(),
    error: json<{ code: ErrorCode; message: string }>(),
    at: text().notNull(),
    finishedAt: text(),
    /** until then nobody delivers it, so that it can be undone; null as soon as it is being delivered */
    undoUntil: text(),
  },
  (t) => [
    uniqueIndex('commands_idempotency').on(t.actor, t.idempotencyKey),
    uniqueIndex('commands_one_completion')
      .on(t.target)
      .where(sql`action = 'task.complete' and status = 'pending'`),
    index('commands_case').on(t.caseId, t.at),
    // The audit, the newest first.
    index('commands_newest').on(t.at, t.commandId),
    index('commands_actor').on(t.actor, t.at, t.commandId),
    index('commands_action').on(t.action, t.at, t.commandId),
    index('commands_target').on(t.target, t.at, t.commandId),
  ],
);

export const scans = sqliteTable(
  'scans',
  {
    scanId: text().primaryKey(),
    origin: text({ enum: scanOrigins }).notNull(),
    status: text({ enum: ['running', 'completed', 'failed'] }).notNull(),
    startedAt: text().notNull(),
    finishedAt: text(),
    /** customers to look at and looked at so far */
    total: integer().notNull(),
    scanned: integer().notNull().default(0),
    /** the last customer looked at: where a crashed scan goes on */
    cursor: text(),
    dormant: integer().notNull().default(0),
    /** of them worth a case */
    worthwhile: integer().notNull().default(0),
    opened: integer().notNull().default(0),
    waiting: integer().notNull().default(0),
    error: text(),
    /** how it told the lost from the others; null before it has looked at anybody */
    detection: json<ScanDetection>(),
  },
  (t) => [
    uniqueIndex('scans_one_running')
      .on(t.status)
      .where(sql`status = 'running'`),
    index('scans_newest').on(t.startedAt, t.scanId),
  ],
);

/** Dormant customers found by a scan: those for whom there is no room wait here until the next one. */
export const scanCandidates = sqliteTable(
  'scan_candidates',
  {
    scanId: text().notNull(),
    customerId: text().notNull(),
    secondLifetimeValue: integer().notNull(),
    expectedGain: integer().notNull(),
    /** the expected gain for each hour of work: ranks them */
    gainPerHour: integer().notNull(),
    silentLoss: json<SilentLoss>().notNull(),
    /** as the scan saw it: whoever has another one now is not lost by it any more */
    lastPurchaseAt: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.scanId, t.customerId] }),
    index('scan_candidates_rank').on(t.scanId, t.gainPerHour, t.customerId),
  ],
);

/** What the company's purchases said on a day: the models, their fit, and how the rules would have done. */
export const fits = sqliteTable('fits', {
  fitId: integer().primaryKey({ autoIncrement: true }),
  fittedAt: text().notNull(),
  content: json<CompanyFit>().notNull(),
});

/** Facts of this installation: the key of what is drawn by chance, the worker's last sign of life. */
export const installation = sqliteTable('installation', {
  name: text().primaryKey(),
  value: text().notNull(),
});

/** The monthly report on its way to management: each month to each address once. */
export const reportMails = sqliteTable(
  'report_mails',
  {
    month: text().notNull(),
    recipient: text().notNull(),
    status: text({ enum: reportMailStatuses }).notNull(),
    /** not before this moment: the back-off after a failure */
    notBefore: text().notNull(),
    attempts: integer().notNull().default(0),
    lastAttemptAt: text(),
    /** what the server or the line said */
    lastError: text(),
    finishedAt: text(),
  },
  (t) => [primaryKey({ columns: [t.month, t.recipient] })],
);

/** Filters of the board that people have named, each for themselves. */
export const savedViews = sqliteTable(
  'saved_views',
  {
    viewId: text().primaryKey(),
    keyId: text().notNull(),
    name: text().notNull(),
    filter: json<ViewFilter>().notNull(),
    createdAt: text().notNull(),
  },
  (t) => [uniqueIndex('saved_views_name').on(t.keyId, t.name)],
);

import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { achievements, pointReasons } from '../../domain/incentives.ts';
import {
  preventionStatuses,
  type PreventionChange,
  type PreventionEvidence,
} from '../../domain/prevention.ts';
import { causes } from '../../domain/words.ts';
import { json } from './columns.ts';

/* What is done about causes, which of them rise, and what people earn by avoiding losses. */

const topicColumns = {
  cause: text({ enum: causes }).notNull(),
  category: text(),
  product: text(),
  region: text(),
  /** the four together, as `topicKey` spells them */
  topic: text().notNull(),
};

export const preventionActions = sqliteTable(
  'prevention_actions',
  {
    actionId: text().primaryKey(),
    ...topicColumns,
    title: text().notNull(),
    description: text(),
    owner: text(),
    dueAt: text(),
    expectedFewerPercent: integer(),
    status: text({ enum: preventionStatuses }).notNull(),
    /** the losses that it was proposed for; null: somebody made it by hand */
    evidence: json<PreventionEvidence>(),
    /** null: the engine has proposed it */
    createdBy: text(),
    createdAt: text().notNull(),
    /** since when somebody works on it */
    startedAt: text(),
    /** when it was done or rejected */
    endedAt: text(),
    revision: integer().notNull(),
  },
  (t) => [
    uniqueIndex('prevention_actions_one_current')
      .on(t.topic)
      .where(sql`ended_at is null`),
    index('prevention_actions_list').on(t.createdAt, t.actionId),
    index('prevention_actions_status').on(t.status, t.createdAt, t.actionId),
  ],
);

/** Every change of an action, with what each field was and has become. */
export const preventionChanges = sqliteTable(
  'prevention_changes',
  {
    actionId: text().notNull(),
    /** that it has led to */
    revision: integer().notNull(),
    at: text().notNull(),
    /** null: the engine */
    by: text(),
    changes: json<PreventionChange['changes']>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.actionId, t.revision] })],
);

/** Topics whose losses have risen beyond chance; one that goes on is one rise. */
export const lossRises = sqliteTable(
  'loss_rises',
  {
    riseId: text().primaryKey(),
    ...topicColumns,
    fromAt: text().notNull(),
    toAt: text().notNull(),
    cases: integer().notNull(),
    expected: real().notNull(),
    chance: real().notNull(),
    basis: text({ enum: ['season', 'recent'] }).notNull(),
    foundAt: text().notNull(),
    lastSeenAt: text().notNull(),
    endedAt: text(),
  },
  (t) => [
    index('loss_rises_topic').on(t.topic, t.lastSeenAt),
    index('loss_rises_standing')
      .on(t.chance)
      .where(sql`ended_at is null`),
  ],
);

/** The ledger of points. Rows are only ever added: a correction is a row of its own. */
export const pointEntries = sqliteTable(
  'point_entries',
  {
    entrySeq: integer().primaryKey({ autoIncrement: true }),
    /** what it is for, named for ever */
    occasion: text().notNull(),
    keyId: text().notNull(),
    /** which entry of this person for this occasion, from 1 */
    number: integer().notNull(),
    achievement: text({ enum: achievements }).notNull(),
    caseId: text(),
    taskId: text(),
    customerId: text().notNull(),
    points: integer().notNull(),
    reason: text({ enum: pointReasons }).notNull(),
    policyVersion: text().notNull(),
    occurredAt: text().notNull(),
    /** the end of the observation */
    dueAt: text().notNull(),
    /** in whose payroll period it is paid: when it is due, or the first moment after all that was closed by then */
    payableAt: text().notNull(),
    bookedAt: text().notNull(),
  },
  (t) => [
    uniqueIndex('point_entries_once').on(t.occasion, t.keyId, t.number),
    index('point_entries_customer').on(t.customerId),
    index('point_entries_key').on(t.keyId, t.entrySeq),
    index('point_entries_payable').on(t.payableAt),
  ],
);

/** Payroll periods that nothing is added to any more; one closes all before it. */
export const payrollClosings = sqliteTable('payroll_closings', {
  period: text().primaryKey(),
  /** its end */
  until: text().notNull(),
  closedAt: text().notNull(),
  closedBy: text().notNull(),
});

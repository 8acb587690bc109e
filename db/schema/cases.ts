import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { EndReason } from '../../domain/case.ts';
import type { CauseRule } from '../../domain/cause-suggestion.ts';
import { causeLayers, surenesses, type Names } from '../../domain/causes.ts';
import type { DecisionReason } from '../../domain/identification.ts';
import { ledgerKinds, minutesBases } from '../../domain/ledger.ts';
import type { MeasurePlan } from '../../domain/measure-plan.ts';
import { triggerDetails, type SilentLoss } from '../../domain/silent-loss.ts';
import type { TimelineCode, TimelineData } from '../../domain/timeline.ts';
import {
  caseStatuses,
  causes,
  decisions,
  outcomes,
  steps,
  targetGroups,
  tiers,
  triggers,
  strictRegains,
} from '../../domain/words.ts';
import { strictReasons, type StrictJudgement } from '../../domain/strict-regain.ts';
import { secondLossCauses } from '../../domain/success.ts';
import { flag, json } from './columns.ts';

/* Cases, why the customers left, and what people wrote about them. */

export const cases = sqliteTable(
  'cases',
  {
    caseId: text().primaryKey(),
    customerId: text().notNull(),
    episode: integer().notNull(),
    trigger: text({ enum: triggers }).notNull(),
    triggerDetail: text({ enum: triggerDetails }),
    /** why a dormancy scan held the customer for lost */
    silentLoss: json<SilentLoss>(),
    status: text({ enum: caseStatuses }).notNull(),
    step: text({ enum: steps }).notNull(),
    outcome: text({ enum: outcomes }),
    endReason: text().$type<EndReason>(),
    tier: text({ enum: tiers }),
    /** the most reliable layer that is known: verified, else assessed, else stated; more of each in `caseCauses` */
    cause: text({ enum: causes }),
    statedCause: text({ enum: causes }),
    assessedCause: text({ enum: causes }),
    verifiedCause: text({ enum: causes }),
    /** what the customer or the opener wrote, free text */
    statedReason: text(),
    effectiveAt: text(),
    /** the newest cancellation the case knows of, else the last purchase known at its opening: a return is later */
    lostAt: text().notNull(),
    /** the case knows of a cancellation that could be withdrawn */
    cancelled: flag(),
    openedAt: text().notNull(),
    closedAt: text(),
    nextDueAt: text(),
    pausedUntil: text(),
    policyVersion: text().notNull(),
    decision: text({ enum: decisions }),
    decisionReason: text().$type<DecisionReason>(),
    secondLifetimeValue: integer(),
    expectedGain: integer(),
    controlGroup: flag(),
    contacted: flag(),
    playbookId: text(),
    playbookVersion: integer(),
    plan: json<MeasurePlan>(),
    regainedAt: text(),
    regainedBy: text({ enum: ['purchase', 'cancellation-withdrawn'] }),
    regainedAmount: integer().notNull().default(0),
    concessionCost: integer().notNull().default(0),
    satisfactionScore: integer(),
    /** the purchase, or the return, since which the customer was silent when last warned of */
    warnedSince: text(),
    openedBy: text().notNull(),
    /** 0 until the workflow has written for the first time */
    revision: integer().notNull().default(0),
    /** events in the workflow's history when the workflow task began that wrote it */
    historyLength: integer().notNull().default(0),
  },
  (t) => [
    uniqueIndex('cases_customer_episode').on(t.customerId, t.episode),
    uniqueIndex('cases_one_open')
      .on(t.customerId)
      .where(sql`status = 'open'`),
    index('cases_returned')
      .on(t.customerId)
      .where(sql`regained_at is not null`),
    index('cases_walk').on(t.status, t.caseId),
    // Reports of losses, over years: all that they sum or join by, in the order of time.
    index('cases_losses').on(
      t.openedAt,
      t.endReason,
      t.cause,
      t.caseId,
      t.customerId,
      t.lostAt,
      t.regainedAt,
      t.assessedCause,
      t.verifiedCause,
    ),
    index('cases_closed')
      .on(t.closedAt)
      .where(sql`closed_at is not null`),
    // Lists: one filter beside the status is found by its index, in the list's order.
    index('cases_list').on(t.status, t.openedAt, t.caseId),
    index('cases_due').on(t.status, t.nextDueAt, t.caseId),
    index('cases_step').on(t.status, t.step, t.openedAt, t.caseId),
    index('cases_trigger').on(t.status, t.trigger, t.openedAt, t.caseId),
    index('cases_tier').on(t.status, t.tier, t.openedAt, t.caseId),
    index('cases_cause').on(t.status, t.cause, t.openedAt, t.caseId),
    index('cases_outcome').on(t.status, t.outcome, t.openedAt, t.caseId),
    // The board: each step in the order of what waits longest, with all that it counts and filters by.
    index('cases_board').on(
      t.status,
      t.step,
      // `coalesce`, but drizzle-kit splits what it writes at a comma.
      sql`case when next_due_at is null then opened_at else next_due_at end`,
      t.caseId,
      t.trigger,
      t.tier,
      t.cause,
    ),
  ],
);

/** What each case has cost and brought. No row is ever changed: what turns out otherwise is corrected by another one. */
export const ledger = sqliteTable(
  'ledger',
  {
    entrySeq: integer().primaryKey({ autoIncrement: true }),
    caseId: text().notNull(),
    kind: text({ enum: ledgerKinds }).notNull(),
    source: text().notNull(),
    at: text().notNull(),
    currency: text().notNull(),
    /** minor units, costs below 0 */
    amount: integer().notNull(),
    margin: integer().notNull(),
    minutes: integer(),
    basis: text({ enum: minutesBases }),
    correction: flag(),
    bookedAt: text().notNull(),
  },
  (t) => [
    index('ledger_case').on(t.caseId, t.entrySeq),
    index('ledger_purchases')
      .on(t.caseId, t.source, t.at, t.amount)
      .where(sql`kind = 'purchase'`),
  ],
);

/** What the reports say of each case, in one narrow row: made anew from the other tables whenever one of them changes. */
export const caseFigures = sqliteTable(
  'case_figures',
  {
    caseId: text().primaryKey(),
    openedAt: text().notNull(),
    /** when its result was known: at the return, or at its end without one; null: not yet */
    decidedAt: text(),
    trigger: text({ enum: triggers }).notNull(),
    tier: text({ enum: tiers }),
    cause: text({ enum: causes }),
    targetGroup: text({ enum: targetGroups }).notNull(),
    playbookId: text(),
    playbookVersion: integer(),
    decision: text({ enum: decisions }),
    controlGroup: flag(),
    contacted: flag(),
    /** a person of ours has spoken with the customer */
    reached: flag(),
    outcome: text({ enum: outcomes }),
    regainedAt: text(),
    /** from the opening to the return, milliseconds */
    regainedAfter: integer(),
    lostAgainAt: text(),
    /** from the return to the second loss, milliseconds */
    lostAgainAfter: integer(),
    secondLossCause: text({ enum: secondLossCauses }),
    /** what a return is expected to bring, minor units */
    secondLifetimeValue: integer(),
    workMinutes: integer().notNull(),
    /** minor units, costs below 0 */
    work: integer().notNull(),
    contact: integer().notNull(),
    concession: integer().notNull(),
    revenue: integer().notNull(),
    margin: integer().notNull(),
    /** the strict rule; null: booked before there was one */
    strictRegain: text({ enum: strictRegains }),
    strictBecause: text({ enum: strictReasons }),
    /** a pending judgement is made anew at this time */
    strictUntil: text(),
    /** the observation that control group and others have in common: from the opening on */
    observedUntil: text(),
    /** by which rules it was made (`figureRules`): an older row is made anew at the next start */
    rules: integer().notNull().default(0),
  },
  (t) => [
    index('case_figures_pending')
      .on(t.strictUntil)
      .where(sql`strict_regain = 'pending' and strict_until is not null`),
    index('case_figures_arms')
      .on(t.cause, t.tier, t.playbookId, t.playbookVersion)
      .where(sql`playbook_id is not null`),
    index('case_figures_control')
      .on(t.trigger, t.tier, t.observedUntil)
      .where(sql`control_group`),
    index('case_figures_unjudged')
      .on(t.caseId)
      .where(sql`strict_regain is null`),
    index('case_figures_rules').on(t.rules),
    index('case_figures_observed')
      .on(t.observedUntil)
      .where(sql`observed_until is not null`),
    index('case_figures_decided')
      .on(t.decidedAt)
      .where(sql`decided_at is not null`),
    index('case_figures_returned')
      .on(t.regainedAt)
      .where(sql`regained_at is not null`),
  ],
);

/** Every judgement of the strict rule that differed from the one before. */
export const caseJudgements = sqliteTable(
  'case_judgements',
  {
    judgementSeq: integer().primaryKey({ autoIncrement: true }),
    caseId: text().notNull(),
    at: text().notNull(),
    judgement: json<StrictJudgement>().notNull(),
  },
  (t) => [index('case_judgements_case').on(t.caseId, t.judgementSeq)],
);

/** Who was drawn into the control group, and who could have been. */
export const controlDraws = sqliteTable(
  'control_draws',
  {
    caseId: text().primaryKey(),
    trigger: text({ enum: triggers }).notNull(),
    tier: text({ enum: tiers }).notNull(),
    percent: integer().notNull(),
    /** among the draws of this trigger, tier and share, from 0 */
    place: integer().notNull(),
    drawn: flag(),
    at: text().notNull(),
  },
  (t) => [
    uniqueIndex('control_draws_place').on(t.trigger, t.tier, t.percent, t.place),
    index('control_draws_drawn')
      .on(t.caseId)
      .where(sql`drawn`),
  ],
);

/** The company's own categories below our causes. None is ever deleted: cases name them. */
export const causeCategories = sqliteTable('cause_categories', {
  code: text().primaryKey(),
  parent: text({ enum: causes }).notNull(),
  name: json<Names>().notNull(),
  createdAt: text().notNull(),
  retiredAt: text(),
});

/** Who recorded which cause of a case in which layer; the newest of a layer counts. */
export const caseCauses = sqliteTable(
  'case_causes',
  {
    causeSeq: integer().primaryKey({ autoIncrement: true }),
    /** the task that brought it, or an ID of its own */
    statementId: text().notNull(),
    caseId: text().notNull(),
    layer: text({ enum: causeLayers }).notNull(),
    cause: text({ enum: causes }).notNull(),
    category: text(),
    furtherCauses: json<string[]>().notNull(),
    sureness: text({ enum: surenesses }),
    competitor: text(),
    note: text(),
    /** null: nobody was reached, so that the case itself notes the cause as unknown */
    by: text(),
    at: text().notNull(),
  },
  (t) => [
    uniqueIndex('case_causes_statement').on(t.statementId),
    index('case_causes_case').on(t.caseId, t.layer, t.at),
    index('case_causes_further')
      .on(t.caseId)
      .where(sql`further_causes <> '[]'`),
  ],
);

/** Every set of keyword rules that the company has had in place of the built-in one; the newest counts. */
export const causeRuleSets = sqliteTable('cause_rule_sets', {
  version: integer().primaryKey({ autoIncrement: true }),
  rules: json<CauseRule[]>().notNull(),
  createdAt: text().notNull(),
  createdBy: text().notNull(),
});

export const timeline = sqliteTable(
  'timeline',
  {
    caseId: text().notNull(),
    seq: integer().notNull(),
    at: text().notNull(),
    code: text().$type<TimelineCode>().notNull(),
    data: json<TimelineData>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.caseId, t.seq] })],
);

/** What people wrote about a case. */
export const notes = sqliteTable(
  'notes',
  {
    noteSeq: integer().primaryKey({ autoIncrement: true }),
    noteId: text().notNull(),
    caseId: text().notNull(),
    text: text().notNull(),
    createdBy: text().notNull(),
    createdAt: text().notNull(),
  },
  (t) => [uniqueIndex('notes_id').on(t.noteId), index('notes_case').on(t.caseId, t.noteSeq)],
);

/** Which keys a note names. */
export const mentions = sqliteTable(
  'mentions',
  { keyId: text().notNull(), noteSeq: integer().notNull() },
  (t) => [primaryKey({ columns: [t.keyId, t.noteSeq] })],
);

/** Files of a case; their content lies in the data folder under its hash. */
export const attachments = sqliteTable(
  'attachments',
  {
    attachmentId: text().primaryKey(),
    caseId: text().notNull(),
    name: text().notNull(),
    type: text().notNull(),
    /** bytes */
    size: integer().notNull(),
    sha256: text().notNull(),
    createdBy: text().notNull(),
    createdAt: text().notNull(),
    /** its content is gone, unless another attachment has the same */
    deletedAt: text(),
    deletedBy: text(),
  },
  (t) => [index('attachments_case').on(t.caseId, t.createdAt)],
);

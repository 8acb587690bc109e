import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { TaskCloseReason } from '../../domain/case.ts';
import { signAnswers, type SignData } from '../../domain/early-signs.ts';
import type { BusinessHours } from '../../domain/policy.ts';
import { taskTypeNames } from '../../domain/tasks.ts';
import { assignments, type Skills } from '../../domain/teams.ts';
import { earlySigns, steps, taskStatuses } from '../../domain/words.ts';
import { flag, json } from './columns.ts';

/* What people do, and the teams that they do it in. */

export const tasks = sqliteTable(
  'tasks',
  {
    taskId: text().primaryKey(),
    /** null: a preventive task or one about a mail, which has no workflow */
    caseId: text(),
    customerId: text().notNull(),
    type: text({ enum: taskTypeNames }).notNull(),
    step: text({ enum: steps }).notNull(),
    /** of its case's plan */
    measureId: text(),
    /** that it makes, or asks a manager to approve */
    offerId: text(),
    /** who does it, where that is not the recovery team */
    queue: text(),
    status: text({ enum: taskStatuses }).notNull(),
    assignee: text(),
    attempt: integer().notNull(),
    agreed: flag(),
    /** of its case; null: not known, or a preventive task */
    expectedGain: integer(),
    createdAt: text().notNull(),
    dueAt: text().notNull(),
    deadlineAt: text().notNull(),
    /** since when it is a manager's business */
    escalatedAt: text(),
    /** of its case: nothing falls due until then */
    pausedUntil: text(),
    closedAt: text(),
    closeReason: text().$type<TaskCloseReason>(),
    completedBy: text(),
    /** with its free text */
    result: json<Record<string, unknown>>(),
    /** of a preventive task, what it is there for */
    sign: text({ enum: earlySigns }),
    signAt: text(),
    signData: json<SignData>(),
    /** that a manager is to look after */
    mailId: text(),
  },
  (t) => [
    index('tasks_inbox').on(t.status, t.dueAt, t.taskId),
    index('tasks_assignee').on(t.status, t.assignee, t.dueAt, t.taskId),
    index('tasks_type').on(t.status, t.type, t.dueAt, t.taskId),
    // One team's inbox.
    index('tasks_team')
      .on(t.status, t.queue, t.dueAt, t.taskId)
      .where(sql`queue is not null`),
    index('tasks_case').on(t.caseId, t.status, t.dueAt, t.taskId),
    // In the order in which they are handed out, and with what tells whether their time has come.
    index('tasks_queue')
      .on(t.queue, sql`agreed desc`, sql`expected_gain desc`, t.dueAt, t.taskId, t.pausedUntil)
      .where(sql`status = 'open' and assignee is null`),
    index('tasks_escalated')
      .on(t.status, t.dueAt, t.taskId)
      .where(sql`escalated_at is not null`),
    index('tasks_last_worker')
      .on(t.customerId, t.closedAt)
      .where(sql`completed_by is not null`),
    // Which measures, people and teams had a part in each case, and when.
    index('tasks_done')
      .on(t.caseId, t.type, t.measureId, t.completedBy, t.queue)
      .where(sql`status = 'done' and case_id is not null`),
    index('tasks_parts')
      .on(t.caseId, t.type, t.measureId, t.completedBy, t.queue, t.closedAt)
      .where(sql`status = 'done' and case_id is not null`),
    index('tasks_done_by')
      .on(t.completedBy, t.caseId, t.status)
      .where(sql`status = 'done' and case_id is not null and completed_by is not null`),
    index('tasks_parts_by')
      .on(t.completedBy, t.caseId, t.closedAt, t.status)
      .where(sql`status = 'done' and case_id is not null and completed_by is not null`),
    index('tasks_sign')
      .on(t.status, t.sign, t.dueAt, t.taskId)
      .where(sql`sign is not null`),
    index('tasks_preventive')
      .on(t.customerId, t.createdAt)
      .where(sql`sign is not null`),
    index('tasks_mail')
      .on(t.mailId)
      .where(sql`mail_id is not null`),
    uniqueIndex('tasks_one_open_of_mail')
      .on(t.mailId)
      .where(sql`status = 'open' and mail_id is not null`),
    uniqueIndex('tasks_one_preventive')
      .on(t.customerId)
      .where(sql`status = 'open' and sign is not null`),
  ],
);

/** Who works on which tasks: a team's ID is the queue that its tasks wait in. */
export const teams = sqliteTable('teams', {
  teamId: text().primaryKey(),
  name: text().notNull(),
  assignment: text({ enum: assignments }).notNull(),
  createdAt: text().notNull(),
});

export const teamMembers = sqliteTable(
  'team_members',
  {
    teamId: text().notNull(),
    keyId: text().notNull(),
    skills: json<Skills>().notNull(),
    hours: json<BusinessHours>(),
    createdAt: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.keyId] }), index('team_members_key').on(t.keyId)],
);

export const absences = sqliteTable(
  'absences',
  {
    absenceId: text().primaryKey(),
    keyId: text().notNull(),
    fromAt: text().notNull(),
    /** null: nobody knows yet */
    untilAt: text(),
    /** their work went back to the queue when it began */
    returnedAt: text(),
    createdBy: text().notNull(),
    createdAt: text().notNull(),
  },
  (t) => [
    index('absences_key').on(t.keyId, t.fromAt),
    index('absences_beginning')
      .on(t.fromAt)
      .where(sql`returned_at is null`),
  ],
);

/** Secret addresses at which the calls of a key are read as a calendar. */
export const calendarFeeds = sqliteTable(
  'calendar_feeds',
  {
    feedId: text().primaryKey(),
    keyId: text().notNull(),
    /** SHA-256 of the secret part of the address */
    hash: text().notNull(),
    createdAt: text().notNull(),
    revokedAt: text(),
  },
  (t) => [uniqueIndex('calendar_feeds_hash').on(t.hash), index('calendar_feeds_key').on(t.keyId)],
);

/** Complaints that can be told apart, and whether they were answered. */
export const complaints = sqliteTable(
  'complaints',
  {
    customerId: text().notNull(),
    /** the sales system's, or that of the event if it gave none */
    complaintId: text().notNull(),
    recordedAt: text().notNull(),
    answeredAt: text(),
    /** when it was found to be without an answer for too long */
    noticedAt: text(),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.complaintId] }),
    index('complaints_waiting')
      .on(t.recordedAt)
      .where(sql`answered_at is null and noticed_at is null`),
  ],
);

/** How many signs before a loss were heard of, by what became of them. */
export const earlySignCounts = sqliteTable(
  'early_sign_counts',
  {
    sign: text({ enum: earlySigns }).notNull(),
    answer: text({ enum: signAnswers }).notNull(),
    signs: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.sign, t.answer] })],
);

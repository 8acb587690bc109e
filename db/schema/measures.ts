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
import { languages, mailStatuses, type Template } from '../../domain/mails.ts';
import { offerStatuses, type Offer } from '../../domain/offers.ts';
import { trialStates } from '../../domain/optimisation.ts';
import type { Playbook } from '../../domain/playbooks.ts';
import { objectives } from '../../domain/policy.ts';
import { flag, json } from './columns.ts';

/* What can be done for customers: playbooks, offers, templates and mails. */

export const playbooks = sqliteTable(
  'playbooks',
  {
    playbookId: text().notNull(),
    version: integer().notNull(),
    content: json<Playbook>().notNull(),
    createdAt: text().notNull(),
    /** it came with a file at the start of the worker, and not through the API */
    fromFile: integer({ mode: 'boolean' }).notNull().default(true),
    /** not chosen any more; cases that go by it still do */
    retiredAt: text(),
  },
  (t) => [primaryKey({ columns: [t.playbookId, t.version] })],
);

/** The catalogue of concessions. */
export const offers = sqliteTable('offers', {
  offerId: text().primaryKey(),
  content: json<Offer>().notNull(),
  changedAt: text().notNull(),
  /** not offered any more */
  retiredAt: text(),
});

/** What was offered in a case, and what came of it. */
export const caseOffers = sqliteTable(
  'case_offers',
  {
    caseId: text().notNull(),
    measureId: text().notNull(),
    offerId: text().notNull(),
    customerId: text().notNull(),
    /** minor units of the policy's currency */
    cost: integer().notNull(),
    validDays: integer().notNull(),
    status: text({ enum: offerStatuses }).notNull(),
    /** by a manager */
    approved: flag(),
    proposedAt: text().notNull(),
    grantedAt: text(),
    code: text(),
    expiresAt: text(),
    redeemedAt: text(),
    orderId: text(),
  },
  (t) => [
    primaryKey({ columns: [t.caseId, t.measureId, t.offerId] }),
    uniqueIndex('case_offers_code').on(t.code),
    index('case_offers_customer').on(t.customerId, t.status),
    index('case_offers_month').on(t.proposedAt, t.status, t.offerId, t.cost),
  ],
);

/** Which of several offers a measure of a case was to make, drawn once, with what it is judged by afterwards. */
export const offerDraws = sqliteTable(
  'offer_draws',
  {
    caseId: text().notNull(),
    measureId: text().notNull(),
    offerId: text().notNull(),
    /** with which it was taken, above 0, up to 1 */
    probability: real().notNull(),
    /** all that could have been, with their probabilities */
    arms: text().notNull(),
    /** what could not be made, and why */
    leftOut: text().notNull(),
    trial: text({ enum: trialStates }).notNull(),
    objective: text({ enum: objectives }).notNull(),
    drawnAt: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.caseId, t.measureId] })],
);

export const templates = sqliteTable(
  'templates',
  {
    templateId: text().notNull(),
    version: integer().notNull(),
    content: json<Template>().notNull(),
    createdAt: text().notNull(),
    /** it came with a file at the start of the worker, and not through the API */
    fromFile: flag(),
  },
  (t) => [primaryKey({ columns: [t.templateId, t.version] })],
);

/** Mails to customers, one for each measure that sends one; what they say is written when they are first sent. */
export const mails = sqliteTable(
  'mails',
  {
    mailId: text().primaryKey(),
    caseId: text().notNull(),
    customerId: text().notNull(),
    measureId: text().notNull(),
    /** it is for who has come back, so their return does not withhold it */
    afterReturn: flag(),
    templateId: text().notNull(),
    status: text({ enum: mailStatuses }).notNull(),
    /** in the link of the objection page: whoever has it has the mail */
    token: text().notNull(),
    templateVersion: integer(),
    language: text({ enum: languages }),
    recipient: text(),
    subject: text(),
    body: text(),
    createdAt: text().notNull(),
    /** not before this moment: the back-off after a failure */
    notBefore: text().notNull(),
    /** it is not sent later than this; null: of mails from before there was an end */
    sendBy: text(),
    /** an attempt has had an unclear end: it goes out again only as it was */
    possiblySent: flag(),
    attempts: integer().notNull().default(0),
    lastAttemptAt: text(),
    /** what the server or the line said, or why it was withheld */
    lastError: text(),
    finishedAt: text(),
  },
  (t) => [
    uniqueIndex('mails_token').on(t.token),
    index('mails_list').on(t.createdAt, t.mailId),
    index('mails_status').on(t.status, t.createdAt, t.mailId),
    index('mails_case').on(t.caseId, t.createdAt, t.mailId),
    index('mails_customer').on(t.customerId, t.status),
    index('mails_attempted').on(t.lastAttemptAt),
    index('mails_due')
      .on(t.notBefore)
      .where(sql`status = 'queued'`),
    index('mails_sending')
      .on(t.mailId)
      .where(sql`status = 'sending'`),
  ],
);

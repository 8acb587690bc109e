import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import {
  recontactOrigins,
  recontactStatuses,
  type RecontactRefusal,
} from '../../domain/recontacts.ts';
import type { Cause } from '../../domain/words.ts';
import { json } from './columns.ts';

/* Closed cases whose customers are turned to once more. */

/** One for each closed case: the last word on it counts. */
export const recontacts = sqliteTable(
  'recontacts',
  {
    caseId: text().primaryKey(),
    customerId: text().notNull(),
    origin: text({ enum: recontactOrigins }).notNull(),
    campaignId: text(),
    dueAt: text().notNull(),
    expectedGain: integer().notNull(),
    status: text({ enum: recontactStatuses }).notNull(),
    leftOut: text().$type<RecontactRefusal>(),
    openedCaseId: text(),
    settledAt: text(),
  },
  (t) => [
    index('recontacts_rank')
      .on(t.origin, t.expectedGain, t.caseId)
      .where(sql`status = 'waiting'`),
    index('recontacts_list').on(t.status, t.dueAt, t.caseId),
    index('recontacts_campaign').on(t.campaignId, t.status),
  ],
);

export const campaigns = sqliteTable('campaigns', {
  campaignId: text().primaryKey(),
  title: text().notNull(),
  causes: json<Cause[]>().notNull(),
  /** the company's own, below the causes */
  category: text(),
  product: text(),
  region: text(),
  createdAt: text().notNull(),
  createdBy: text().notNull(),
  stoppedAt: text(),
});

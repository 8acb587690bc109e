import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { duplicateStatuses, likenesses, type Likeness } from '../../domain/identity.ts';
import type { PermissionReason } from '../../domain/permission.ts';
import { channels, customerKinds, legalBases, purposes } from '../../domain/words.ts';
import { json } from './columns.ts';

/* Who the customers are, what they bought and allow, and when they were contacted. */

export const customers = sqliteTable('customers', {
  customerId: text().primaryKey(),
  kind: text({ enum: customerKinds }),
  name: text(),
  email: text(),
  phone: text(),
  /** the address from which mails came back; another one may take them */
  bouncedEmail: text(),
  country: text(),
  language: text(),
  /** IANA, the customer's own */
  timeZone: text(),
  /** further fields of `customer.updated`, as sent */
  extra: json<Record<string, unknown>>().notNull().default({}),
  /** the newest word on the fields above; null for a stub, a customer of whom only events are known so far */
  profileAt: text(),
  /** as of when the fields are that the newest word did not name, by their names (`phone`, `extra.vip`) */
  olderAt: json<Record<string, string>>().notNull().default({}),
  createdAt: text().notNull(),
  updatedAt: text().notNull(),
  objectedAt: text(),
  deceasedAt: text(),
  lastCancellationAt: text(),
  lastWithdrawalAt: text(),
  /** the last cancellation as long as it stands: the rule of `stillStands` in domain/facts.ts */
  cancelledAt: text().generatedAlwaysAs(
    sql`case when last_cancellation_at > coalesce(last_withdrawal_at, '') and last_cancellation_at >= coalesce(last_purchase_at, '') then last_cancellation_at end`,
  ),
  /** kept with every purchase, so that lists and scans read one row */
  purchases: integer().notNull().default(0),
  totalAmount: integer().notNull().default(0),
  currency: text(),
  lastPurchaseAt: text(),
});

/**
 * A customer's purchases lie side by side, in the order of their IDs: the table is `WITHOUT ROWID`, which drizzle-kit
 * does not know and the migration `purchases-by-customer` does by hand, as any later one that rebuilds it must.
 */
export const purchases = sqliteTable(
  'purchases',
  {
    customerId: text().notNull(),
    orderId: text().notNull(),
    purchasedAt: text().notNull(),
    amount: integer().notNull(),
    currency: text().notNull(),
    product: text(),
    /** what came back of it, minor units; `amount` is less by that, and never below 0 */
    returned: integer().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.customerId, t.orderId] })],
);

/** Goods that came back, also of orders that we have not heard of yet. */
export const orderReturns = sqliteTable(
  'order_returns',
  {
    customerId: text().notNull(),
    orderId: text().notNull(),
    returnId: text().notNull(),
    /** minor units of the order's currency */
    amount: integer().notNull(),
    returnedAt: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.customerId, t.orderId, t.returnId] })],
);

/** By what a customer may be recognised: hashes of particulars in the one spelling in which equal ones compare. */
export const customerMarks = sqliteTable(
  'customer_marks',
  {
    likeness: text({ enum: likenesses }).notNull(),
    mark: text().notNull(),
    customerId: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.likeness, t.mark, t.customerId] }),
    index('customer_marks_customer').on(t.customerId),
  ],
);

/** Customers who may be former ones under a new ID, and what a manager has said of it. */
export const duplicates = sqliteTable(
  'duplicates',
  {
    duplicateId: text().primaryKey(),
    /** the one who has appeared */
    customerId: text().notNull(),
    /** the one who was lost */
    formerId: text().notNull(),
    /** the loss */
    caseId: text().notNull(),
    alike: json<Likeness[]>().notNull(),
    foundAt: text().notNull(),
    status: text({ enum: duplicateStatuses }).notNull(),
    decidedAt: text(),
    decidedBy: text(),
  },
  (t) => [
    uniqueIndex('duplicates_pair').on(t.customerId, t.formerId),
    uniqueIndex('duplicates_one_person')
      .on(t.customerId)
      .where(sql`status = 'confirmed'`),
    index('duplicates_list').on(t.status, t.foundAt, t.duplicateId),
    index('duplicates_former').on(t.formerId),
  ],
);

/** The history of what a customer allowed; the newest row per channel and purpose counts. Rows are proof, and stay. */
export const permissions = sqliteTable(
  'permissions',
  {
    permissionId: integer().primaryKey({ autoIncrement: true }),
    customerId: text().notNull(),
    channel: text({ enum: channels }).notNull(),
    /** null: for every purpose */
    purpose: text({ enum: purposes }),
    granted: integer({ mode: 'boolean' }).notNull(),
    legalBasis: text(),
    proof: text(),
    at: text().notNull(),
    source: text().notNull(),
  },
  (t) => [index('permissions_customer').on(t.customerId, t.channel, t.at)],
);

/** What the tasks of cases go by: words on other purposes are none of theirs. */
export const forRecovery = sql`(${permissions.purpose} is null or ${permissions.purpose} = 'recovery')`;

/** Every contact that somebody of ours has made, answered or not, with what it relied on. */
export const contacts = sqliteTable(
  'contacts',
  {
    /** the command that told of it */
    commandId: text().primaryKey(),
    taskId: text().notNull(),
    /** null: of a preventive task */
    caseId: text(),
    customerId: text().notNull(),
    channel: text({ enum: channels }).notNull(),
    purpose: text({ enum: purposes }).notNull(),
    outcome: text().notNull(),
    at: text().notNull(),
    permitted: integer({ mode: 'boolean' }).notNull(),
    reason: text().$type<PermissionReason>().notNull(),
    basis: text({ enum: legalBases }),
    /** null: the policy went by refusals alone */
    rule: text(),
    permissionId: integer(),
    /** of that permission, as it was, else what we had in our hands: who told us, the order; null: nothing */
    proof: text(),
  },
  (t) => [
    index('contacts_customer').on(t.customerId, t.at),
    index('contacts_case').on(t.caseId),
    index('contacts_task').on(t.taskId, t.at),
  ],
);

/** How many calls were made and answered, by the customers' clocks (weekday 1 is Monday). */
export const callHours = sqliteTable(
  'call_hours',
  {
    weekday: integer().notNull(),
    hour: integer().notNull(),
    calls: integer().notNull(),
    answered: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.weekday, t.hour] })],
);

/** When each customer's next contact is planned, so that no hour gets more than the team can do. */
export const plannedContacts = sqliteTable(
  'planned_contacts',
  {
    customerId: text().primaryKey(),
    dueAt: text().notNull(),
  },
  (t) => [index('planned_contacts_due').on(t.dueAt)],
);

/** The public holidays of the company's region, year by year as they were needed. */
export const holidays = sqliteTable(
  'holidays',
  {
    /** as policies write it: `DE-BY` */
    region: text().notNull(),
    /** local date */
    day: text().notNull(),
    name: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.region, t.day] })],
);

/** What a customer can be found by, word by word in the spelling of `domain/search.ts`. */
export const customerWords = sqliteTable(
  'customer_words',
  {
    word: text().notNull(),
    customerId: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.word, t.customerId] }),
    index('customer_words_customer').on(t.customerId),
  ],
);

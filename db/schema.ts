import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { TaskCloseReason, EndReason } from '../domain/case.ts';
import type { CauseRule } from '../domain/cause-suggestion.ts';
import { causeLayers, surenesses, type Names } from '../domain/causes.ts';
import { signAnswers, type SignData } from '../domain/early-signs.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { CompanyFit } from '../domain/company-fit.ts';
import type { DecisionReason } from '../domain/identification.ts';
import { languages, mailStatuses, type Template } from '../domain/mails.ts';
import type { MeasurePlan } from '../domain/measure-plan.ts';
import { offerStatuses, type Offer } from '../domain/offers.ts';
import type { PermissionReason } from '../domain/permission.ts';
import type { Playbook } from '../domain/playbooks.ts';
import type { BusinessHours, Policy } from '../domain/policy.ts';
import { scanOrigins } from '../domain/records.ts';
import { triggerDetails, type ScanDetection, type SilentLoss } from '../domain/silent-loss.ts';
import { taskTypeNames } from '../domain/tasks.ts';
import { assignments, type Skills } from '../domain/teams.ts';
import type { TimelineCode, TimelineData } from '../domain/timeline.ts';
import {
  deliveryStatuses,
  endpointStatuses,
  messageTypes,
  type WebhookType,
} from '../domain/webhooks.ts';
import {
  caseStatuses,
  causes,
  channels,
  customerKinds,
  decisions,
  earlySigns,
  eventTypes,
  legalBases,
  outcomes,
  purposes,
  roles,
  steps,
  taskStatuses,
  tiers,
  triggers,
} from '../domain/words.ts';

const json = <T>() => text({ mode: 'json' }).$type<T>();
const flag = () => integer({ mode: 'boolean' }).notNull().default(false);

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
  },
  (t) => [primaryKey({ columns: [t.customerId, t.orderId] })],
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

/** Names the partial index below: a query says it word for word, or SQLite does not see that the index serves it. */
export const aboutCancelling = sql`type in ('cancellation.received', 'cancellation.withdrawn')`;

/** What the sales system sent; `source` and `eventId` are accepted once, for ever. */
export const events = sqliteTable(
  'events',
  {
    eventSeq: integer().primaryKey({ autoIncrement: true }),
    source: text().notNull(),
    eventId: text().notNull(),
    /** one of `eventTypes`, or a type we do not know */
    type: text().$type<(typeof eventTypes)[number] | (string & {})>().notNull(),
    /** of an unknown type: its subject, whatever that is, or empty */
    customerId: text().notNull(),
    time: text().notNull(),
    receivedAt: text().notNull(),
    /** ID of the key or signing secret; null for what was imported */
    sentBy: text(),
    /** of an unknown type, if it was no object: under `data` or `data_base64`, as it came */
    data: json<Record<string, unknown>>().notNull(),
  },
  (t) => [
    uniqueIndex('events_source_id').on(t.source, t.eventId),
    index('events_cancellations').on(t.customerId, t.time).where(aboutCancelling),
  ],
);

/** Secrets with which a sales system signs its events; sealed, since checking a signature takes the secret itself. */
export const signingSecrets = sqliteTable(
  'signing_secrets',
  {
    secretId: text().primaryKey(),
    name: text().notNull(),
    sealed: text().notNull(),
    createdAt: text().notNull(),
    revokedAt: text(),
    lastUsedAt: text(),
  },
  (t) => [
    index('signing_secrets_valid')
      .on(t.name)
      .where(sql`revoked_at is null`),
  ],
);

/** What came in types of events that we do not know: stored like all others, and counted here to be noticed. */
export const unknownEventTypes = sqliteTable('unknown_event_types', {
  type: text().primaryKey(),
  events: integer().notNull(),
  firstSeenAt: text().notNull(),
  lastSeenAt: text().notNull(),
  /** of the last one */
  lastSource: text().notNull(),
});

/** What Temporal must still be told, in the order of its acceptance per customer (or per scan). */
export const outbox = sqliteTable(
  'outbox',
  {
    outboxId: integer().primaryKey({ autoIncrement: true }),
    /** messages with the same key are delivered one after the other */
    orderKey: text().notNull(),
    kind: text({ enum: ['start-case', 'fact', 'command', 'start-scan'] }).notNull(),
    payload: json<unknown>().notNull(),
    createdAt: text().notNull(),
    /** not before this moment: a lease of whoever is just delivering it, or the back-off after a failure */
    notBefore: text().notNull(),
    attempts: integer().notNull().default(0),
    lastError: text(),
    doneAt: text(),
  },
  (t) => [
    index('outbox_undone')
      .on(t.outboxId)
      .where(sql`done_at is null`),
    index('outbox_undone_key')
      .on(t.orderKey, t.outboxId)
      .where(sql`done_at is null`),
  ],
);

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
    index('cases_walk').on(t.status, t.caseId),
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

export const tasks = sqliteTable(
  'tasks',
  {
    taskId: text().primaryKey(),
    /** null: a preventive task, which has no case and no workflow */
    caseId: text(),
    customerId: text().notNull(),
    type: text({ enum: taskTypeNames }).notNull(),
    step: text({ enum: steps }).notNull(),
    /** of its case's plan */
    measureId: text(),
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
  },
  (t) => [
    index('tasks_inbox').on(t.status, t.dueAt, t.taskId),
    index('tasks_assignee').on(t.status, t.assignee, t.dueAt, t.taskId),
    index('tasks_type').on(t.status, t.type, t.dueAt, t.taskId),
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
    index('tasks_sign')
      .on(t.status, t.sign, t.dueAt, t.taskId)
      .where(sql`sign is not null`),
    index('tasks_preventive')
      .on(t.customerId, t.createdAt)
      .where(sql`sign is not null`),
    uniqueIndex('tasks_one_preventive')
      .on(t.customerId)
      .where(sql`status = 'open' and sign is not null`),
  ],
);

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
    /** of that permission, as it was */
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
  },
  (t) => [index('attachments_case').on(t.caseId, t.createdAt)],
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

export const policies = sqliteTable('policies', {
  version: text().primaryKey(),
  name: text().notNull(),
  content: json<Policy>().notNull(),
  createdAt: text().notNull(),
});

export const apiKeys = sqliteTable(
  'api_keys',
  {
    keyId: text().primaryKey(),
    name: text().notNull(),
    role: text({ enum: roles }).notNull(),
    /** SHA-256 of the key: it is random, so a slow hash would add nothing */
    hash: text().notNull(),
    createdAt: text().notNull(),
    revokedAt: text(),
    lastUsedAt: text(),
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.hash)],
);

/** The audit of who told us to do what and when, and the memory that makes a repeated request one request. */
export const commands = sqliteTable(
  'commands',
  {
    commandId: text().primaryKey(),
    actor: text().notNull(),
    role: text({ enum: roles }).notNull(),
    /** `task.complete`, `case.close`, … */
    action: text().notNull(),
    /** task, case, scan or key that it is about */
    target: text().notNull(),
    caseId: text(),
    request: json<Record<string, unknown>>().notNull(),
    idempotencyKey: text(),
    /** `pending`: kept, Temporal has not answered yet; `rejected`: it changed nothing, `error` says why */
    status: text({ enum: ['pending', 'done', 'rejected'] }).notNull(),
    error: json<{ code: ErrorCode; message: string }>(),
    at: text().notNull(),
    finishedAt: text(),
  },
  (t) => [
    uniqueIndex('commands_idempotency').on(t.actor, t.idempotencyKey),
    uniqueIndex('commands_one_completion')
      .on(t.target)
      .where(sql`action = 'task.complete' and status = 'pending'`),
    index('commands_case').on(t.caseId, t.at),
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

/** Who hears of what by webhook. The secrets are sealed: see config/secrets.ts. */
export const webhooks = sqliteTable('webhooks', {
  webhookId: text().primaryKey(),
  url: text().notNull(),
  types: json<WebhookType[]>().notNull(),
  description: text(),
  status: text({ enum: endpointStatuses }).notNull(),
  secret: text().notNull(),
  previousSecret: text(),
  previousSecretUntil: text(),
  createdAt: text().notNull(),
  updatedAt: text().notNull(),
  /** the receiver asked to be left alone until then */
  pausedUntil: text(),
  failingSince: text(),
  consecutiveFailures: integer().notNull().default(0),
  lastSuccessAt: text(),
  lastError: text(),
});

/** What each endpoint is to hear, and whether it has. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    deliverySeq: integer().primaryKey({ autoIncrement: true }),
    /** the `webhook-id` of every attempt */
    deliveryId: text().notNull(),
    webhookId: text().notNull(),
    type: text({ enum: messageTypes }).notNull(),
    /** what happened, named for ever: an endpoint is told once */
    occurrence: text().notNull(),
    customerId: text(),
    caseId: text(),
    /** of the timeline entry that stands for it */
    seq: integer(),
    payload: text().notNull(),
    occurredAt: text().notNull(),
    status: text({ enum: deliveryStatuses }).notNull(),
    attempts: integer().notNull().default(0),
    /** not before this moment: the back-off, or while it is held the next question whether it is final */
    notBefore: text().notNull(),
    /** whoever has taken it is sending it, and nobody else does so before this moment */
    leaseUntil: text(),
    lastAttemptAt: text(),
    responseStatus: integer(),
    responseBody: text(),
    lastError: text(),
    finishedAt: text(),
  },
  (t) => [
    uniqueIndex('webhook_deliveries_id').on(t.deliveryId),
    uniqueIndex('webhook_deliveries_once').on(t.webhookId, t.occurrence),
    index('webhook_deliveries_list').on(t.webhookId, t.deliverySeq),
    index('webhook_deliveries_status').on(t.webhookId, t.status, t.deliverySeq),
    index('webhook_deliveries_due')
      .on(t.webhookId, t.notBefore)
      .where(sql`status = 'pending'`),
    index('webhook_deliveries_order')
      .on(t.webhookId, t.customerId, t.deliverySeq)
      .where(sql`status in ('held', 'pending')`),
    index('webhook_deliveries_held')
      .on(t.caseId, t.seq)
      .where(sql`status = 'held'`),
    index('webhook_deliveries_held_due')
      .on(t.notBefore)
      .where(sql`status = 'held'`),
    index('webhook_deliveries_finished').on(t.finishedAt),
  ],
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
    index('mails_due')
      .on(t.notBefore)
      .where(sql`status = 'queued'`),
    index('mails_sending')
      .on(t.mailId)
      .where(sql`status = 'sending'`),
  ],
);

/** Facts of this installation: the key of the control group's draw, the worker's last sign of life. */
export const installation = sqliteTable('installation', {
  name: text().primaryKey(),
  value: text().notNull(),
});

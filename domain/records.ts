import type { CaseState, CaseOpening, TaskState } from './case.ts';
import type { CompanyFit } from './company-fit.ts';
import type { SignData } from './early-signs.ts';
import type { ErrorCode } from './errors.ts';
import type { PermissionReason, Word } from './permission.ts';
import type { ScanDetection, SilentLoss } from './silent-loss.ts';
import type { TimelineEntry } from './timeline.ts';
import type {
  CaseStatus,
  Cause,
  Channel,
  CustomerKind,
  EarlySign,
  EventType,
  LegalBasis,
  Outcome,
  Purpose,
  Role,
  Step,
  TaskStatus,
  Tier,
  Trigger,
} from './words.ts';
import type { TaskType } from './tasks.ts';
import type { Sight } from './teams.ts';

/*
 * What the database gives and takes: plain values, times ISO 8601 UTC, money in minor units. Records of one subject alone
 * stand with its rules.
 */

export type Page = { limit: number; cursor?: string | undefined };
export type PageOf<T> = { items: T[]; nextCursor: string | null };

/** Who acts: a key or a user of this installation, by its ID. */
export type Actor = { actorId: string; role: Role };

export type CustomerUpdate = {
  customerId: string;
  name?: string | undefined;
  kind?: CustomerKind | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  country?: string | undefined;
  language?: string | undefined;
  /** IANA */
  timeZone?: string | undefined;
  extra?: Record<string, unknown> | undefined;
};

export type Purchase = {
  customerId: string;
  orderId: string;
  purchasedAt: string;
  amount: number;
  currency: string;
  /** what was bought, as the company names its products */
  product?: string | undefined;
};

/** A cancellation that the sales system's files tell of. */
export type Cancellation = {
  customerId: string;
  receivedAt: string;
  /** one of our causes, or what the customer said */
  reason?: string | undefined;
  effectiveAt?: string | undefined;
};

export type Permission = {
  channel: Channel;
  /** null: for every purpose */
  purpose: Purpose | null;
  granted: boolean;
  legalBasis: string | null;
  proof: string | null;
  at: string;
};

/** One word of a customer, and which system told us. */
export type PermissionRecord = Word & { source: string };

/** What a contact rests on, or why it may not be made. */
export type Reliance = {
  permitted: boolean;
  reason: PermissionReason;
  basis: LegalBasis | null;
  /** null: the policy goes by refusals alone */
  rule: string | null;
  /** the word in the customer's history */
  permissionId: number | null;
  proof: string | null;
};

/** What a customer has allowed or forbidden us as of `at`. */
export type PermissionChange = {
  customerId: string;
  channel: Channel;
  /** left out: every purpose */
  purpose?: Purpose | undefined;
  granted: boolean;
  at: string;
  legalBasis?: string | undefined;
  proof?: string | undefined;
};

export type CustomerRecord = {
  customerId: string;
  kind: CustomerKind | null;
  name: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  language: string | null;
  timeZone: string | null;
  createdAt: string;
  updatedAt: string;
  objectedAt: string | null;
  deceasedAt: string | null;
  cancelledAt: string | null;
  purchases: number;
  totalAmount: number;
  currency: string | null;
  lastPurchaseAt: string | null;
  /** null: a stub, of whom only events are known so far */
  profileAt: string | null;
};

/** An event of the sales system, its envelope and data already validated. */
export type SalesEvent = {
  source: string;
  eventId: string;
  type: EventType | (string & {});
  /** of a type that we do not know: its subject, whatever that is, or empty */
  customerId: string;
  time: string;
  data: Record<string, unknown>;
};

export type CaseRecord = Omit<CaseOpening, 'policy' | 'firstSeq'> &
  Omit<CaseState, 'playbook'> & {
    policyVersion: string;
    statedReason: string | null;
    /** the most reliable known layer */
    cause: Cause | null;
    playbookId: string | null;
    playbookVersion: number | null;
    openedBy: string;
    revision: number;
    historyLength: number;
  };

export type CaseFilter = {
  status?: CaseStatus | undefined;
  step?: Step | undefined;
  trigger?: Trigger | undefined;
  cause?: Cause | undefined;
  tier?: Tier | undefined;
  outcome?: Outcome | undefined;
  customerId?: string | undefined;
  /** cases with an open task of this assignee; null: of the team queue */
  assignee?: string | null | undefined;
  /** open cases whose `nextDueAt` is before this moment */
  dueBefore?: string | undefined;
  /** all but those */
  notDueBefore?: string | undefined;
  /** what whoever asks sees; left out: everything */
  sight?: Sight | null | undefined;
};

export type TimelineRecord = TimelineEntry & { seq: number };

export type TaskRecord = Omit<TaskState, 'commandId' | 'result' | 'offerId'> & {
  /** null: a preventive task or one about a mail, which no case waits for */
  caseId: string | null;
  offerId: string | null;
  /** that a manager is to look after */
  mailId: string | null;
  /** what a preventive task is there for; null for the tasks of cases */
  sign: EarlySign | null;
  signAt: string | null;
  signData: SignData | null;
  customerId: string;
  assignee: string | null;
  /** of its case, minor units of the policy's currency; null: not known, or a preventive task */
  expectedGain: number | null;
  /** since when it is a manager's business */
  escalatedAt: string | null;
  pausedUntil: string | null;
  completedBy: string | null;
  result: Record<string, unknown> | null;
};

export type FeedRecord = {
  feedId: string;
  keyId: string;
  createdAt: string;
  revokedAt: string | null;
};

export type NoteRecord = {
  noteId: string;
  caseId: string;
  text: string;
  /** IDs of the keys that it names */
  mentions: string[];
  createdBy: string;
  createdAt: string;
};

export type AttachmentRecord = {
  attachmentId: string;
  caseId: string;
  name: string;
  /** of its content */
  type: string;
  /** bytes */
  size: number;
  sha256: string;
  createdBy: string;
  createdAt: string;
  /** then there is no content any more */
  deletedAt: string | null;
  deletedBy: string | null;
};

export type TaskFilter = {
  status?: TaskStatus | undefined;
  /** an actor's ID, or null for tasks of nobody */
  assignee?: string | null | undefined;
  type?: TaskType | undefined;
  caseId?: string | undefined;
  sign?: EarlySign | undefined;
  /** agreed with the customer to the minute */
  agreed?: boolean | undefined;
  dueBefore?: string | undefined;
  escalated?: true | undefined;
  /** what whoever asks sees; left out: everything */
  sight?: Sight | null | undefined;
};

/**
 * `pending`: kept, the case has not answered yet; `rejected`: it changed nothing, `error` says why; `undone`: by whoever
 * gave it, before the case heard of it.
 */
export const commandStatuses = ['pending', 'done', 'rejected', 'undone'] as const;

export type CommandRecord = {
  commandId: string;
  actor: string;
  role: Role;
  action: string;
  target: string;
  caseId: string | null;
  request: Record<string, unknown>;
  idempotencyKey: string | null;
  status: (typeof commandStatuses)[number];
  error: { code: ErrorCode; message: string } | null;
  at: string;
  finishedAt: string | null;
  /** until then it waits, so that it can be undone; null: it does not, or no longer */
  undoUntil: string | null;
};

export type KeyRecord = {
  keyId: string;
  name: string;
  role: Role;
  createdAt: string;
  /** null: never */
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
};

export const scanOrigins = ['request', 'schedule'] as const;

/** A secret with which a sales system signs its events; without the secret itself. */
export type SigningSecretRecord = {
  secretId: string;
  name: string;
  createdAt: string;
  revokedAt: string | null;
  lastUsedAt: string | null;
};

/** Events of a type that we do not know. */
export type UnknownEventType = {
  type: string;
  events: number;
  firstSeenAt: string;
  lastSeenAt: string;
  lastSource: string;
};

export type ScanRecord = {
  scanId: string;
  /** asked for by somebody, or begun by the nightly schedule */
  origin: (typeof scanOrigins)[number];
  status: 'running' | 'completed' | 'failed';
  startedAt: string;
  finishedAt: string | null;
  total: number;
  scanned: number;
  cursor: string | null;
  /** lost silently, and not cold */
  dormant: number;
  /** of them worth a case */
  worthwhile: number;
  opened: number;
  waiting: number;
  error: string | null;
  detection: ScanDetection | null;
};

export type FitRecord = CompanyFit & { fitId: number; fittedAt: string };

/** A dormant customer for whom the team has had no place yet. */
export type CandidateRecord = {
  customerId: string;
  secondLifetimeValue: number;
  expectedGain: number;
  gainPerHour: number;
  silentLoss: SilentLoss;
  foundAt: string;
};

/** One undelivered message to Temporal. */
export type OutboxMessage = {
  outboxId: number;
  orderKey: string;
  kind: 'start-case' | 'fact' | 'command' | 'start-scan';
  payload: unknown;
  createdAt: string;
  attempts: number;
};

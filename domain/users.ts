import type { AuditAction } from './audit.ts';
import type { CommandRecord } from './records.ts';
import type { Duration } from './duration.ts';
import type { Language } from './mails.ts';
import type { Role } from './words.ts';

/* People who sign in. Each is an identity like a key: whatever takes the ID of a key takes that of a user. */

/** A program or a person with a secret of their own, or somebody who signs in. */
export const identityKinds = ['key', 'user'] as const;
export type IdentityKind = (typeof identityKinds)[number];

export const userRoles = ['agent', 'manager', 'admin'] as const satisfies readonly Role[];
export type UserRole = (typeof userRoles)[number];

export type UserRecord = {
  userId: string;
  name: string;
  /** in small letters */
  email: string;
  role: UserRole;
  language: Language;
  active: boolean;
  /** has not yet chosen a password nor come by OpenID Connect */
  invited: boolean;
  createdAt: string;
  lastUsedAt: string | null;
};

/** Who can be given work. */
export type StaffRecord = { keyId: string; kind: IdentityKind; name: string; role: UserRole };

/** A browser that somebody is signed in with. */
export type SessionRecord = {
  sessionId: string;
  keyId: string;
  /** browser and system in short words; null: not known */
  agent: string | null;
  createdAt: string;
  lastUsedAt: string;
};

/** How somebody came to be signed in. */
export const waysIn = ['password', 'openid-connect', 'set-up', 'link'] as const;
export type WayIn = (typeof waysIn)[number];

/** Why a way in lets nobody in: what the sign-in page tells. */
export type OpenIdProblem = 'unknown-person' | 'openid-failed';

export const sessionRules = {
  /** ends when nothing was heard for so long */
  idle: '12h',
  /** ends in any case */
  lasts: '7d',
  /** its token is replaced when it has become so old */
  rotatedAfter: '1h',
  /** so long the token before is still good, for requests that were on their way */
  previousFor: '1m',
} as const satisfies Record<string, Duration>;

/** What leads to a page where one chooses a password. */
export const linkKinds = ['invitation', 'reset'] as const;
export type LinkKind = (typeof linkKinds)[number];
export const linksLast: Record<LinkKind, Duration> = { invitation: '72h', reset: '1h' };

/** So often within a window, then not before its end. */
export type Limit = { most: number; window: Duration };

/** What may be tried, so often for each account and for each address. */
export const limits = {
  signIn: { account: { most: 10, window: '15m' }, address: { most: 50, window: '15m' } },
  reset: { account: { most: 3, window: '1h' }, address: { most: 20, window: '1h' } },
  link: { address: { most: 30, window: '15m' } },
  setUp: { address: { most: 10, window: '15m' } },
  testMail: { account: { most: 5, window: '15m' } },
} as const satisfies Record<string, Record<string, Limit>>;

export function normalisedEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** Somebody did something: IDs and codes alone. */
export type AuditEntry = {
  entryId: string;
  at: string;
  /** of a key or a user; else the name of a part of winback, or `unknown` */
  actorId: string;
  actorName: string | null;
  role: Role;
  /** `task.complete`, `session.begin`, … */
  action: string;
  target: string;
  /** of a key or a user */
  targetName: string | null;
  caseId: string | null;
  status: CommandRecord['status'];
  /** more than 1 where it is counted by the hour */
  times: number;
};

export type AuditFilter = {
  actor?: string | undefined;
  action?: AuditAction | undefined;
  target?: string | undefined;
  from?: string | undefined;
  until?: string | undefined;
};

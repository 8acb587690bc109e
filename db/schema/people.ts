import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { languages } from '../../domain/mails.ts';
import { identityKinds, linkKinds } from '../../domain/users.ts';
import { reportMailStatuses } from '../../domain/monthly-report.ts';
import { roles } from '../../domain/words.ts';
import { flag } from './columns.ts';

/* Who acts: keys, people who sign in, and their sessions. */

/** Every identity, of programs and of people. */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    keyId: text().primaryKey(),
    kind: text({ enum: identityKinds }).notNull().default('key'),
    name: text().notNull(),
    role: text({ enum: roles }).notNull(),
    /**
     * SHA-256 of the key: it is random, so a slow hash would add nothing. Of a person, who has no key, what no secret
     * has as its hash.
     */
    hash: text().notNull(),
    createdAt: text().notNull(),
    expiresAt: text(),
    revokedAt: text(),
    lastUsedAt: text(),
  },
  (t) => [
    uniqueIndex('api_keys_hash').on(t.hash),
    index('api_keys_expiring')
      .on(t.expiresAt)
      .where(sql`expires_at is not null and revoked_at is null`),
  ],
);

/** What only people have, beside their row above. */
export const users = sqliteTable(
  'users',
  {
    keyId: text().primaryKey(),
    /** in small letters */
    email: text().notNull(),
    language: text({ enum: languages }).notNull(),
    /** argon2id, as a PHC string */
    passwordHash: text(),
    /** who they are to a provider of OpenID Connect */
    issuer: text(),
    subject: text(),
  },
  (t) => [
    uniqueIndex('users_email').on(t.email),
    uniqueIndex('users_subject')
      .on(t.issuer, t.subject)
      .where(sql`subject is not null`),
  ],
);

export const sessions = sqliteTable(
  'sessions',
  {
    sessionId: text().primaryKey(),
    keyId: text().notNull(),
    /** SHA-256 of the token */
    hash: text().notNull(),
    /** of the token before */
    previousHash: text(),
    rotatedAt: text().notNull(),
    /** a request has come with the token since it was given: its owner has it */
    confirmed: flag(),
    agent: text(),
    createdAt: text().notNull(),
    lastUsedAt: text().notNull(),
  },
  (t) => [
    uniqueIndex('sessions_hash').on(t.hash),
    index('sessions_previous').on(t.previousHash),
    index('sessions_key').on(t.keyId),
    index('sessions_idle').on(t.lastUsedAt),
    index('sessions_age').on(t.createdAt),
  ],
);

/** One-time links to choose a password, and the mails that bring them. */
export const passwordLinks = sqliteTable(
  'password_links',
  {
    linkId: text().primaryKey(),
    keyId: text().notNull(),
    kind: text({ enum: linkKinds }).notNull(),
    /** SHA-256 of the token */
    hash: text().notNull(),
    /** the token for the mail, until that is sent */
    sealed: text(),
    createdAt: text().notNull(),
    expiresAt: text().notNull(),
    status: text({ enum: reportMailStatuses }).notNull(),
    /** not before this moment: the back-off after a failure */
    notBefore: text().notNull(),
    attempts: integer().notNull().default(0),
    lastAttemptAt: text(),
    /** what the server or the line said */
    lastError: text(),
    finishedAt: text(),
  },
  (t) => [
    uniqueIndex('password_links_hash').on(t.hash),
    index('password_links_key').on(t.keyId),
    index('password_links_mail')
      .on(t.status, t.notBefore)
      .where(sql`sealed is not null`),
    index('password_links_end').on(t.expiresAt),
  ],
);

/** How often something was tried within a window, by whom or for what, as a hash. */
export const attempts = sqliteTable(
  'attempts',
  {
    name: text().primaryKey(),
    count: integer().notNull(),
    until: text().notNull(),
  },
  (t) => [index('attempts_until').on(t.until)],
);

import { isDeepStrictEqual } from 'node:util';
import { eq, sql } from 'drizzle-orm';
import type { CustomerUpdate } from '../domain/records.ts';
import { prepared, type Db } from './connection.ts';
import { recognise } from './duplicates.ts';
import { customers } from './schema.ts';

const profileColumns = {
  kind: customers.kind,
  name: customers.name,
  email: customers.email,
  phone: customers.phone,
  country: customers.country,
  language: customers.language,
  timeZone: customers.timeZone,
  extra: customers.extra,
};

const customerId = sql.placeholder('customerId');

const statements = prepared((db) => ({
  find: db
    .select({ ...profileColumns, profileAt: customers.profileAt, olderAt: customers.olderAt })
    .from(customers)
    .where(eq(customers.customerId, customerId))
    .prepare(),
  write: db
    .insert(customers)
    .values({
      kind: sql.placeholder('kind'),
      name: sql.placeholder('name'),
      email: sql.placeholder('email'),
      phone: sql.placeholder('phone'),
      country: sql.placeholder('country'),
      language: sql.placeholder('language'),
      timeZone: sql.placeholder('timeZone'),
      extra: sql.placeholder('extra'),
      profileAt: sql.placeholder('profileAt'),
      olderAt: sql.placeholder('olderAt'),
      updatedAt: sql.placeholder('at'),
      createdAt: sql.placeholder('at'),
      customerId,
    })
    .onConflictDoUpdate({
      target: customers.customerId,
      set: {
        kind: sql`excluded.kind`,
        name: sql`excluded.name`,
        email: sql`excluded.email`,
        phone: sql`excluded.phone`,
        country: sql`excluded.country`,
        language: sql`excluded.language`,
        timeZone: sql`excluded.time_zone`,
        extra: sql`excluded.extra`,
        profileAt: sql`excluded.profile_at`,
        olderAt: sql`excluded.older_at`,
        updatedAt: sql`excluded.updated_at`,
      },
    })
    .prepare(),
  stub: db
    .insert(customers)
    .values({ customerId, createdAt: sql.placeholder('at'), updatedAt: sql.placeholder('at') })
    .onConflictDoNothing()
    .prepare(),
}));

const nothingKnown = {
  kind: null,
  name: null,
  email: null,
  phone: null,
  country: null,
  language: null,
  timeZone: null,
  extra: {},
  profileAt: null,
  olderAt: {},
};

/**
 * Writes what is known of a customer as of `profileAt`. Each field keeps its newest word, in whatever order updates
 * come; fields that an update does not name stay. Of two words of the same moment the one that comes later counts.
 */
export function applyProfile(
  tx: Db,
  { customerId, ...update }: CustomerUpdate,
  { profileAt, at }: { profileAt: string; at: string },
): 'created' | 'updated' | 'unchanged' {
  const { find, write } = statements(tx);
  const stored = find.get({ customerId });
  const { profileAt: storedAt, olderAt, ...profile } = stored ?? nothingKnown;
  const next = merge({ profile, profileAt: storedAt, olderAt }, update, profileAt);
  const changed = !isDeepStrictEqual(next.profile, profile);
  // Also without a change: an older update that comes later must not win.
  if (changed || next.profileAt !== storedAt || !isDeepStrictEqual(next.olderAt, olderAt)) {
    const { profileAt, olderAt } = next;
    write.run({ ...next.profile, customerId, profileAt, olderAt, at });
  }
  if (changed) recognise(tx, { ...next.profile, customerId, at });
  if (!stored) return 'created';
  return changed ? 'updated' : 'unchanged';
}

/** A customer of whom nothing but an ID is known gets a row, so that whatever happens to them is not lost. */
export function ensureCustomer(tx: Db, customerId: string, at: string): void {
  statements(tx).stub.run({ customerId, at });
}

type Profile = Record<Exclude<keyof typeof profileColumns, 'extra'>, string | null> & {
  extra: Record<string, unknown>;
};
/** Fields with the times of their newest word: `olderAt` where it has one, `profileAt` otherwise. */
type Dated = { profile: Profile; profileAt: string | null; olderAt: Record<string, string> };

function merge(
  { profile, profileAt, olderAt }: Dated,
  { extra = {}, ...update }: Omit<CustomerUpdate, 'customerId'>,
  at: string,
): Dated {
  const isNewest = profileAt === null || at >= profileAt;
  const next: Dated = {
    profile: { ...profile },
    profileAt: isNewest ? at : profileAt,
    olderAt: {},
  };
  const date = (field: string, fieldAt: string) => {
    if (fieldAt !== next.profileAt) next.olderAt[field] = fieldAt;
  };
  const { extra: _extra, ...columns } = profile;
  const known = [
    ...Object.keys(columns).filter((name) => profile[name as keyof Profile] !== null),
    ...Object.keys(profile.extra).map((name) => `extra.${name}`),
  ];
  for (const field of known) date(field, olderAt[field] ?? profileAt ?? at);
  const take = (field: string, isKnown: boolean, write: () => void) => {
    if (isKnown && at < (olderAt[field] ?? profileAt ?? '')) return;
    write();
    delete next.olderAt[field];
    date(field, at);
  };
  const named = Object.entries(update).filter(([, value]) => value !== undefined);
  for (const [name, value] of named as [Exclude<keyof Profile, 'extra'>, string][]) {
    take(name, profile[name] !== null, () => (next.profile[name] = value));
  }
  for (const [name, value] of Object.entries(extra)) {
    take(`extra.${name}`, Object.hasOwn(profile.extra, name), () => {
      next.profile.extra = { ...next.profile.extra, [name]: value };
    });
  }
  return next;
}

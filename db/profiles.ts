import { isDeepStrictEqual } from 'node:util';
import { eq, sql } from 'drizzle-orm';
import type { CustomerUpdate } from '../domain/records.ts';
import { prepared, type Db } from './connection.ts';
import { customers } from './schema.ts';

const profileColumns = {
  kind: customers.kind,
  name: customers.name,
  email: customers.email,
  phone: customers.phone,
  country: customers.country,
  language: customers.language,
  extra: customers.extra,
};

const customerId = sql.placeholder('customerId');

const statements = prepared((db) => ({
  find: db
    .select({ ...profileColumns, profileAt: customers.profileAt })
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
      extra: sql.placeholder('extra'),
      profileAt: sql.placeholder('profileAt'),
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
        extra: sql`excluded.extra`,
        profileAt: sql`excluded.profile_at`,
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

const noProfile: Profile = {
  kind: null,
  name: null,
  email: null,
  phone: null,
  country: null,
  language: null,
  extra: {},
};

/**
 * Writes what is known of a customer as of `profileAt`. Fields that the update does not name stay; an update older
 * than what is known changes nothing.
 */
export function applyProfile(
  tx: Db,
  { customerId, ...update }: CustomerUpdate,
  { profileAt, at }: { profileAt: string; at: string },
): 'created' | 'updated' | 'unchanged' {
  const { find, write } = statements(tx);
  const stored = find.get({ customerId });
  if (!stored) {
    write.run({ ...merge(noProfile, update), customerId, profileAt, at });
    return 'created';
  }
  const { profileAt: storedAt, ...profile } = stored;
  if (storedAt !== null && storedAt > profileAt) return 'unchanged';
  const next = merge(profile, update);
  const changed = !isDeepStrictEqual(next, profile);
  // Also without a change: an older update that comes later must not win.
  if (changed || storedAt !== profileAt) write.run({ ...next, customerId, profileAt, at });
  return changed ? 'updated' : 'unchanged';
}

/** A customer of whom nothing but an ID is known gets a row, so that whatever happens to them is not lost. */
export function ensureCustomer(tx: Db, customerId: string, at: string): void {
  statements(tx).stub.run({ customerId, at });
}

type Profile = Record<Exclude<keyof typeof profileColumns, 'extra'>, string | null> & {
  extra: Record<string, unknown>;
};

function merge(known: Profile, { extra, ...update }: Omit<CustomerUpdate, 'customerId'>): Profile {
  const named = Object.entries(update).filter(([, value]) => value !== undefined);
  return { ...known, ...Object.fromEntries(named), extra: { ...known.extra, ...extra } };
}

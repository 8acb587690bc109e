import { isDeepStrictEqual } from 'node:util';
import { eq } from 'drizzle-orm';
import type { Policy, VersionedPolicy } from '../domain/policy.ts';
import { prepared, writing, type Db } from './connection.ts';
import { policies } from './schema.ts';

/** Keeps a policy for ever under a version: the newest one's if nothing has changed, else the next. */
export async function storePolicy(db: Db, policy: Policy, at: string): Promise<VersionedPolicy> {
  const content = JSON.parse(JSON.stringify(policy)) as Policy;
  return writing(db, (tx) => {
    const newest = newestNamed(tx, policy.name);
    if (newest && isDeepStrictEqual(newest.content, content)) return versioned(newest);
    const version = `${policy.name}-${(newest?.number ?? 0) + 1}`;
    return versioned(
      tx
        .insert(policies)
        .values({ version, name: policy.name, content, createdAt: at })
        .returning()
        .get(),
    );
  });
}

export async function getPolicy(db: Db, version: string): Promise<VersionedPolicy | undefined> {
  return policyOf(db, version);
}

/** What is stored under a version stays as it is. */
const known = prepared(() => new Map<string, VersionedPolicy>());

export function policyOf(db: Db, version: string): VersionedPolicy | undefined {
  const policy = known(db).get(version);
  if (policy) return policy;
  const row = db.select().from(policies).where(eq(policies.version, version)).get();
  if (!row) return undefined;
  const found = versioned(row);
  known(db).set(version, found);
  return found;
}

/** The policy that a case carries, which the database must hold. */
export function storedPolicy(db: Db, version: string): VersionedPolicy {
  const policy = policyOf(db, version);
  if (!policy) throw new Error(`Policy ${version} is not stored`);
  return policy;
}

/** What the policy of that version has become since: the newest with the same name. */
export function newestVersionOf(db: Db, version: string): VersionedPolicy | undefined {
  const newest = newestNamed(db, version.slice(0, version.lastIndexOf('-')));
  return newest && versioned(newest);
}

type Row = typeof policies.$inferSelect;

function newestNamed(db: Db, name: string): (Row & { number: number }) | undefined {
  return db
    .select()
    .from(policies)
    .where(eq(policies.name, name))
    .all()
    .map((row) => ({ ...row, number: Number(row.version.slice(name.length + 1)) }))
    .sort((a, b) => b.number - a.number)[0];
}

function versioned({ version, content }: Row): VersionedPolicy {
  return { ...content, version };
}

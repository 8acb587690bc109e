import { isDeepStrictEqual } from 'node:util';
import { asc, count, desc, eq } from 'drizzle-orm';
import type { Policy, VersionedPolicy } from '../domain/policy.ts';
import { prepared, writing, type Db } from './connection.ts';
import { apiKeys, cases, policies, policyPublications } from './schema.ts';

const statements = prepared((db) => ({
  published: db
    .select({ version: policyPublications.version })
    .from(policyPublications)
    .orderBy(desc(policyPublications.publicationId))
    .limit(1)
    .prepare(),
}));

/** Keeps a policy for ever under a version: the newest one's if nothing has changed, else the next. */
export async function storePolicy(db: Db, policy: Policy, at: string): Promise<VersionedPolicy> {
  return writing(db, (tx) => keepPolicy(tx, policy, at));
}

/** The same, inside a transaction. */
export function keepPolicy(tx: Db, policy: Policy, at: string): VersionedPolicy {
  const content = JSON.parse(JSON.stringify(policy)) as Policy;
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
}

/**
 * What new cases, scans and reports go by now: the policy that was published last, whichever process published it.
 * @param configured with which this process was started; it governs until somebody publishes another
 */
export function policyInForce(db: Db, configured: VersionedPolicy): VersionedPolicy {
  const version = statements(db).published.get()?.version;
  return version ? storedPolicy(db, version) : configured;
}

/** By version, who put it in force last, when and why; of what governs without that, nothing. */
function publicationsOf(db: Db, configured: VersionedPolicy) {
  const { version, at, reason } = policyPublications;
  const rows = db
    .select({ version, at, reason, by: apiKeys.name })
    .from(policyPublications)
    .leftJoin(apiKeys, eq(apiKeys.keyId, policyPublications.actor))
    .orderBy(asc(policyPublications.publicationId))
    .all();
  return new Map(
    rows.map(({ version, ...publication }) => [version ?? configured.version, publication]),
  );
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

export type PolicyRecord = {
  version: string;
  createdAt: string;
  content: Policy;
  openCases: number;
  /** when somebody last put it in force, who (by name) and why */
  published: { at: string; by: string | null; reason: string | null } | null;
};

/** All of them, the newest first, with how many open cases carry each. */
export async function listPolicies(db: Db, configured: VersionedPolicy): Promise<PolicyRecord[]> {
  const open = db
    .select({ version: cases.policyVersion, cases: count() })
    .from(cases)
    .where(eq(cases.status, 'open'))
    .groupBy(cases.policyVersion)
    .all();
  const casesOf = new Map(open.map((one) => [one.version, one.cases]));
  const publications = publicationsOf(db, configured);
  return db
    .select()
    .from(policies)
    .orderBy(desc(policies.createdAt), desc(policies.version))
    .all()
    .map(({ version, createdAt, content }) => ({
      ...{ version, createdAt, content },
      openCases: casesOf.get(version) ?? 0,
      published: publications.get(version) ?? null,
    }));
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

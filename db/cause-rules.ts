import { desc, eq } from 'drizzle-orm';
import { builtInCauseRules } from '../domain/cause-rules.ts';
import { compileRules, type CauseRule, type CompiledRules } from '../domain/cause-suggestion.ts';
import { DomainError } from '../domain/errors.ts';
import { writing, type Db } from './connection.ts';
import { causeRuleSets } from './schema.ts';

/** The rules by which texts are pre-sorted; version 0 is built in and was made by nobody. */
export type CauseRuleSet = {
  version: number;
  rules: CauseRule[];
  createdAt: string | null;
  createdBy: string | null;
};

const builtIn: CauseRuleSet = {
  version: 0,
  rules: builtInCauseRules,
  createdAt: null,
  createdBy: null,
};

export async function currentRuleSet(db: Db): Promise<CauseRuleSet> {
  const newest = desc(causeRuleSets.version);
  return db.select().from(causeRuleSets).orderBy(newest).limit(1).get() ?? builtIn;
}

export async function getRuleSet(db: Db, version: number): Promise<CauseRuleSet | undefined> {
  if (version === builtIn.version) return builtIn;
  return db.select().from(causeRuleSets).where(eq(causeRuleSets.version, version)).get();
}

/**
 * @param basedOn the version that the writer has seen
 * @throws DomainError `conflict` when there is a newer one
 */
export async function storeRuleSet(
  db: Db,
  set: { rules: CauseRule[]; basedOn: number | undefined; by: string; at: string },
): Promise<CauseRuleSet> {
  const { rules, basedOn, by, at } = set;
  return writing(db, (tx) => {
    const newest = newestVersion(tx);
    if (basedOn !== undefined && basedOn !== newest) {
      throw new DomainError('conflict', `There is version ${newest} by now.`);
    }
    const row = { rules, createdAt: at, createdBy: by };
    return tx.insert(causeRuleSets).values(row).returning().get();
  });
}

function newestVersion(db: Db): number {
  const newest = db
    .select({ version: causeRuleSets.version })
    .from(causeRuleSets)
    .orderBy(desc(causeRuleSets.version))
    .limit(1)
    .get();
  return newest?.version ?? builtIn.version;
}

const compiled = new WeakMap<Db, { version: number; rules: CompiledRules }>();

/** The current rules, made ready once. */
export async function readyRules(db: Db): Promise<CompiledRules> {
  const version = newestVersion(db);
  const known = compiled.get(db);
  if (known?.version === version) return known.rules;
  const rules = compileRules((await getRuleSet(db, version))!.rules);
  compiled.set(db, { version, rules });
  return rules;
}

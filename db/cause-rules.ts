import { desc, eq } from 'drizzle-orm';
import { builtInCauseRules } from '../domain/cause-rules.ts';
import { compileRules, type CauseRule, type CompiledRules } from '../domain/cause-suggestion.ts';
import type { Db } from './connection.ts';
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

export async function storeRuleSet(
  db: Db,
  { rules, by, at }: { rules: CauseRule[]; by: string; at: string },
): Promise<CauseRuleSet> {
  return db.insert(causeRuleSets).values({ rules, createdAt: at, createdBy: by }).returning().get();
}

const compiled = new WeakMap<Db, { version: number; rules: CompiledRules }>();

/** The current rules, made ready once. */
export async function readyRules(db: Db): Promise<CompiledRules> {
  const newest = db
    .select({ version: causeRuleSets.version })
    .from(causeRuleSets)
    .orderBy(desc(causeRuleSets.version))
    .limit(1)
    .get();
  const version = newest?.version ?? builtIn.version;
  const known = compiled.get(db);
  if (known?.version === version) return known.rules;
  const rules = compileRules((await getRuleSet(db, version))!.rules);
  compiled.set(db, { version, rules });
  return rules;
}

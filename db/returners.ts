import { and, asc, eq, gt, isNotNull, sql } from 'drizzle-orm';
import { latest } from '../domain/duration.ts';
import { warningOf } from '../domain/early-signs.ts';
import { dayOf } from '../domain/models/history.ts';
import { prepared, writingTogether, type Db } from './connection.ts';
import { factId, reportFact } from './facts.ts';
import { storedPolicy } from './policies.ts';
import { historyOf } from './purchases.ts';
import { cases } from './schema.ts';

const atOnce = 200;

const statements = prepared((db) => ({
  page: db
    .select({
      caseId: cases.caseId,
      customerId: cases.customerId,
      policyVersion: cases.policyVersion,
      regainedAt: sql<string>`${cases.regainedAt}`,
      warnedSince: cases.warnedSince,
    })
    .from(cases)
    .where(
      and(
        // Written out, so that SQLite recognises the partial index.
        sql`${cases.status} = 'open'`,
        eq(cases.step, 'second-loyalty'),
        isNotNull(cases.regainedAt),
        gt(cases.caseId, sql.placeholder('after')),
      ),
    )
    .orderBy(asc(cases.caseId))
    .limit(atOnce)
    .prepare(),
  warned: db
    .update(cases)
    .set({ warnedSince: sql`${sql.placeholder('since')}` })
    .where(eq(cases.caseId, sql.placeholder('caseId')))
    .prepare(),
}));

type Returner = ReturnType<ReturnType<typeof statements>['page']['all']>[number];

/**
 * Tells the case of every returner who is silent for longer than their own rhythm lets one expect, once for each
 * silence; by the policy that the case carries.
 * @returns how many cases were told
 */
export async function warnOfReturners(db: Db, at: string): Promise<number> {
  let warned = 0;
  for (let after = ''; ;) {
    const page = statements(db).page.all({ after });
    warned += await writingTogether(db, (tx) => page.filter((one) => warn(tx, one, at)).length);
    if (page.length < atOnce) return warned;
    after = page.at(-1)!.caseId;
  }
}

function warn(tx: Db, returner: Returner, at: string): boolean {
  const { caseId, customerId, policyVersion, regainedAt, warnedSince } = returner;
  const { earlyWarning } = storedPolicy(tx, policyVersion).secondLoyalty;
  if (!earlyWarning) return false;
  const { days, lastPurchaseAt } = historyOf(tx, customerId);
  const since = latest(lastPurchaseAt ?? '', regainedAt);
  if (since === warnedSince) return false;
  const silence = { days, silentSince: dayOf(since), today: dayOf(at) };
  const warning = warningOf(silence, earlyWarning);
  if (!warning) return false;
  statements(tx).warned.run({ caseId, since });
  const eventId = factId('winback', 'early-warning', caseId, since);
  const fact = { kind: 'early-warning', ofCase: caseId, eventId, at, ...warning } as const;
  reportFact(tx, { customerId, caseId, at }, fact);
  return true;
}

import { and, count, eq, isNotNull, ne, sql } from 'drizzle-orm';
import { detectionOf, valueModelsOf } from '../domain/company-fit.ts';
import { dormancyOf } from '../domain/dormancy.ts';
import { canBeDrawn } from '../domain/control-group.ts';
import { chanceOfReturn } from '../domain/gain.ts';
import { worthOf, type CustomerFacts } from '../domain/identification.ts';
import { dayOf } from '../domain/models/history.ts';
import type { Policy } from '../domain/policy.ts';
import type { Cause, Trigger } from '../domain/words.ts';
import { prepared, type Db } from './connection.ts';
import { drawControl } from './control-group.ts';
import { newestFitIn } from './fits.ts';
import { historyOf } from './purchases.ts';
import { returnRates } from './return-rates.ts';
import { caseFigures, cases, customers } from './schema.ts';

const customerId = sql.placeholder('customerId');

const statements = prepared((db) => ({
  customer: db
    .select({ objectedAt: customers.objectedAt, deceasedAt: customers.deceasedAt })
    .from(customers)
    .where(eq(customers.customerId, customerId))
    .prepare(),
  earlierReturns: db
    .select({ returns: count() })
    .from(cases)
    // The figures know of returns that were heard of after the end, too.
    .innerJoin(caseFigures, eq(caseFigures.caseId, cases.caseId))
    .where(
      and(
        eq(cases.customerId, customerId),
        ne(cases.caseId, sql.placeholder('caseId')),
        isNotNull(caseFigures.regainedAt),
      ),
    )
    .prepare(),
  effectiveAt: db
    .select({ at: cases.effectiveAt })
    .from(cases)
    .where(eq(cases.caseId, sql.placeholder('caseId')))
    .prepare(),
}));

/** What the case's workflow decides on: numbers and codes, no name and no text. */
export async function customerFacts(
  db: Db,
  about: {
    customerId: string;
    caseId: string;
    trigger: Trigger;
    cause: Cause | null;
    policy: Pick<Policy, 'identification' | 'detection'>;
    at: string;
  },
): Promise<CustomerFacts> {
  const { customerId, caseId, trigger, cause, policy, at } = about;
  const history = historyOf(db, customerId);
  const fit = newestFitIn(db);
  const worth = worthOf(history, policy.identification, valueModelsOf(fit));
  const { tier } = worth;
  const detection = detectionOf(policy.detection, fit);
  const { suspicion, lost } = dormancyOf(history.days, dayOf(at), detection);
  const lostDays =
    trigger === 'cancellation' || !lost ? 0 : suspicion.explanation.silentDays - lost.lostAfterDays;
  const customer = statements(db).customer.get({ customerId });
  const facts = {
    purchaseDays: history.days.length,
    lastPurchaseAt: history.lastPurchaseAt,
    ...worth,
    chance: chanceOfReturn(
      { trigger, tier, cause, lostDays },
      policy.identification.chance,
      returnRates(db, { trigger, tier, cause }, { at, ...policy.identification.chance }),
    ),
    earlierReturns: statements(db).earlierReturns.get({ customerId, caseId })!.returns,
    objected: Boolean(customer?.objectedAt),
    deceased: Boolean(customer?.deceasedAt),
  };
  const effectiveAt = statements(db).effectiveAt.get({ caseId })?.at ?? null;
  const { controlGroupPercent: percent } = policy.identification;
  const controlGroup =
    canBeDrawn({ trigger, cause, effectiveAt }, facts, policy.identification, at) &&
    (await drawControl(db, { caseId, trigger, tier, percent, at }));
  return { ...facts, controlGroup };
}

import { createHmac, randomBytes } from 'node:crypto';
import { and, count, eq, isNotNull, ne } from 'drizzle-orm';
import { detectionOf, valueModelsOf } from '../domain/company-fit.ts';
import { dormancyOf } from '../domain/dormancy.ts';
import { chanceOfReturn } from '../domain/gain.ts';
import { worthOf, type CustomerFacts } from '../domain/identification.ts';
import { dayOf } from '../domain/models/history.ts';
import type { Policy } from '../domain/policy.ts';
import type { Cause, Trigger } from '../domain/words.ts';
import { writing, type Db } from './connection.ts';
import { newestFitIn } from './fits.ts';
import { historyOf } from './purchases.ts';
import { returnRates } from './return-rates.ts';
import { cases, customers, installation } from './schema.ts';

/** What the case's workflow decides on: numbers and codes, no name and no text. */
export async function customerFacts(
  db: Db,
  about: {
    customerId: string;
    caseId: string;
    episode: number;
    trigger: Trigger;
    cause: Cause | null;
    policy: Pick<Policy, 'identification' | 'detection'>;
    at: string;
  },
): Promise<CustomerFacts> {
  const { customerId, caseId, episode, trigger, cause, policy, at } = about;
  const history = historyOf(db, customerId);
  const fit = newestFitIn(db);
  const worth = worthOf(history, policy.identification, valueModelsOf(fit));
  const { tier } = worth;
  const detection = detectionOf(policy.detection, fit);
  const { suspicion, lost } = dormancyOf(history.days, dayOf(at), detection);
  const lostDays =
    trigger === 'cancellation' || !lost ? 0 : suspicion.explanation.silentDays - lost.lostAfterDays;
  const customer = db
    .select({ objectedAt: customers.objectedAt, deceasedAt: customers.deceasedAt })
    .from(customers)
    .where(eq(customers.customerId, customerId))
    .get();
  return {
    purchaseDays: history.days.length,
    lastPurchaseAt: history.lastPurchaseAt,
    ...worth,
    chance: chanceOfReturn(
      { trigger, tier, cause, lostDays },
      policy.identification.chance,
      returnRates(db, { trigger, tier, cause }),
    ),
    earlierReturns: earlierReturns(db, customerId, caseId),
    objected: Boolean(customer?.objectedAt),
    deceased: Boolean(customer?.deceasedAt),
    controlGroupDraw: draw(drawKey(db), `${customerId}/${episode}`),
  };
}

function earlierReturns(db: Db, customerId: string, caseId: string): number {
  return db
    .select({ returns: count() })
    .from(cases)
    .where(
      and(eq(cases.customerId, customerId), ne(cases.caseId, caseId), isNotNull(cases.regainedAt)),
    )
    .get()!.returns;
}

/** 0 to 99: the same for ever, and without the key nobody can tell beforehand whom it will hit. */
function draw(key: string, subject: string): number {
  return createHmac('sha256', key).update(subject).digest().readUIntBE(0, 6) % 100;
}

const keyName = 'control-group-key';

function drawKey(db: Db): string {
  const find = (from: Db) =>
    from.select().from(installation).where(eq(installation.name, keyName)).get()?.value;
  return (
    find(db) ??
    writing(db, (tx) => {
      const value = randomBytes(32).toString('hex');
      tx.insert(installation).values({ name: keyName, value }).onConflictDoNothing().run();
      return find(tx)!;
    })
  );
}

import { createHmac, randomBytes } from 'node:crypto';
import { and, count, eq, isNotNull, ne, sql } from 'drizzle-orm';
import { detectionOf, valueModelsOf } from '../domain/company-fit.ts';
import { dormancyOf } from '../domain/dormancy.ts';
import { chanceOfReturn } from '../domain/gain.ts';
import { worthOf, type CustomerFacts } from '../domain/identification.ts';
import { dayOf } from '../domain/models/history.ts';
import type { Policy } from '../domain/policy.ts';
import type { Cause, Trigger } from '../domain/words.ts';
import { prepared, writing, type Db } from './connection.ts';
import { newestFitIn } from './fits.ts';
import { historyOf } from './purchases.ts';
import { returnRates } from './return-rates.ts';
import { cases, customers, installation } from './schema.ts';

const keyName = 'control-group-key';
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
    .where(
      and(
        eq(cases.customerId, customerId),
        ne(cases.caseId, sql.placeholder('caseId')),
        isNotNull(cases.regainedAt),
      ),
    )
    .prepare(),
  drawKey: db
    .select({ value: installation.value })
    .from(installation)
    .where(eq(installation.name, keyName))
    .prepare(),
}));

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
  const customer = statements(db).customer.get({ customerId });
  return {
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
    controlGroupDraw: draw(drawKey(db), `${customerId}/${episode}`),
  };
}

/** 0 to 99: the same for ever, and without the key nobody can tell beforehand whom it will hit. */
function draw(key: string, subject: string): number {
  return createHmac('sha256', key).update(subject).digest().readUIntBE(0, 6) % 100;
}

function drawKey(db: Db): string {
  const find = (from: Db) => statements(from).drawKey.get()?.value;
  return (
    find(db) ??
    writing(db, (tx) => {
      const value = randomBytes(32).toString('hex');
      tx.insert(installation).values({ name: keyName, value }).onConflictDoNothing().run();
      return find(tx)!;
    })
  );
}

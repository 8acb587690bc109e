import { durationInWords, durationMs, type Duration } from './duration.ts';
import { expectedIfAlive, type FittedModel, type PurchaseModel } from './models/beta-geometric.ts';
import { expectedSpend, type SpendParameters } from './models/gamma-gamma.ts';
import { buyingHistory, type BuyingHistory } from './models/history.ts';
import type { PurchaseHistory } from './dormancy.ts';
import { formatMoney } from './money.ts';
import type { Policy } from './policy.ts';

/** The models of a company's customers, as far as there are good fits. */
export type ValueModels = {
  purchases: Partial<Record<PurchaseModel, FittedModel>>;
  /** `v` in minor units */
  spend: SpendParameters | null;
};

/** What a regained customer is expected to bring, and what that is made of. */
export type SecondLifetime = {
  /** minor units */
  value: number;
  /** purchase days expected within the horizon, not discounted */
  purchases: number;
  /** on each of them, minor units */
  spend: number;
  purchasesFrom: PurchaseModel | 'own-pace';
  spendFrom: 'gamma-gamma' | 'own-average';
};

export type ValueTerms = Pick<
  Policy['identification'],
  'valueHorizon' | 'marginPercent' | 'discountPercent'
>;

/** `2.3 purchases of €45.00 (MBG/NBD, Gamma-Gamma) within 365 days, 35 % margin, discounted by 8 % a year` */
export function secondLifetimeText(
  { purchases, spend, purchasesFrom, spendFrom }: SecondLifetime,
  policy: ValueTerms,
  currency: string,
): string {
  const from = `${purchasesFrom === 'own-pace' ? 'own pace' : purchasesFrom.toUpperCase().replace('-', '/')}, ${spendFrom === 'gamma-gamma' ? 'Gamma-Gamma' : 'own average'}`;
  return `${purchases.toFixed(1)} purchases of ${formatMoney(spend, currency)} (${from}) within ${durationInWords(policy.valueHorizon)}, ${policy.marginPercent} % margin, discounted by ${policy.discountPercent} % a year`;
}

const daysPerWeek = 7;
const weekMs = daysPerWeek * 86_400_000;
const weeksPerYear = 365.25 / daysPerWeek;
/** Purchases are discounted by the middle of the quarter in which they are expected. */
const stepWeeks = 13;

/**
 * The expected second lifetime value: margin × spend on a purchase day × Σ over the quarters of the horizon of the
 * purchase days expected in it ÷ (1 + discount rate) ^ (years to its middle). This is customer lifetime value as in Fader,
 * Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of Marketing
 * Research 42 (4), 415-430, cut off at the horizon and begun anew at the return.
 *
 * The purchase days are those of the company's model (MBG/NBD, else BG/NBD) for a customer who is there, with the
 * history as it was at the last purchase: the silence since then was the loss, and says nothing of the pace after a
 * return. The spend is that of Gamma-Gamma. Without a good fit the customer's own past goes on: the earlier pace,
 * measured over at least `paceOverAtLeast` and at most weekly, a first-time buyer once; and the average purchase day.
 */
export function secondLifetimeOf(
  history: PurchaseHistory,
  policy: Policy['identification'],
  models: ValueModels,
): SecondLifetime {
  const spend = spendOf(history, models.spend);
  const pace = paceOf(history, policy, models.purchases);
  const horizonWeeks = durationMs(policy.valueHorizon) / weekMs;
  const steps = Math.max(1, Math.ceil(horizonWeeks / stepWeeks));
  let purchases = 0;
  let discounted = 0;
  for (let step = 1; step <= steps; step += 1) {
    const [from, to] = [step - 1, step].map((end) => (end * horizonWeeks) / steps) as [
      number,
      number,
    ];
    const until = pace.purchasesWithin(to);
    const years = (from + to) / 2 / weeksPerYear;
    discounted += (until - purchases) / (1 + policy.discountPercent / 100) ** years;
    purchases = until;
  }
  return {
    value: Math.round((policy.marginPercent / 100) * spend.amount * discounted),
    purchases,
    spend: Math.round(spend.amount),
    purchasesFrom: pace.from,
    spendFrom: spend.from,
  };
}

function spendOf(
  { days, totalAmount, firstDayAmount }: PurchaseHistory,
  model: SpendParameters | null,
): { amount: number; from: SecondLifetime['spendFrom'] } {
  if (days.length === 0) return { amount: 0, from: 'own-average' };
  if (!model) return { amount: totalAmount / days.length, from: 'own-average' };
  const frequency = days.length - 1;
  const averageSpend = frequency === 0 ? 0 : (totalAmount - firstDayAmount) / frequency;
  return { amount: expectedSpend(model, { frequency, averageSpend }), from: 'gamma-gamma' };
}

function paceOf(
  { days }: PurchaseHistory,
  policy: Policy['identification'],
  models: ValueModels['purchases'],
): { purchasesWithin: (weeks: number) => number; from: SecondLifetime['purchasesFrom'] } {
  const model = models['mbg-nbd'] ?? models['bg-nbd'];
  const frequency = days.length - 1;
  if (frequency < 0) return { purchasesWithin: () => 0, from: 'own-pace' };
  const recency = (days.at(-1)! - days[0]!) / daysPerWeek;
  if (model) {
    const asOfLastPurchase = { frequency, recency, age: recency };
    return {
      purchasesWithin: (weeks) => expectedIfAlive(model, asOfLastPurchase, weeks),
      from: model.model,
    };
  }
  const perWeek = ownPace({ frequency, recency }, policy);
  return { purchasesWithin: (weeks) => weeks * perWeek, from: 'own-pace' };
}

/**
 * A customer's own earlier purchase days a week, measured over at least `paceOverAtLeast` and at most weekly; a first-time
 * buyer's once in the horizon.
 */
function ownPace(
  { frequency, recency }: Pick<BuyingHistory, 'frequency' | 'recency'>,
  {
    valueHorizon,
    paceOverAtLeast,
  }: Pick<Policy['identification'], 'valueHorizon' | 'paceOverAtLeast'>,
): number {
  if (frequency === 0) return weekMs / durationMs(valueHorizon);
  const spanWeeks = Math.max(recency, durationMs(paceOverAtLeast) / weekMs);
  return Math.min(1, frequency / spanWeeks);
}

/** What a customer would buy in `over` if the own past went on: purchase days, and minor units. */
export function ownPattern(
  { days, totalAmount }: Pick<PurchaseHistory, 'days' | 'totalAmount'>,
  over: Duration,
  policy: Pick<Policy['identification'], 'valueHorizon' | 'paceOverAtLeast'>,
): { purchaseDays: number; spend: number } {
  if (days.length === 0) return { purchaseDays: 0, spend: 0 };
  const pace = ownPace(buyingHistory(days, days.at(-1)!), policy);
  const purchaseDays = (pace * durationMs(over)) / weekMs;
  return { purchaseDays, spend: (purchaseDays * totalAmount) / days.length };
}

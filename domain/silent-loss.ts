import type { DetectionRule } from './detection.ts';
import type { Detection, Dormancy, FallbackReason, Lost } from './dormancy.ts';

/**
 * Why a dormancy case was opened: who never came a second time needs another approach than somebody who used to buy.
 */
export const triggerDetails = ['no-second-purchase', 'out-of-rhythm'] as const;
export type TriggerDetail = (typeof triggerDetails)[number];

/** Why a customer counts as lost silently: numbers and codes, as a candidate, a case and its timeline keep them. */
export type SilentLoss = {
  rule: DetectionRule;
  /** in the unit of the rule's score */
  threshold: number;
  fallback: FallbackReason | null;
  /** distinct days with a purchase */
  purchaseDays: number;
  /** median of the customer's own intervals; null for a first-time buyer */
  intervalDays: number | null;
  silentDays: number;
  /** the silence from which the customer counts as lost */
  lostAfterDays: number;
  /** `own-rhythm`: what the silence is measured by */
  usualIntervalDays: number | null;
  /** model rules: probability of a purchase within `horizonDays`, 0 to 100 */
  likelyPercent: number | null;
  /** model rules: purchase days expected within `horizonDays` */
  expectedPurchases: number | null;
  horizonDays: number | null;
  /** a first-time buyer for whom that was decisive: within so many days `secondPurchaseShare` percent of those who bought again had done so */
  secondPurchaseDays: number | null;
  secondPurchaseShare: number | null;
};

/** By what a scan went. */
export type ScanDetection = Pick<Detection, 'rule' | 'threshold' | 'fallback'> & {
  horizonDays: number;
};

/** Null for whoever is not lost. */
export function silentLossOf(dormancy: Dormancy, detection: Detection): SilentLoss | null {
  const { suspicion, lost } = dormancy;
  if (!lost) return null;
  const { explanation } = suspicion;
  const ownRhythm = explanation.rule === 'own-rhythm' ? explanation : null;
  const model = 'model' in explanation ? explanation : null;
  return {
    rule: detection.rule,
    threshold: detection.threshold,
    fallback: detection.fallback,
    purchaseDays: explanation.purchaseDays,
    intervalDays: explanation.intervalDays,
    silentDays: explanation.silentDays,
    lostAfterDays: lost.lostAfterDays,
    usualIntervalDays: ownRhythm && round(ownRhythm.usualIntervalDays, 1),
    likelyPercent: model && round(model.probabilityOfPurchase * 100, 1),
    expectedPurchases: model && round(model.expectedPurchases, 2),
    horizonDays: model && model.horizonDays,
    ...lateBy(lost, detection),
  };
}

/** Where the rule calls a first-time buyer lost before the time of second purchases is over, it is the rule that does. */
function lateBy(
  { lostAfterDays, secondPurchaseDays }: Lost,
  { secondPurchaseShare }: Detection,
): Pick<SilentLoss, 'secondPurchaseDays' | 'secondPurchaseShare'> {
  return secondPurchaseDays === null || lostAfterDays < secondPurchaseDays
    ? { secondPurchaseDays: null, secondPurchaseShare: null }
    : { secondPurchaseDays, secondPurchaseShare };
}

export function triggerDetailOf({ purchaseDays }: SilentLoss): TriggerDetail {
  return purchaseDays === 1 ? 'no-second-purchase' : 'out-of-rhythm';
}

/** Whom a rule calls lost, by its threshold: `silent for more than 90 days`. */
export function lostWords(rule: DetectionRule, threshold: number, horizonDays: number): string {
  switch (rule) {
    case 'fixed-days':
      return `silent for more than ${threshold} days`;
    case 'own-rhythm':
      return `silent for more than ${threshold} usual intervals`;
    case 'bg-nbd':
    case 'mbg-nbd':
      return `under ${Math.round((1 - threshold) * 100)} % likely to buy in ${horizonDays} days`;
  }
}

/** How a scan tells the lost from the others. */
export function detectionWords({ rule, threshold, fallback, horizonDays }: ScanDetection): string {
  const because = fallback ? `, because ${fallbackText[fallback]}` : '';
  return `Lost is who is ${lostWords(rule, threshold, horizonDays)} (${rule}${because})`;
}

const fallbackText: Record<FallbackReason, string> = {
  'no-fit-yet': 'the purchases have not been evaluated yet',
  'too-few-customers': 'there are too few customers for a model',
  'no-convergence': 'the model found no fit',
  'at-boundary': 'the model fits badly',
  'nothing-recommended': 'the backtest recommends no rule',
};

/** Why the customers' own rhythm stands in for the rule that the policy asks for. */
export function fallbackWords(reason: FallbackReason): string {
  return fallbackText[reason];
}

/** `Buys every 3 weeks, silent for 14 weeks: 6 % likely to buy in the next 90 days, lost after 9 weeks` */
export function silentLossText(loss: SilentLoss): string {
  const silence = `silent for ${span(loss.silentDays)}`;
  const late =
    loss.secondPurchaseDays === null
      ? ''
      : `, when ${loss.secondPurchaseShare} % of those who buy again do so within ${span(loss.secondPurchaseDays)}`;
  const past =
    loss.intervalDays === null
      ? `Bought once, ${silence}${late}`
      : `Buys every ${span(loss.intervalDays)}, ${silence}`;
  const because = loss.fallback ? ` (own rhythm, because ${fallbackText[loss.fallback]})` : '';
  return `${past}: ${verdict(loss)}${because}`;
}

function verdict(loss: SilentLoss): string {
  const after = `lost after ${span(loss.lostAfterDays)}`;
  switch (loss.rule) {
    case 'fixed-days':
      return after;
    case 'own-rhythm':
      return loss.intervalDays === null || span(loss.intervalDays) === span(loss.usualIntervalDays!)
        ? after
        : `${after}, as usual for such customers is every ${span(loss.usualIntervalDays!)}`;
    case 'bg-nbd':
    case 'mbg-nbd':
      return `${loss.likelyPercent} % likely to buy in the next ${loss.horizonDays} days, ${after}`;
  }
}

/** `1 day`, `9 days`, `14 weeks` */
function span(days: number): string {
  const [number, unit] = days < 14 ? [Math.round(days), 'day'] : [Math.round(days / 7), 'week'];
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}

const fallbackInGerman: Record<FallbackReason, string> = {
  'no-fit-yet': 'die Käufe noch nicht ausgewertet sind',
  'too-few-customers': 'es für ein Modell zu wenige Kunden sind',
  'no-convergence': 'das Modell keine Anpassung fand',
  'at-boundary': 'das Modell schlecht passt',
  'nothing-recommended': 'die Rückrechnung keine Regel empfiehlt',
};

/** `Kauft alle 3 Wochen, seit 14 Wochen still: kauft in den nächsten 90 Tagen zu 6 %, verloren nach 9 Wochen` */
export function silentLossTextInGerman(loss: SilentLoss): string {
  const silence = `seit ${spanInGerman(loss.silentDays, 'n')} still`;
  const late =
    loss.secondPurchaseDays === null
      ? ''
      : `; ${loss.secondPurchaseShare} % derer, die wieder kaufen, tun es binnen ${spanInGerman(loss.secondPurchaseDays, 'n')}`;
  const past =
    loss.intervalDays === null
      ? `Einmal gekauft, ${silence}${late}`
      : `Kauft alle ${spanInGerman(loss.intervalDays)}, ${silence}`;
  const after = `verloren nach ${spanInGerman(loss.lostAfterDays, 'n')}`;
  const likely =
    loss.likelyPercent === null
      ? ''
      : `kauft in den nächsten ${loss.horizonDays} Tagen zu ${loss.likelyPercent.toLocaleString('de')} %, `;
  const because = loss.fallback
    ? ` (eigener Rhythmus, weil ${fallbackInGerman[loss.fallback]})`
    : '';
  return `${past}: ${likely}${after}${because}`;
}

/** @param dative `n` after a preposition that asks for it: `nach 3 Tagen` */
function spanInGerman(days: number, dative: '' | 'n' = ''): string {
  const [number, unit] = days < 14 ? [Math.round(days), 'Tag'] : [Math.round(days / 7), 'Woche'];
  if (number === 1) return dative ? `${unit === 'Tag' ? 'einem' : 'einer'} ${unit}` : `1 ${unit}`;
  return unit === 'Tag' ? `${number} Tage${dative}` : `${number} Wochen`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

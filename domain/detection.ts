import { DomainError } from './errors.ts';
import {
  expectedPurchases,
  probabilityAlive,
  probabilityOfPurchase,
  type FittedModel,
  type PurchaseModel,
} from './models/beta-geometric.ts';
import { buyingHistory } from './models/history.ts';

/** The rules that say how suspicious a customer is of having left silently. */
export const detectionRules = ['fixed-days', 'own-rhythm', 'bg-nbd', 'mbg-nbd'] as const;
export type DetectionRule = (typeof detectionRules)[number];

/** What is usual among a company's customers, for those whose own purchases say little yet; in days. */
export type CompanyRhythm = {
  /** median interval between two purchase days */
  intervalDays: number;
  /** within how many days of the first purchase day 10 %, 20 % … 90 % of those who bought again had done so */
  secondPurchaseDeciles: number[];
};

/** What a company's purchases as a whole tell the rules; made anew with every refit. */
export type DetectionBasis = {
  rhythm: CompanyRhythm;
  /** only those whose fit is good */
  models: Partial<Record<PurchaseModel, FittedModel>>;
  /** how far ahead the model rules look, above 0 */
  horizonDays: number;
};

/** Why the score is what it is, as data: whoever shows it finds the words. */
export type Explanation = {
  /** distinct days with a purchase */
  purchaseDays: number;
  /** median of the customer's own intervals; null for a first-time buyer */
  intervalDays: number | null;
  silentDays: number;
} & (
  | { rule: 'fixed-days' }
  | {
      rule: 'own-rhythm';
      /** what the silence is measured by: own intervals and the company's together */
      usualIntervalDays: number;
      /** length of an earlier silence through the same weeks of the year, after which the customer came back */
      seasonalPauseDays: number | null;
    }
  | {
      rule: PurchaseModel;
      /** whose figures these are: a first-time buyer's are always those of `mbg-nbd` */
      model: PurchaseModel;
      horizonDays: number;
      probabilityOfPurchase: number;
      expectedPurchases: number;
      /** null for a first-time buyer, about whom the models have no evidence */
      probabilityAlive: number | null;
    }
);

/**
 * `score` grows with the suspicion; a customer counts as lost when it is above the rule's threshold. Its unit is the
 * rule's: days of silence (`fixed-days`), usual intervals of silence (`own-rhythm`), probability of no purchase within
 * the horizon, 0 to 1 (`bg-nbd`, `mbg-nbd`).
 */
export type Suspicion = { score: number; explanation: Explanation };

/**
 * The rule that can be applied: the chosen one, or `own-rhythm` where its model has no good fit. Thresholds are of
 * different units, so that the caller takes the one of the rule returned.
 */
export function applicableRule(rule: DetectionRule, { models }: DetectionBasis): DetectionRule {
  if (rule === 'mbg-nbd' && !models['mbg-nbd']) return 'own-rhythm';
  if (rule === 'bg-nbd' && !(models['bg-nbd'] && models['mbg-nbd'])) return 'own-rhythm';
  return rule;
}

/**
 * How suspicious of having left a customer is.
 * @param days distinct purchase days, ascending, at least one (`distinctDays`)
 * @param today a day of the same count (`dayOf`); purchases dated later count as made today
 * @throws DomainError `unavailable` when the rule's model is not in the basis: see `applicableRule`
 */
export function suspicionOf(
  rule: DetectionRule,
  days: number[],
  today: number,
  basis: DetectionBasis,
): Suspicion {
  const facts = {
    purchaseDays: days.length,
    intervalDays: days.length < 2 ? null : median(intervalsOf(days)),
    silentDays: Math.max(0, today - days.at(-1)!),
  };
  switch (rule) {
    case 'fixed-days':
      return { score: facts.silentDays, explanation: { ...facts, rule } };
    case 'own-rhythm': {
      const seasonalPauseDays = seasonalPause(days, today);
      const usualIntervalDays = usualInterval(facts.intervalDays, days.length, basis.rhythm);
      return {
        score: facts.silentDays / Math.max(usualIntervalDays, seasonalPauseDays ?? 0),
        explanation: { ...facts, rule, usualIntervalDays, seasonalPauseDays },
      };
    }
    case 'bg-nbd':
    case 'mbg-nbd': {
      // BG/NBD knows no drop-out after a single purchase: it would hold every first-time buyer for a customer for ever.
      const fitted = basis.models[days.length === 1 ? 'mbg-nbd' : rule];
      if (!fitted) throw new DomainError('unavailable', `There is no good fit for ${rule}`);
      const { horizonDays } = basis;
      const weeks = horizonDays / 7;
      const history = buyingHistory(days, today);
      const likely = probabilityOfPurchase(fitted, history, weeks);
      return {
        score: 1 - likely,
        explanation: {
          ...facts,
          rule,
          model: fitted.model,
          horizonDays,
          probabilityOfPurchase: likely,
          expectedPurchases: expectedPurchases(fitted, history, weeks),
          probabilityAlive: probabilityAlive(fitted, history),
        },
      };
    }
  }
}

/**
 * Whether a repeat buyer is silent for no longer than once before, or as in earlier years at this time: such a pause
 * is how this customer buys, and no rule calls it a loss.
 */
export function isOwnPause(days: number[], today: number): boolean {
  if (days.length < 2) return false;
  const silence = today - days.at(-1)!;
  return silence <= Math.max(...intervalsOf(days)) || seasonalPause(days, today) !== null;
}

/** Below this many intervals a company's median is chance, and the standard rhythm stands in. */
const fewestIntervals = 30;
/** That of the CDNOW sample in its first 39 weeks (examples/cdnow), in round numbers. */
const standardRhythm: CompanyRhythm = {
  intervalDays: 40,
  secondPurchaseDeciles: [5, 10, 15, 25, 40, 55, 80, 120, 160],
};

/** @param customers the distinct purchase days of each, ascending */
export function companyRhythm(customers: Iterable<number[]>): CompanyRhythm {
  const all: number[] = [];
  const first: number[] = [];
  for (const days of customers) {
    if (days.length > 1) first.push(days[1]! - days[0]!);
    for (let i = 1; i < days.length; i += 1) all.push(days[i]! - days[i - 1]!);
  }
  const { intervalDays, secondPurchaseDeciles } = standardRhythm;
  return {
    intervalDays: all.length < fewestIntervals ? intervalDays : median(all),
    secondPurchaseDeciles:
      first.length < fewestIntervals ? secondPurchaseDeciles : decilesOf(first),
  };
}

/**
 * The time after which a first-time buyer is late, in days: by then `percent` of those who bought again had done so.
 * @param percent one of 10, 20 … 90
 */
export function secondPurchaseWithin(rhythm: CompanyRhythm, percent: number): number {
  return rhythm.secondPurchaseDeciles[percent / 10 - 1]!;
}

function decilesOf(values: number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return Array.from(
    { length: 9 },
    (_, i) => sorted[Math.ceil(((i + 1) / 10) * sorted.length) - 1]!,
  );
}

/** So many intervals' weight has the company's rhythm beside the customer's own. */
const companyWeight = 2;

/**
 * The median of the customer's intervals, which a single long one does not move, drawn towards the company's as long
 * as there are few. It never falls when the last interval grows, so that a more recent last purchase never makes
 * anybody more suspicious.
 */
function usualInterval(own: number | null, purchaseDays: number, company: CompanyRhythm): number {
  if (own === null) return secondPurchaseWithin(company, 50);
  const intervals = purchaseDays - 1;
  return (intervals * own + companyWeight * company.intervalDays) / (intervals + companyWeight);
}

const yearDays = 365.25;
/** A season does not begin on the same day every year. */
const seasonTolerance = 30;

/**
 * The longest earlier pause, in days, that covers the weeks in which the customer is silent now, one or several years
 * ago: who buys every December, or all summer long, is as silent in March as in every March. Null when there is none.
 */
function seasonalPause(days: number[], today: number): number | null {
  const last = days.at(-1)!;
  const silence = today - last;
  let longest: number | null = null;
  for (let i = 1; i < days.length; i += 1) {
    const [from, to] = [days[i - 1]!, days[i]!];
    const pause = to - from;
    if (pause < silence - seasonTolerance || pause <= (longest ?? 0)) continue;
    // The nearest number of whole years by which the silence lies later.
    const years = Math.max(1, Math.floor((last - from + seasonTolerance) / yearDays));
    const shift = years * yearDays;
    if (from <= last - shift + seasonTolerance && to >= today - shift - seasonTolerance) {
      longest = pause;
    }
  }
  return longest;
}

export function intervalsOf(days: number[]): number[] {
  return days.slice(1).map((day, i) => day - days[i]!);
}

export function median(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

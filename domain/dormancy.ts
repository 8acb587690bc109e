import {
  isOwnPause,
  secondPurchaseWithin,
  suspicionOf,
  type DetectionBasis,
  type DetectionRule,
  type Suspicion,
} from './detection.ts';
import { badFits } from './models/fit.ts';

/** A customer's purchases boiled down, from the database. */
export type PurchaseHistory = {
  /** distinct purchase days, ascending (`distinctDays`) */
  days: number[];
  /** ISO 8601 */
  lastPurchaseAt: string | null;
  /** sum of all purchases, minor units */
  totalAmount: number;
  /** of it, on the first day */
  firstDayAmount: number;
};

/** Why another rule applies than the policy asks for. */
export const fallbackReasons = ['no-fit-yet', ...badFits, 'nothing-recommended'] as const;
export type FallbackReason = (typeof fallbackReasons)[number];

/** What tells the lost from those who buy rarely: made from the policy and the company's last fit (`detectionOf`). */
export type Detection = {
  rule: DetectionRule;
  /** a customer is lost when the rule's score is above it */
  threshold: number;
  /** null: it is the policy's rule */
  fallback: FallbackReason | null;
  basis: DetectionBasis;
  /** a first-time buyer is also lost when this percentage of those who bought again had done so in a shorter time */
  secondPurchaseShare: number;
  /** nobody is lost before */
  minimumSilenceDays: number;
  /** too long ago for a case */
  maximumSilenceDays: number;
};

export type Lost = {
  /** days of silence from which the customer counts as lost */
  lostAfterDays: number;
  /** of a first-time buyer: the time in which others buy again, in days */
  secondPurchaseDays: number | null;
};

export type Dormancy =
  | { state: 'never-bought'; suspicion: null; lost: null }
  | { state: 'active'; suspicion: Suspicion; lost: null }
  | { state: 'dormant' | 'cold'; suspicion: Suspicion; lost: Lost };

/**
 * Whether a customer has left silently, by the rule that applies, though never before `minimumSilenceDays` nor in a
 * pause of a kind that the customer has come back from (`isOwnPause`). Cold after
 * `maximumSilenceDays`; whoever buys rarely is dormant for at least `minimumSilenceDays` before.
 * @param days distinct purchase days, ascending
 * @param today of the same count (`dayOf`)
 */
export function dormancyOf(days: number[], today: number, detection: Detection): Dormancy {
  if (days.length === 0) return { state: 'never-bought', suspicion: null, lost: null };
  const { rule, basis } = detection;
  const suspicion = suspicionOf(rule, days, today, basis);
  const { silentDays } = suspicion.explanation;
  if (!isLost(days, silentDays, suspicion.score, detection)) {
    return { state: 'active', suspicion, lost: null };
  }

  const lost = {
    lostAfterDays: halve(days, silentDays, detection),
    secondPurchaseDays: secondPurchaseDaysOf(days, detection),
  };
  const cold =
    silentDays > detection.maximumSilenceDays &&
    silentDays > lost.lostAfterDays + detection.minimumSilenceDays;
  return { state: cold ? 'cold' : 'dormant', suspicion, lost };
}

function isLost(days: number[], silentDays: number, score: number, detection: Detection): boolean {
  return verdictBefore(days, silentDays, detection) ?? score > detection.threshold;
}

/** What is said of a customer whatever the rule: lost (true), not lost (false), or null: as the rule says. */
export function verdictBefore(
  days: number[],
  silentDays: number,
  limits: Pick<Detection, 'minimumSilenceDays' | 'secondPurchaseShare'> & {
    basis: Pick<DetectionBasis, 'rhythm'>;
  },
): boolean | null {
  if (silentDays <= limits.minimumSilenceDays) return false;
  if (isOwnPause(days, days.at(-1)! + silentDays)) return false;
  const late = secondPurchaseDaysOf(days, limits);
  return late !== null && silentDays > late ? true : null;
}

/** Whether the customer will be lost after so long a silence. */
function willBeLost(days: number[], silentDays: number, detection: Detection): boolean {
  const { score } = suspicionOf(detection.rule, days, days.at(-1)! + silentDays, detection.basis);
  return isLost(days, silentDays, score, detection);
}

const furthestDays = 3_650;

/** The silence after which this customer will count as lost, in days; null when not even ten years are enough. */
export function lostAfter(days: number[], detection: Detection): number | null {
  if (days.length === 0 || !willBeLost(days, furthestDays, detection)) return null;
  return halve(days, furthestDays, detection);
}

/** Whoever is lost after some silence is lost after a longer one. */
function halve(days: number[], lostAt: number, detection: Detection): number {
  let [active, lost] = [0, lostAt];
  while (lost - active > 1) {
    const middle = (active + lost) >> 1;
    if (willBeLost(days, middle, detection)) lost = middle;
    else active = middle;
  }
  return lost - 1;
}

function secondPurchaseDaysOf(
  days: number[],
  { basis, secondPurchaseShare }: Parameters<typeof verdictBefore>[2],
) {
  return days.length === 1 ? secondPurchaseWithin(basis.rhythm, secondPurchaseShare) : null;
}

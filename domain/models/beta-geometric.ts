import digamma from '@stdlib/math-base-special-digamma';
import gammaln from '@stdlib/math-base-special-gammaln';
import { maximise, type Fit } from './fit.ts';
import type { BuyingHistory, HistoryGroup } from './history.ts';

/**
 * Two models of customers who buy at their own rate (gamma distributed: shape `r`, rate `alpha` in weeks) until they
 * drop out for good with their own probability (beta distributed: `a`, `b`):
 * - `bg-nbd`: after any repeat purchase. Fader, Hardie and Lee (2005), "'Counting Your Customers' the Easy Way",
 *   Marketing Science 24 (2), 275-284. Here nobody can drop out after a single purchase.
 * - `mbg-nbd`: after any purchase, the first included. Batislam, Denizel and Filiztekin (2007), "Empirical validation
 *   and comparison of models for customer base analysis", International Journal of Research in Marketing 24 (3), 201-209.
 *
 * They differ in one number only, how often a customer has had the chance to drop out: with x repeat purchases x times
 * in the first, x + 1 times in the second. So one set of formulas, in the chances k, serves both; with k = x it
 * is that of the first paper, with k = x + 1 that of the second.
 */
export const purchaseModels = ['bg-nbd', 'mbg-nbd'] as const;
export type PurchaseModel = (typeof purchaseModels)[number];

const parameterNames = ['r', 'alpha', 'a', 'b'] as const;
export type PurchaseParameters = Record<(typeof parameterNames)[number], number>;

/** A model with the parameters of one company. */
export type FittedModel = PurchaseParameters & { model: PurchaseModel };

export type PurchaseFit = Fit<FittedModel> & {
  logLikelihood: number;
  customers: number;
  firstTimeBuyers: number;
};

/**
 * Below these the parameters are mostly chance: of 60 random draws of CDNOW customers, BG/NBD had no optimum within
 * bounds in 34 at 50 customers, 17 at 100, 8 at 200 and 1 at 400.
 */
export const fewest = { customers: 100, repeatBuyers: 30 };

function chancesToDropOut(model: PurchaseModel, frequency: number): number {
  return model === 'bg-nbd' ? frequency : frequency + 1;
}

/**
 * The most likely parameters for a company's customers, one history per customer. A bad fit is a result, not an error.
 * @param groups from `groupHistories`; times in weeks
 */
export function fitPurchaseModel(model: PurchaseModel, groups: HistoryGroup[]): PurchaseFit {
  const customers = sumOf(groups, (group) => group.customers);
  const firstTimeBuyers = sumOf(groups, (g) => (g.frequency === 0 ? g.customers : 0));
  const counts = { customers, firstTimeBuyers };
  const repeatBuyers = customers - firstTimeBuyers;
  if (customers < fewest.customers || repeatBuyers < fewest.repeatBuyers) {
    const detail = `${customers} customers with ${repeatBuyers} repeat buyers are fewer than ${fewest.customers} with ${fewest.repeatBuyers}`;
    return { ...counts, fitted: false, reason: 'too-few-customers', detail, logLikelihood: 0 };
  }
  const meanAge = sumOf(groups, (group) => group.customers * group.age) / customers;
  const likelihood = likelihoodOf(model, groups);
  const fit = maximise({
    names: parameterNames,
    start: [0.5, Math.max(meanAge, 1 / 7) / 4, 1, 2],
    scaleFree: ['alpha'],
    meanLogLikelihood: ([r, alpha, a, b]) => {
      const { value, gradient } = likelihood({ r: r!, alpha: alpha!, a: a!, b: b! });
      return { value: value / customers, gradient: gradient.map((g) => g / customers) };
    },
  });
  const logLikelihood = fit.meanLogLikelihood * customers;
  if (!fit.fitted) return { ...counts, ...fit, logLikelihood };
  return { ...counts, fitted: true, parameters: { model, ...fit.parameters }, logLikelihood };
}

/**
 * The log-likelihood of all customers together, as a function of the parameters, with its gradient in the order r,
 * alpha, a, b: eq. (6) of Fader, Hardie and Lee (2005) in logarithms, as in appendix A of their note "Implementing the
 * BG/NBD Model for Customer Base Analysis in Excel".
 */
export function likelihoodOf(model: PurchaseModel, groups: HistoryGroup[]) {
  // Logarithms and special functions are the cost: each is computed once for every value that occurs.
  const frequencies = distinct(groups, (group) => group.frequency);
  const ages = distinct(groups, (group) => group.age);
  const recencies = distinct(groups, (group) => group.recency);
  const customers = Float64Array.from(groups, (group) => group.customers);

  return ({ r, alpha, a, b }: PurchaseParameters): { value: number; gradient: number[] } => {
    const logEnds = ages.values.map((age) => Math.log(alpha + age));
    const logLasts = recencies.values.map((recency) => Math.log(alpha + recency));
    const logOdds = frequencies.values.map((x) => {
      const k = chancesToDropOut(model, x);
      return k > 0 ? Math.log(a / (b + k - 1)) : -Infinity;
    });
    // Of each frequency: how many customers have it, and how many of them have probably gone.
    const having = new Float64Array(frequencies.values.length);
    const gone = new Float64Array(frequencies.values.length);
    let value = 0;
    let byR = 0;
    let byAlpha = 0;
    for (let i = 0; i < customers.length; i += 1) {
      const f = frequencies.of[i]!;
      const s = r + frequencies.values[f]!;
      const logEnd = logEnds[ages.of[i]!]!;
      const logLast = logLasts[recencies.of[i]!]!;
      // Dropped out with the last purchase, or still a customer at the end; the odds of the two may overflow, their
      // share does not.
      const difference = logOdds[f]! + s * (logEnd - logLast);
      const odds = Math.exp(-Math.abs(difference));
      const shareGone = difference > 0 ? 1 / (1 + odds) : odds / (1 + odds);
      const shareAlive = 1 - shareGone;
      const n = customers[i]!;
      value += n * (Math.max(difference, 0) + Math.log1p(odds) - s * logEnd);
      byR -= n * (shareAlive * logEnd + shareGone * logLast);
      byAlpha -=
        n *
        s *
        (shareAlive / (alpha + ages.values[ages.of[i]!]!) +
          shareGone / (alpha + recencies.values[recencies.of[i]!]!));
      having[f]! += n;
      gone[f]! += n * shareGone;
    }
    let byA = 0;
    let byB = 0;
    frequencies.values.forEach((x, f) => {
      const k = chancesToDropOut(model, x);
      const n = having[f]!;
      value += n * (gammaln(r + x) - gammaln(r) + r * Math.log(alpha) + logSurvival(a, b, k));
      byR += n * (digamma(r + x) - digamma(r) + Math.log(alpha));
      byAlpha += (n * r) / alpha;
      if (k === 0) return;
      const both = digamma(a + b) - digamma(a + b + k);
      byA += n * both + gone[f]! / a;
      byB += n * (both + digamma(b + k) - digamma(b)) - gone[f]! / (b + k - 1);
    });
    return { value, gradient: [byR, byAlpha, byA, byB] };
  };
}

/** The values that occur, and the place among them of each group's. */
function distinct(groups: HistoryGroup[], value: (group: HistoryGroup) => number) {
  const places = new Map<number, number>();
  const of = Uint32Array.from(groups, (group) => {
    const key = value(group);
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    return place;
  });
  return { values: Float64Array.from(places.keys()), of };
}

/** The logarithm of the probability of not dropping out at k chances: B(a, b + k) ÷ B(a, b). */
function logSurvival(a: number, b: number, k: number): number {
  return gammaln(a + b) - gammaln(a + b + k) + gammaln(b + k) - gammaln(b);
}

/**
 * The probability that the customer has not dropped out yet. Eq. (4) of Fader, Hardie and Lee's note "Computing P(alive)
 * Using the BG/NBD Model". Under `bg-nbd` it is 1 for every first-time buyer, however long they have been silent: that
 * is how the model is made and no fact about anybody, so null is returned for a single purchase, under either model.
 */
export function probabilityAlive(model: FittedModel, history: BuyingHistory): number | null {
  return history.frequency === 0 ? null : aliveInModel(model, history);
}

function aliveInModel({ model, r, alpha, a, b }: FittedModel, history: BuyingHistory): number {
  const k = chancesToDropOut(model, history.frequency);
  if (k === 0) return 1;
  const s = r + history.frequency;
  const logOdds =
    Math.log(a / (b + k - 1)) + s * Math.log((alpha + history.age) / (alpha + history.recency));
  return 1 / (1 + Math.exp(logOdds));
}

/**
 * The probability, 0 to 1, of at least one purchase day within the next `weeks`: to be alive, and then a gamma-mixed
 * exponential wait, since nobody drops out before the next purchase.
 */
export function probabilityOfPurchase(
  model: FittedModel,
  history: BuyingHistory,
  weeks: number,
): number {
  const s = model.r + history.frequency;
  const waited = model.alpha + history.age;
  return aliveInModel(model, history) * -Math.expm1(-s * Math.log1p(weeks / waited));
}

/** The expected number of purchase days within the next `weeks`, given the history: eq. (10) of Fader, Hardie and Lee (2005). */
export function expectedPurchases(
  model: FittedModel,
  history: BuyingHistory,
  weeks: number,
): number {
  return aliveInModel(model, history) * expectedIfAlive(model, history, weeks);
}

/**
 * The same for somebody who is known to be a customer still, as one who has just come back is. The equation's Gaussian hypergeometric function is summed here as what it stands for: n purchases would come with a
 * negative binomial probability if nobody dropped out, and the j-th of them happens if the customer outlived the j - 1
 * before. All terms are positive, so nothing cancels, and a = 1, where the closed form divides by 0, is a point like any other.
 */
export function expectedIfAlive(model: FittedModel, history: BuyingHistory, weeks: number): number {
  if (!(weeks > 0)) return 0;
  const { r, alpha, a, b } = model;
  const k = chancesToDropOut(model.model, history.frequency);
  const s = r + history.frequency;
  const waited = alpha + history.age;
  const logShare = Math.log(weeks / (waited + weeks));
  const mean = (s * weeks) / waited;
  let logProbability = -s * Math.log1p(weeks / waited);
  let survived = 1;
  let happening = 0;
  let expected = 0;
  for (let n = 1; ; n += 1) {
    logProbability += logShare + Math.log((s + n - 1) / n);
    happening += survived;
    survived *= (b + k + n - 1) / (a + b + k + n - 1);
    const term = Math.exp(logProbability) * happening;
    expected += term;
    // Past the mean the terms fall at least as fast as a geometric series, whose rest bounds what is left out.
    const ratio = (weeks / (waited + weeks)) * ((s + n) / (n + 1)) * ((n + 1) / n);
    if (n > mean && ratio < 1 && (term * ratio) / (1 - ratio) <= 1e-13 * expected) break;
  }
  return expected;
}

function sumOf<Item>(items: Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

import digamma from '@stdlib/math-base-special-digamma';
import gammaln from '@stdlib/math-base-special-gammaln';
import { maximise, type Fit } from './fit.ts';
import { fewest } from './beta-geometric.ts';

/**
 * A repeat buyer's spend. As the model wants it, the first purchase, which every customer has, is left out of both.
 */
export type SpendHistory = {
  /** repeat purchase days, at least 1 */
  frequency: number;
  /** average of those days' sums, above 0, in any unit */
  averageSpend: number;
};

const parameterNames = ['p', 'q', 'v'] as const;
/** `v` is in the unit of the spend. */
export type SpendParameters = Record<(typeof parameterNames)[number], number>;
export type SpendFit = Fit<SpendParameters> & { logLikelihood: number; customers: number };

/**
 * The most likely parameters of the Gamma-Gamma model of spend: Fader and Hardie (2013), "The Gamma-Gamma Model of
 * Monetary Value", eq. (1a). What a purchase costs varies around the customer's own average, and that average
 * between customers, both independent of how often they buy. Histories without a repeat purchase or without spend say
 * nothing about it and are left out.
 */
export function fitSpendModel(histories: SpendHistory[]): SpendFit {
  const buyers = histories.filter((h) => h.frequency > 0 && h.averageSpend > 0);
  const customers = buyers.length;
  if (customers < fewest.repeatBuyers) {
    const detail = `${customers} repeat buyers with spend are fewer than ${fewest.repeatBuyers}`;
    return { fitted: false, reason: 'too-few-customers', detail, logLikelihood: 0, customers };
  }
  // In units of the mean, so that cents and euros are the same search.
  const unit = buyers.reduce((sum, h) => sum + h.averageSpend, 0) / customers;
  const scaled = buyers.map((h) => ({ x: h.frequency, z: h.averageSpend / unit }));
  const fit = maximise({
    names: parameterNames,
    start: [2, 3, 1],
    scaleFree: [],
    meanLogLikelihood: ([p, q, v]) => {
      const { value, gradient } = likelihoodAt(scaled, { p: p!, q: q!, v: v! });
      return { value: value / customers, gradient: gradient.map((g) => g / customers) };
    },
  });
  const logLikelihood = fit.meanLogLikelihood * customers - customers * Math.log(unit);
  if (!fit.fitted) return { ...fit, logLikelihood, customers };
  const { p, q, v } = fit.parameters;
  if (q <= 1) {
    const detail = `q of ${q.toPrecision(3)} leaves the average spend of a customer without a mean`;
    return { fitted: false, reason: 'at-boundary', detail, logLikelihood, customers };
  }
  return { fitted: true, parameters: { p, q, v: v * unit }, logLikelihood, customers };
}

function likelihoodAt(histories: { x: number; z: number }[], { p, q, v }: SpendParameters) {
  const fixed = { gammaln: gammaln(q), digamma: digamma(q), log: Math.log(v) };
  let value = 0;
  let byP = 0;
  let byQ = 0;
  let byV = 0;
  for (const { x, z } of histories) {
    const logTotal = Math.log(x * z);
    const logSum = Math.log(x * z + v);
    const shape = digamma(p * x + q);
    value +=
      gammaln(p * x + q) -
      gammaln(p * x) -
      fixed.gammaln +
      q * fixed.log +
      p * x * logTotal -
      Math.log(z) -
      (p * x + q) * logSum;
    byP += x * (shape - digamma(p * x) + logTotal - logSum);
    byQ += shape - fixed.digamma + fixed.log - logSum;
    byV += q / v - (p * x + q) / (x * z + v);
  }
  return { value, gradient: [byP, byQ, byV] };
}

/**
 * What the customer is expected to spend on a purchase day, in the unit of `v`: the average of their own spend and
 * everybody's, the more of their own the more they have bought. Eq. (5) of Fader and Hardie (2013). For a first-time
 * buyer (`frequency` 0) everybody's.
 */
export function expectedSpend({ p, q, v }: SpendParameters, history: SpendHistory): number {
  const { frequency, averageSpend } = history;
  return (p * (v + frequency * averageSpend)) / (p * frequency + q - 1);
}

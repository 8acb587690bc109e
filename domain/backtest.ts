import {
  applicableRule,
  companyRhythm,
  detectionRules,
  suspicionOf,
  type DetectionBasis,
  type DetectionRule,
} from './detection.ts';
import {
  fitPurchaseModel,
  purchaseModels,
  type PurchaseFit,
  type PurchaseModel,
} from './models/beta-geometric.ts';
import { fitSpendModel, type SpendFit, type SpendHistory } from './models/gamma-gamma.ts';
import { buyingHistory, groupHistories } from './models/history.ts';

/** A customer of the past: distinct purchase days, ascending (`distinctDays`), and what each brought, in any unit. */
export type PastCustomer = { days: number[]; spend: number[] };

/** Where the rules could draw the line, in the units of their scores; the probabilities are those of not buying. */
const thresholds: Record<DetectionRule, number[]> = {
  'fixed-days': [30, 45, 60, 75, 90, 120, 150, 180, 210, 270, 365],
  'own-rhythm': [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10],
  'bg-nbd': [0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98],
  'mbg-nbd': [0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98],
};

export type Judgement = {
  /** share of customers called lost */
  flagged: number;
  /** of those called lost, the share that were; null when nobody was called lost */
  precision: number | null;
  /** of those lost, the share that was called so; null when nobody was */
  recall: number | null;
  /** Matthews correlation, -1 to 1; null where it is not defined: all or none flagged or lost */
  mcc: number | null;
};

export type CalibrationBand = {
  /** of the probability of a purchase within the horizon: from and below (the last band: up to and including) */
  from: number;
  to: number;
  customers: number;
  /** mean of the probabilities; null in an empty band */
  predicted: number | null;
  /** share that did buy within the horizon; null in an empty band */
  observed: number | null;
};

export type GroupResult = Judgement & {
  customers: number;
  lost: number;
  /** area under the curve of the rule's ranking, ties counted half; null when all or none are lost */
  auc: number | null;
  /** ten bands; null for rules that state no probability */
  calibration: CalibrationBand[] | null;
};

export type RuleResult = GroupResult & {
  rule: DetectionRule;
  /** of those tried the one with the highest `mcc`; a customer is called lost when the score is above it */
  threshold: number;
  firstTimeBuyers: GroupResult;
  repeatBuyers: GroupResult;
  tried: (Judgement & { threshold: number })[];
  /** 95 % percentile interval of `mcc` over the resamples; null when it was undefined in all */
  mccInterval: [number, number] | null;
  /** share of resamples in which no other rule, each at its best threshold there, has a higher `mcc` */
  wins: number;
};

export type Backtest = {
  customers: number;
  lost: number;
  horizonDays: number;
  resamples: number;
  basis: DetectionBasis;
  fits: Record<PurchaseModel, PurchaseFit> & { spend: SpendFit };
  /** those that could be applied: without a good fit there are no model rules */
  rules: RuleResult[];
  /** null when no rule is reliably better than chance */
  recommended: { rule: DetectionRule; threshold: number } | null;
};

/**
 * What each rule would have said on the day `split`, knowing purchases up to and including it, judged by who bought
 * afterwards: lost is who had bought by then and did not again until the end of the data.
 * @param options.horizonDays how far ahead the model rules look; not beyond the end of the data
 * @param options.verdict what is said of a customer whatever the rule: lost (true) or not (false); null: as the rule says
 * @param options.pick a whole random number from 0, below its argument; seeded, so that the result can be repeated
 * @param options.resamples of the customers, with replacement (bootstrap)
 */
export function backtest(
  past: PastCustomer[],
  options: {
    split: number;
    horizonDays: number;
    verdict?: (days: number[]) => boolean | null;
    pick: (below: number) => number;
    resamples: number;
  },
): Backtest {
  const { split, horizonDays, verdict = () => null } = options;
  const known = past.flatMap(({ days, spend }) => {
    const after = days.findIndex((day) => day > split);
    const until = after < 0 ? days.length : after;
    const before = days.slice(0, until);
    const next = days[until];
    return before.length === 0 ? [] : { days: before, spend: spend.slice(0, until), next };
  });
  const groups = groupHistories(known.map(({ days }) => buyingHistory(days, split)));
  const fits = {
    'bg-nbd': fitPurchaseModel('bg-nbd', groups),
    'mbg-nbd': fitPurchaseModel('mbg-nbd', groups),
    spend: fitSpendModel(known.map(({ spend }) => spendHistory(spend))),
  };
  const models: DetectionBasis['models'] = {};
  for (const model of purchaseModels) {
    const fit = fits[model];
    if (fit.fitted) models[model] = fit.parameters;
  }
  const basis = { rhythm: companyRhythm(known.map(({ days }) => days)), models, horizonDays };

  const applicable = detectionRules.filter((rule) => applicableRule(rule, basis) === rule);
  const observed = known.map(({ days, next }) => ({
    firstTime: days.length === 1,
    lost: next === undefined,
    boughtWithinHorizon: next !== undefined && next <= split + horizonDays,
  }));
  const lost = observed.filter((customer) => customer.lost).length;
  const scored = applicable.map((rule) => {
    const cases = observed.map((customer, i) => {
      const { days } = known[i]!;
      const { score } = suspicionOf(rule, days, split, basis);
      const said = verdict(days);
      return {
        ...customer,
        stated: score,
        score: said === null ? score : said ? Infinity : -Infinity,
      };
    });
    return { rule, cases, ...judged(rule, cases) };
  });
  const sure = bootstrap(scored, options);
  const rules = scored.map(({ cases, ...result }, i) => ({ ...result, ...sure[i]! }));
  return {
    customers: known.length,
    lost,
    horizonDays,
    resamples: options.resamples,
    basis,
    fits,
    rules,
    recommended: recommendation(rules, { lost, customers: known.length }),
  };
}

/** @param spend on each purchase day */
export function spendHistory(spend: number[]): SpendHistory {
  const repeat = spend.slice(1);
  const total = repeat.reduce((sum, amount) => sum + amount, 0);
  return { frequency: repeat.length, averageSpend: total / Math.max(1, repeat.length) };
}

/** Fewer say nothing about the next ones, however well a rule tells these apart. */
const fewestOfEach = 30;

/**
 * The rule with the highest correlation, the simpler one when two are equal; none that could as well be chance.
 */
function recommendation(
  rules: RuleResult[],
  { lost, customers }: { lost: number; customers: number },
): Backtest['recommended'] {
  if (Math.min(lost, customers - lost) < fewestOfEach) return null;
  const [best] = rules.toSorted((a, b) => (b.mcc ?? -1) - (a.mcc ?? -1));
  if (!best?.mccInterval || best.mccInterval[0] <= 0) return null;
  return { rule: best.rule, threshold: best.threshold };
}

type Case = {
  firstTime: boolean;
  lost: boolean;
  boughtWithinHorizon: boolean;
  /** by the rule alone */
  stated: number;
  /** with the verdict that goes before every rule */
  score: number;
};

function judged(rule: DetectionRule, cases: Case[]) {
  const tried = thresholds[rule].map((threshold) => ({
    threshold,
    ...judgement(cases, threshold),
  }));
  const [best] = tried.toSorted((a, b) => (b.mcc ?? -1) - (a.mcc ?? -1));
  const { threshold } = best!;
  const statesProbability = rule === 'bg-nbd' || rule === 'mbg-nbd';
  const group = (of: Case[]): GroupResult => ({
    customers: of.length,
    lost: of.filter(({ lost }) => lost).length,
    ...judgement(of, threshold),
    auc: areaUnderCurve(of),
    calibration: statesProbability ? calibrationOf(of) : null,
  });
  return {
    threshold,
    ...group(cases),
    firstTimeBuyers: group(cases.filter(({ firstTime }) => firstTime)),
    repeatBuyers: group(cases.filter(({ firstTime }) => !firstTime)),
    tried,
  };
}

/** Customers by what was said of them and what they were. */
type Confusion = { lostFlagged: number; flagged: number; lost: number; customers: number };

function judgement(cases: Case[], threshold: number): Judgement {
  const counts: Confusion = { lostFlagged: 0, flagged: 0, lost: 0, customers: cases.length };
  for (const { score, lost } of cases) {
    if (score > threshold) counts.flagged += 1;
    if (lost) counts.lost += 1;
    if (lost && score > threshold) counts.lostFlagged += 1;
  }
  const { lostFlagged, flagged, lost, customers } = counts;
  return {
    flagged: customers === 0 ? 0 : flagged / customers,
    precision: flagged === 0 ? null : lostFlagged / flagged,
    recall: lost === 0 ? null : lostFlagged / lost,
    mcc: matthewsCorrelation(counts),
  };
}

/**
 * Correlation of what was said with what was, -1 to 1 (Matthews 1975, Biochimica et Biophysica Acta 405 (2), 442-451);
 * null when one of them does not vary.
 */
export function matthewsCorrelation(counts: Confusion): number | null {
  const { lostFlagged, flagged, lost, customers } = counts;
  // Factor by factor: the product of the four sums is beyond 2^53 for a few thousand customers.
  const spread =
    Math.sqrt(flagged) *
    Math.sqrt(lost) *
    Math.sqrt(customers - flagged) *
    Math.sqrt(customers - lost);
  return spread === 0 ? null : (lostFlagged * customers - flagged * lost) / spread;
}

/**
 * The probability that a lost customer has a higher score than one who bought again, equal scores counted half: the
 * Mann-Whitney statistic by mean ranks. Null when all or none are lost.
 */
export function areaUnderCurve(cases: { score: number; lost: boolean }[]): number | null {
  const sorted = cases.toSorted((a, b) => a.score - b.score);
  const lost = cases.filter((each) => each.lost).length;
  const others = cases.length - lost;
  if (lost === 0 || others === 0) return null;
  let rankSum = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    let lostHere = 0;
    for (
      end = start;
      end < sorted.length && sorted[end]!.score === sorted[start]!.score;
      end += 1
    ) {
      if (sorted[end]!.lost) lostHere += 1;
    }
    rankSum += (lostHere * (start + 1 + end)) / 2;
  }
  return (rankSum - (lost * (lost + 1)) / 2) / (lost * others);
}

const bands = 10;

function calibrationOf(cases: Case[]): CalibrationBand[] {
  const sums = Array.from({ length: bands }, () => ({ customers: 0, predicted: 0, bought: 0 }));
  for (const { stated, boughtWithinHorizon } of cases) {
    const likely = 1 - stated;
    const band = sums[Math.min(bands - 1, Math.floor(likely * bands))]!;
    band.customers += 1;
    band.predicted += likely;
    if (boughtWithinHorizon) band.bought += 1;
  }
  return sums.map(({ customers, predicted, bought }, i) => ({
    from: i / bands,
    to: (i + 1) / bands,
    customers,
    predicted: customers === 0 ? null : predicted / customers,
    observed: customers === 0 ? null : bought / customers,
  }));
}

/**
 * How sure the choice is: the whole choice, thresholds included, is repeated on customers drawn with replacement.
 * A customer matters only by how many thresholds of each rule they exceed, so equal ones are counted together.
 */
function bootstrap(
  rules: { rule: DetectionRule; threshold: number; cases: Case[] }[],
  { pick, resamples }: { pick: (below: number) => number; resamples: number },
): Pick<RuleResult, 'mccInterval' | 'wins'>[] {
  const customers = rules[0]?.cases.length ?? 0;
  const kinds = new Map<string, { index: number; levels: number[]; lost: boolean }>();
  const kindOf = new Uint32Array(customers);
  for (let i = 0; i < customers; i += 1) {
    const levels = rules.map(({ rule, cases }) => {
      const { score } = cases[i]!;
      return thresholds[rule].filter((threshold) => score > threshold).length;
    });
    const { lost } = rules[0]!.cases[i]!;
    const key = `${levels.join()} ${lost}`;
    const kind = kinds.get(key) ?? { index: kinds.size, levels, lost };
    kinds.set(key, kind);
    kindOf[i] = kind.index;
  }

  const mccs = rules.map((): number[] => []);
  const wins = rules.map(() => 0);
  for (let sample = 0; sample < resamples; sample += 1) {
    const drawn = new Uint32Array(kinds.size);
    for (let i = 0; i < customers; i += 1) drawn[kindOf[pick(customers)]!]! += 1;
    const best = rules.map(({ rule, threshold }, r) => {
      const tried = thresholds[rule].map((_, t) => {
        const counts: Confusion = { lostFlagged: 0, flagged: 0, lost: 0, customers };
        for (const { index, levels, lost } of kinds.values()) {
          const times = drawn[index]!;
          if (lost) counts.lost += times;
          if (levels[r]! <= t) continue;
          counts.flagged += times;
          if (lost) counts.lostFlagged += times;
        }
        return matthewsCorrelation(counts);
      });
      const atThreshold = tried[thresholds[rule].indexOf(threshold)];
      if (atThreshold != null) mccs[r]!.push(atThreshold);
      return Math.max(...tried.map((mcc) => mcc ?? -1));
    });
    const highest = Math.max(...best);
    if (highest > -1) wins[best.indexOf(highest)]! += 1;
  }
  return rules.map((_, r) => ({ mccInterval: middle95(mccs[r]!), wins: wins[r]! / resamples }));
}

function middle95(values: number[]): [number, number] | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length * 0.025);
  return [sorted[cut]!, sorted[sorted.length - 1 - cut]!];
}

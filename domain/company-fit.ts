import {
  backtest,
  spendHistory,
  type Backtest,
  type PastCustomer,
  type RuleResult,
} from './backtest.ts';
import { companyRhythm, type CompanyRhythm, type DetectionBasis } from './detection.ts';
import { verdictBefore, type Detection, type FallbackReason } from './dormancy.ts';
import { durationMs, type Duration } from './duration.ts';
import {
  fitPurchaseModel,
  purchaseModels,
  type PurchaseFit,
  type PurchaseModel,
} from './models/beta-geometric.ts';
import { fitSpendModel, type SpendFit } from './models/gamma-gamma.ts';
import { buyingHistory, groupHistories } from './models/history.ts';
import type { Policy } from './policy.ts';
import type { ValueModels } from './second-lifetime.ts';

/** What a company's own purchases said about its customers on one day. */
export type CompanyFit = {
  /** everybody who had ever bought */
  customers: number;
  rhythm: CompanyRhythm;
  models: Record<PurchaseModel, PurchaseFit>;
  /** `v` in minor units */
  spend: SpendFit;
  backtest: FitBacktest | null;
};

/** The backtest in short. */
export type FitBacktest = Pick<Backtest, 'customers' | 'lost' | 'horizonDays' | 'recommended'> & {
  /** the day up to which the rules knew purchases, as `dayOf` counts */
  split: number;
  rules: Pick<
    RuleResult,
    'rule' | 'threshold' | 'flagged' | 'precision' | 'recall' | 'mcc' | 'auc' | 'wins'
  >[];
};

/** More say no more about the parameters, and cost memory. */
export const fitAtMost = 200_000;
const judgeAtMost = 20_000;
const resamples = 200;

/**
 * @param sample of those who ever bought, all or `fitAtMost` of them at random; spend in minor units
 * @param options.customers how many there are
 * @param options.today the day of the fit, as `dayOf` counts
 * @param options.pick as for `backtest`
 */
export function fitCompany(
  sample: PastCustomer[],
  options: {
    customers: number;
    today: number;
    policy: Policy['detection'];
    pick: (below: number) => number;
  },
): CompanyFit {
  const { customers, today } = options;
  const groups = groupHistories(sample.map(({ days }) => buyingHistory(days, today)));
  return {
    customers,
    rhythm: companyRhythm(sample.map(({ days }) => days)),
    models: {
      'bg-nbd': fitPurchaseModel('bg-nbd', groups),
      'mbg-nbd': fitPurchaseModel('mbg-nbd', groups),
    },
    spend: fitSpendModel(sample.map(({ spend }) => spendHistory(spend))),
    backtest: judgedByThePast(sample, options),
  };
}

/**
 * The rules, with the policy's limits, as they would have done on a day `judgedOver` ago, or in the middle of a shorter past. Null when nobody
 * had bought by then.
 */
function judgedByThePast(
  sample: PastCustomer[],
  { today, policy, pick }: Parameters<typeof fitCompany>[1],
): FitBacktest | null {
  const first = sample.reduce((day, { days }) => Math.min(day, days[0]!), today);
  const judgedOver = Math.min(inDays(policy.judgedOver), Math.floor((today - first) / 2));
  if (judgedOver < 1) return null;
  const split = today - judgedOver;
  const horizonDays = Math.min(inDays(policy.horizon), judgedOver);
  const every = Math.ceil(sample.length / judgeAtMost);
  const past = sample.filter((_, i) => i % every === 0);
  const rhythm = companyRhythm(past.map(({ days }) => days.filter((day) => day <= split)));
  const grounds = { ...limitsOf(policy), basis: { rhythm } };
  const { customers, lost, recommended, rules } = backtest(past, {
    split,
    horizonDays,
    verdict: (days) => verdictBefore(days, split - days.at(-1)!, grounds),
    pick,
    resamples,
  });
  return {
    customers,
    lost,
    horizonDays,
    recommended,
    split,
    rules: rules.map(({ rule, threshold, flagged, precision, recall, mcc, auc, wins }) => ({
      ...{ rule, threshold, flagged, precision, recall, mcc, auc, wins },
    })),
  };
}

/** What the policy's choice comes to with the last fit: where that is no good, the customers' own rhythm, and why. */
export function detectionOf(policy: Policy['detection'], fit: CompanyFit | null): Detection {
  return {
    ...applicable(policy, fit),
    basis: {
      rhythm: fit?.rhythm ?? companyRhythm([]),
      models: valueModelsOf(fit).purchases,
      // A recommended threshold is one for the horizon that it was tried with.
      horizonDays:
        (policy.rule === 'recommended' ? fit?.backtest?.horizonDays : undefined) ??
        inDays(policy.horizon),
    },
    ...limitsOf(policy),
  };
}

function limitsOf(policy: Policy['detection']) {
  return {
    secondPurchaseShare: policy.secondPurchaseShare,
    minimumSilenceDays: inDays(policy.minimumSilence),
    maximumSilenceDays: inDays(policy.maximumSilence),
  };
}

function applicable(
  { rule, threshold }: Policy['detection'],
  fit: CompanyFit | null,
): Pick<Detection, 'rule' | 'threshold' | 'fallback'> {
  const ownRhythm = (fallback: FallbackReason) => ({
    rule: 'own-rhythm' as const,
    threshold: threshold['own-rhythm'],
    fallback,
  });
  if (rule === 'recommended') {
    if (!fit) return ownRhythm('no-fit-yet');
    const recommended = fit.backtest?.recommended;
    if (!recommended) return ownRhythm('nothing-recommended');
    const bad = badFitFor(recommended.rule, fit);
    return bad ? ownRhythm(bad) : { ...recommended, fallback: null };
  }
  const bad = badFitFor(rule, fit);
  return bad ? ownRhythm(bad) : { rule, threshold: threshold[rule], fallback: null };
}

/** What the rule needs and has not: BG/NBD leaves first-time buyers to MBG/NBD. */
function badFitFor(rule: Detection['rule'], fit: CompanyFit | null): FallbackReason | null {
  if (rule !== 'bg-nbd' && rule !== 'mbg-nbd') return null;
  if (!fit) return 'no-fit-yet';
  for (const model of rule === 'bg-nbd' ? purchaseModels : (['mbg-nbd'] as const)) {
    const one = fit.models[model];
    if (!one.fitted) return one.reason;
  }
  return null;
}

export function valueModelsOf(fit: CompanyFit | null): ValueModels {
  const purchases: DetectionBasis['models'] = {};
  for (const model of purchaseModels) {
    const one = fit?.models[model];
    if (one?.fitted) purchases[model] = one.parameters;
  }
  return { purchases, spend: fit?.spend.fitted ? fit.spend.parameters : null };
}

const dayMs = 86_400_000;

function inDays(duration: Duration): number {
  return durationMs(duration) / dayMs;
}

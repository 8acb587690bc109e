import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { armAt, trialOf } from '../domain/optimisation.ts';
import type { Objective, OptimisationPolicy } from '../domain/policy.ts';
import { judged, noAim, progress, spreadOf, type Findings } from './figures.ts';

const policy: OptimisationPolicy = {
  ...{ floorPercent: 5, stopAtPercent: 95, casesAtMost: 1_000, judgedAfter: '180d' },
};
/** Cases that are opened while the same results are known, and how many such lots a result takes. */
const lot = 50;
const lotsUntilKnown = 4;

/** How often customers come back, what one who does leaves us on average, and what of it the concession takes. */
type Arm = { rate: number; margin?: number; concession?: number };
/** `times`: over so many times the cases; left out: once. */
type Scenario = { name: string; objective: Objective; arms: Arm[]; times?: number };

const byRate = (...rates: number[]): Arm[] => rates.map((rate) => ({ rate }));
/** 12 a case for the dear one, 20 for the cheap one. */
const dearAndCheap: Arm[] = [
  { rate: 0.3, margin: 100, concession: 60 },
  { rate: 0.2, margin: 100, concession: 0 },
];

const scenarios: Scenario[] = [
  { name: 'two, clearly apart', objective: 'regained', arms: byRate(0.1, 0.3) },
  { name: 'three, 5 points apart', objective: 'regained', arms: byRate(0.2, 0.25, 0.3) },
  {
    ...{ name: 'six, one better', objective: 'regained' },
    arms: byRate(0.15, 0.15, 0.15, 0.15, 0.15, 0.25),
  },
  { name: 'three, all the same', objective: 'regained', arms: byRate(0.25, 0.25, 0.25) },
  { name: 'a dear one brings more back', objective: 'margin', arms: dearAndCheap },
  { name: 'the same, tried by regains', objective: 'regained', arms: dearAndCheap },
  {
    // 5 a case apart, where a case spreads by 50 and more.
    ...{ name: 'three concessions, three times the cases', objective: 'margin', times: 3 },
    arms: [
      { rate: 0.2, margin: 100 },
      { rate: 0.3, margin: 100, concession: 15 },
      { rate: 0.35, margin: 100, concession: 45 },
    ],
  },
  {
    ...{ name: 'seldom, but larger orders', objective: 'margin' },
    arms: [
      { rate: 0.25, margin: 80 },
      { rate: 0.15, margin: 200 },
    ],
  },
  {
    ...{ name: 'two, worth the same', objective: 'margin' },
    arms: [
      { rate: 0.3, margin: 80 },
      { rate: 0.2, margin: 120 },
    ],
  },
];

/** What a case is worth on average: a regain where nothing else is said. */
function worthOf({ rate, margin = 1, concession = 0 }: Arm): number {
  return rate * (margin - concession);
}

type Run = {
  /** what was missed against the best arm, as expected: regains, or margin */
  regret: number;
  even: number;
  /** the trial has ended; with an arm that is not the best */
  over: boolean;
  wrong: boolean;
};

/**
 * Chooses playbooks or offers as cases would, with true rates and margins that are known here alone: what it costs against
 * always taking the best one, and against giving each the same share.
 */
export function armRegret({ cases, runs }: { cases: number; runs: number }): Findings {
  const rows: string[][] = [];
  const figures = [];
  for (const { name, objective, arms, times = 1 } of scenarios) {
    progress(`arms: ${name}`);
    const all = Array.from({ length: runs }, (_, seed) =>
      simulated(arms, { objective, cases: cases * times, seed: seed + 1 }),
    );
    const { median, min, max } = spreadOf(all.map(({ regret }) => regret));
    const { even } = all[0]!;
    const over = all.filter((one) => one.over).length;
    const wrong = all.filter((one) => one.wrong).length;
    // By regains the dear one is rightly the better one.
    const isOtherAim = objective === 'regained' && arms === dearAndCheap;
    const isAimed = even > 0 && !isOtherAim;
    const aim = isAimed ? judged('at most 0.5 of even', median <= even / 2) : noAim;
    rows.push([
      `${name} (${arms.map(wordsOf).join(', ')})`,
      objective,
      `${median.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)})`,
      even.toFixed(1),
      (even === 0 ? 0 : median / even).toFixed(2),
      `${over} / ${wrong}`,
      ...aim,
    ]);
    figures.push({
      ...{ name, objective, arms, cases: cases * times, runs },
      regret: all.map(({ regret }) => regret),
      even,
      over,
      wrong,
    });
  }
  return {
    title: `Arms: missed in ${cases} cases, against always the best; ${runs} seeded runs`,
    columns: ['true rates', 'by', 'ours', 'even', 'ours ÷ even', 'over / wrong', 'aim', ''],
    rows,
    remarks: [
      `Floor ${policy.floorPercent} %, over at ${policy.stopAtPercent} %; results are known ${lot * lotsUntilKnown} cases later. Always the best: 0.`,
      'Missed are regains; with margins (rate × (margin − concession)) margin, which is log-normal among those who come back (σ = 1).',
    ],
    figures,
  };
}

function wordsOf({ rate, margin, concession }: Arm): string {
  if (margin === undefined) return `${rate}`;
  return `${rate} × ${concession ? `(${margin} − ${concession})` : margin}`;
}

type Known = { hits: number; cases: number; margin: { sum: number; squares: number } };

function simulated(
  arms: Arm[],
  { objective, cases, seed }: { objective: Objective; cases: number; seed: number },
): Run {
  const generator = xoroshiro128plus(seed);
  const chance = () => uniformFloat64(generator);
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  const worths = arms.map(worthOf);
  const best = Math.max(...worths);
  const by = { ...policy, objective };
  const known = arms.map((): Known => ({ hits: 0, cases: 0, margin: { sum: 0, squares: 0 } }));
  const unknown: { arm: number; hit: boolean; left: number }[][] = [];
  let regret = 0;
  for (let opened = 0; opened < cases; opened += lot) {
    const { probabilities } = trialOf(known, by);
    const chosen = Array.from({ length: Math.min(lot, cases - opened) }, () => {
      const arm = armAt(chance(), probabilities);
      regret += best - worths[arm]!;
      const { rate, margin, concession = 0 } = arms[arm]!;
      const hit = chance() < rate;
      const isLeft = hit && margin !== undefined;
      // With σ = 1 the mean is e^½.
      return { arm, hit, left: isLeft ? margin * Math.exp(normal() - 0.5) - concession : 0 };
    });
    unknown.push(chosen);
    if (unknown.length < lotsUntilKnown) continue;
    for (const { arm, hit, left } of unknown.shift()!) {
      const { hits, cases, margin } = known[arm]!;
      known[arm] = {
        ...{ hits: hits + Number(hit), cases: cases + 1 },
        margin: { sum: margin.sum + left, squares: margin.squares + left * left },
      };
    }
  }
  const { probabilities, state } = trialOf(known, by);
  const mean = worths.reduce((sum, worth) => sum + worth, 0) / arms.length;
  const over = state !== 'running';
  return {
    ...{ regret, even: cases * (best - mean), over },
    wrong: over && worths[probabilities.indexOf(1)]! < best,
  };
}

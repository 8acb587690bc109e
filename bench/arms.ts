import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { armAt, trialOf } from '../domain/optimisation.ts';
import type { OptimisationPolicy } from '../domain/policy.ts';
import type { Share } from '../domain/statistics/rates.ts';
import { judged, noAim, progress, spreadOf, type Findings } from './figures.ts';

const policy: OptimisationPolicy = {
  ...{ floorPercent: 5, stopAtPercent: 95, casesAtMost: 1_000, judgedAfter: '180d' },
};
/** Cases that are opened while the same results are known, and how many such lots a result takes. */
const lot = 50;
const lotsUntilKnown = 4;

const scenarios = [
  { name: 'two, clearly apart', rates: [0.1, 0.3] },
  { name: 'three, 5 points apart', rates: [0.2, 0.25, 0.3] },
  { name: 'six, one better', rates: [0.15, 0.15, 0.15, 0.15, 0.15, 0.25] },
  { name: 'three, all the same', rates: [0.25, 0.25, 0.25] },
];

type Run = {
  /** regains that were missed against the best arm, as expected */
  regret: number;
  even: number;
  /** the trial has ended; with an arm that is not the best */
  over: boolean;
  wrong: boolean;
};

/**
 * Chooses playbooks as cases would, with true rates that are known here alone: what it costs against always taking the
 * best one, and against giving each the same share.
 */
export function armRegret({ cases, runs }: { cases: number; runs: number }): Findings {
  const rows: string[][] = [];
  const figures = [];
  for (const { name, rates } of scenarios) {
    progress(`arms: ${name}`);
    const all = Array.from({ length: runs }, (_, seed) =>
      simulated(rates, { cases, seed: seed + 1 }),
    );
    const { median, min, max } = spreadOf(all.map(({ regret }) => regret));
    const { even } = all[0]!;
    const over = all.filter((one) => one.over).length;
    const wrong = all.filter((one) => one.wrong).length;
    const aim = even === 0 ? noAim : judged('at most 0.5 of even', median <= even / 2);
    rows.push([
      `${name} (${rates.join(', ')})`,
      `${median.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)})`,
      even.toFixed(1),
      (even === 0 ? 0 : median / even).toFixed(2),
      `${over} / ${wrong}`,
      ...aim,
    ]);
    figures.push({
      name,
      rates,
      cases,
      runs,
      regret: all.map(({ regret }) => regret),
      even,
      over,
      wrong,
    });
  }
  return {
    title: `Arms: missed regains in ${cases} cases, against always the best; ${runs} seeded runs`,
    columns: ['true rates', 'ours', 'even', 'ours ÷ even', 'over / wrong', 'aim', ''],
    rows,
    remarks: [
      `Floor ${policy.floorPercent} %, over at ${policy.stopAtPercent} %; results are known ${lot * lotsUntilKnown} cases later. Always the best: 0.`,
    ],
    figures,
  };
}

function simulated(rates: number[], { cases, seed }: { cases: number; seed: number }): Run {
  const generator = xoroshiro128plus(seed);
  const chance = () => uniformFloat64(generator);
  const best = Math.max(...rates);
  const known: Share[] = rates.map(() => ({ hits: 0, cases: 0 }));
  const unknown: { arm: number; hit: boolean }[][] = [];
  let regret = 0;
  for (let opened = 0; opened < cases; opened += lot) {
    const { probabilities } = trialOf(known, policy);
    const chosen = Array.from({ length: Math.min(lot, cases - opened) }, () => {
      const arm = armAt(chance(), probabilities);
      regret += best - rates[arm]!;
      return { arm, hit: chance() < rates[arm]! };
    });
    unknown.push(chosen);
    if (unknown.length < lotsUntilKnown) continue;
    for (const { arm, hit } of unknown.shift()!) {
      const { hits, cases } = known[arm]!;
      known[arm] = { hits: hits + Number(hit), cases: cases + 1 };
    }
  }
  const { probabilities, state } = trialOf(known, policy);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const over = state !== 'running';
  return {
    ...{ regret, even: cases * (best - mean), over },
    wrong: over && rates[probabilities.indexOf(1)]! < best,
  };
}

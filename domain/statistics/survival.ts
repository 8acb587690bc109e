import { z95, type Interval } from './rates.ts';

/** How many were observed for how long, and whether the event ended it or only the observation did (`ended` false). */
export type Observed = { time: number; ended: boolean; count: number };

export type SurvivalStep = {
  time: number;
  /** still observed, and without the event, just before */
  atRisk: number;
  events: number;
  /** share without the event up to and with this time, 0 to 1 */
  survival: number;
  /** null where nobody, or everybody, is left: the variance says nothing there */
  interval: Interval | null;
};

/**
 * The share that an event has spared, by time: the product-limit estimate of Kaplan and Meier (1958), JASA 53, 457-481.
 * Whoever is censored at the time of an event was at risk then. The interval is Greenwood's on the log-log scale
 * (Kalbfleisch and Prentice 1980, section 1.3), so that it stays between 0 and 1.
 * @returns a step for each time of an event, ascending
 */
export function kaplanMeier(observed: readonly Observed[]): SurvivalStep[] {
  const times = new Map<number, { events: number; leave: number }>();
  let atRisk = 0;
  for (const { time, ended, count } of observed) {
    const known = times.get(time) ?? { events: 0, leave: 0 };
    times.set(time, {
      events: known.events + (ended ? count : 0),
      leave: known.leave + count,
    });
    atRisk += count;
  }
  const steps: SurvivalStep[] = [];
  let survival = 1;
  let greenwood = 0;
  for (const [time, { events, leave }] of [...times].sort(([a], [b]) => a - b)) {
    if (events > 0) {
      survival *= 1 - events / atRisk;
      greenwood += events / (atRisk * (atRisk - events));
      const interval = logLog(survival, greenwood);
      steps.push({ time, atRisk, events, survival, interval });
    }
    atRisk -= leave;
  }
  return steps;
}

function logLog(survival: number, greenwood: number): Interval | null {
  if (survival <= 0 || survival >= 1) return null;
  const spread = (z95 * Math.sqrt(greenwood)) / Math.abs(Math.log(survival));
  return [survival ** Math.exp(spread), survival ** Math.exp(-spread)];
}

/** The share without the event at `time`; 1 before the first event. */
export function survivalAt(steps: readonly SurvivalStep[], time: number): number {
  return steps.findLast((step) => step.time <= time)?.survival ?? 1;
}

/** The first time by which half have had the event; null: not seen yet. */
export function medianTime(steps: readonly SurvivalStep[]): number | null {
  return steps.find(({ survival }) => survival <= 0.5)?.time ?? null;
}

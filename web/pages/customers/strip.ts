import type { components } from '../../api/schema.d.ts';

export type Rhythm = components['schemas']['Rhythm'];

const dayMs = 86_400_000;
const dayOf = (date: string) => Math.floor(Date.parse(date) / dayMs);

/** Purchases from longer ago than so many usual intervals say little, and would press the others together. */
const shownIntervals = 24;
const leastShownDays = 120;

/** Where everything stands, in percent of the width from the first day shown; what lies outside is left out. */
export type Strip = {
  purchases: { x: number; height: number; date: string }[];
  today: number;
  expected: number | null;
  suspicious: number | null;
  lost: number | null;
  /** first and last day shown */
  from: string;
  to: string;
};

/** @param now ISO 8601 */
export function stripOf(rhythm: Rhythm, now: string): Strip {
  const today = dayOf(now);
  const last = dayOf(rhythm.days.at(-1)!.day);
  const reach = Math.max(leastShownDays, (rhythm.intervalDays ?? 0) * shownIntervals);
  const from = Math.max(dayOf(rhythm.days[0]!.day), last - reach);
  const marks = [rhythm.expectedOn, rhythm.suspiciousOn, rhythm.lostOn].flatMap((date) =>
    date === null ? [] : [dayOf(date)],
  );
  // A loss that is years away must not press the past together.
  const near = marks.filter((day) => day - last <= Math.max(reach, today - last));
  const to = Math.max(today, ...near) + Math.ceil(reach / 40);
  const x = (day: number) => ((day - from) / Math.max(1, to - from)) * 100;
  const at = (date: string | null) => (date === null || dayOf(date) > to ? null : x(dayOf(date)));
  const shown = rhythm.days.filter(({ day }) => dayOf(day) >= from);
  const most = Math.max(1, ...shown.map(({ amount }) => amount.amount));
  const dateOf = (day: number) => new Date(day * dayMs).toISOString();
  return {
    purchases: shown.map(({ day, amount }) => ({
      x: x(dayOf(day)),
      height: 0.2 + 0.8 * (amount.amount / most),
      date: day,
    })),
    today: x(today),
    expected: at(rhythm.expectedOn),
    suspicious: at(rhythm.suspiciousOn),
    lost: at(rhythm.lostOn),
    from: dateOf(from),
    to: dateOf(to),
  };
}

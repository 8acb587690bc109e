import type { DayOrder, NumberNotation } from '../domain/imports.ts';

/* How numbers and times are written, and how to tell from a file's own values which way it is. */

const numberPatterns: Record<NumberNotation, RegExp> = {
  de: /^(\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,(\d+))?$/,
  en: /^(\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d+))?$/,
};

/** A number that is not negative, as `1234.56`; undefined if it is none in this notation. */
export function readNumber(text: string, notation: NumberNotation): string | undefined {
  const [, whole, places] = numberPatterns[notation].exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = whole.replace(/[.,]/g, '');
  return places === undefined ? digits : `${digits}.${places}`;
}

const datePattern =
  /^(?:(?<year>\d{4})(?<dash>[-/]?)(?<month>\d\d)\k<dash>(?<day>\d\d)|(?<first>\d{1,2})(?<mark>[./-])(?<second>\d{1,2})\k<mark>(?<lastYear>\d{4}))/;
const clockPattern =
  /^(?:T|,?\s+)(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<seconds>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?(?:\s?(?<half>[AP])\.?M\.?|\s+Uhr)?(?:\s?(?<zone>Z|[+-]\d\d:?\d\d))?$/i;

/** `2026-03-24T16:30:00.000`, with the zone if one was given; a day alone has no clock. */
export type ReadTime = { day: string; clock?: string; zone?: string };

/**
 * A date (`2026-03-24`, `20260324`, `24.03.2026`, `24/03/2026`) that may be followed by a time of day (`16:30`,
 * `16:30:00`, `4:30 PM`, `16:30 Uhr`) and a zone (`Z`, `+02:00`). Undefined if it is none, or one that no calendar has.
 */
export function readTime(text: string, order: DayOrder): ReadTime | undefined {
  const date = datePattern.exec(text);
  if (!date) return undefined;
  const { year, month, day, first, second, mark, lastYear } = date.groups!;
  const [d, m] = mark === '.' || order === 'day-first' ? [first, second] : [second, first];
  const isoDay = `${year ?? lastYear}-${(month ?? m)!.padStart(2, '0')}-${(day ?? d)!.padStart(2, '0')}`;
  if (!isDay(isoDay)) return undefined;
  const rest = text.slice(date[0].length);
  if (rest === '') return { day: isoDay };
  const time = clockPattern.exec(rest)?.groups;
  const hour = time && hourOf(Number(time['hour']), time['half']?.toUpperCase());
  if (!time || hour === undefined) return undefined;
  const { minute, seconds = '00', fraction = '', zone } = time;
  if (Number(minute) > 59 || Number(seconds) > 59) return undefined;
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  const clock = `${String(hour).padStart(2, '0')}:${minute}:${seconds}.${ms}`;
  return { day: isoDay, clock, ...(zone !== undefined && { zone: zone.toUpperCase() }) };
}

function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour <= 23 ? hour : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === 'P' ? 12 : 0);
}

/**
 * The moment in ISO 8601 UTC. A day alone stays this day: it is kept as 00:00 UTC.
 * @param clockOf the local clock for times without a zone
 */
export function momentOf(
  { day, clock, zone }: ReadTime,
  clockOf: (local: string) => string,
): string | undefined {
  if (clock === undefined) return `${day}T00:00:00.000Z`;
  if (zone === undefined) return clockOf(`${day}T${clock}`);
  const offset = zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const at = Date.parse(`${day}T${clock}${offset}`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** A value that means different things in the two notations. */
export type Doubt = { line: number; text: string };

/** The less frequent notation may have at most one in so many of the values that tell. */
const contradictions = 10;

/**
 * Finds out in which of two notations a column is written, from the values that have a meaning in only one of them.
 * @param read what a value means in a notation, undefined if nothing
 */
export function notationFinder<N>(
  notations: readonly [N, N],
  read: (text: string, notation: N) => string | undefined,
) {
  const [one, other] = notations;
  const only = { one: 0, other: 0 };
  let doubt: Doubt | undefined;
  return {
    add: (text: string, line: number): void => {
      const asOne = read(text, one);
      const asOther = read(text, other);
      if (asOne === asOther) return;
      if (asOther === undefined) only.one += 1;
      else if (asOne === undefined) only.other += 1;
      if (only.one > 0 && only.other > 0) doubt ??= { line, text };
      else if (asOne !== undefined && asOther !== undefined) doubt ??= { line, text };
    },
    /** Undefined when no value makes a difference. */
    result: (): { notation: N } | { doubt: Doubt } | undefined => {
      const less = Math.min(only.one, only.other);
      const told = only.one + only.other;
      if (doubt && (told === 0 || less * contradictions > told)) return { doubt };
      if (told === 0) return undefined;
      return { notation: only.one > only.other ? one : other };
    },
  };
}

import { Temporal } from 'temporal-polyfill';
import { before, durationMs, type Duration } from './duration.ts';
import type { Policy } from './policy.ts';

/*
 * The only place that knows time zones. Workflows must not import it: zone data changes with Node, and a replay
 * would then come to other dates. They ask the activity `planContact` instead.
 */

function minutes(time: string): number {
  const [hour, minute] = time.split(':').map(Number);
  return hour! * 60 + minute!;
}

/** When somebody can be reached: on days that are worked and no holidays, between two local times. */
export type OpenHours = {
  /** IANA */
  timeZone: string;
  /** null: around the clock */
  hours: Policy['contact']['hours'];
  /** of a local date like `2026-10-03` */
  isHoliday?: (day: string) => boolean;
};

const dayMs = 86_400_000;

/** Further than any row of holidays and days off reaches. */
const lookAheadDays = 60;

/**
 * The first moment not before `notBefore` at which the company works and, with `preferredTime` (local `HH:MM`), at
 * that time of day.
 * @param notBefore ISO 8601 UTC
 * @returns ISO 8601 UTC
 * @throws RangeError when nobody works for two months
 */
export function nextWorkingMoment(
  notBefore: string,
  company: OpenHours,
  preferredTime?: string,
): string {
  const { hours, isHoliday } = company;
  if (!hours && !isHoliday && !preferredTime) return notBefore;
  const start = Temporal.Instant.from(notBefore).toZonedDateTimeISO(company.timeZone);
  const isPast = (moment: Temporal.ZonedDateTime) =>
    Temporal.ZonedDateTime.compare(start, moment) > 0;
  for (let ahead = 0; ahead <= lookAheadDays; ahead += 1) {
    const day = start.add({ days: ahead }).startOfDay();
    if (hours && !hours.workDays.includes(day.dayOfWeek)) continue;
    if (isHoliday?.(day.toPlainDate().toString())) continue;
    const at = (time: string) => day.withPlainTime(Temporal.PlainTime.from(time));
    const earliest = preferredTime || hours ? at(preferredTime ?? hours!.opensAt) : day;
    if (!isPast(earliest)) return utc(earliest);
    if (preferredTime) continue;
    const openUntil = hours ? at(hours.closesAt) : day.add({ days: 1 });
    if (Temporal.ZonedDateTime.compare(start, openUntil) < 0) return utc(start);
  }
  throw new RangeError('the policy names no working day');
}

/** Hours of the company, and of the customer where both count. */
export type ContactHours = { company: OpenHours; customer: OpenHours | null };

/**
 * The first moment not before `notBefore` at which the company works and the customer may be disturbed; with
 * `preferredTime` by the customer's clock (the company's, where only its own hours count), as long as there is one.
 * @returns null when the two have no hour in common within two months
 */
export function nextContactMoment(
  notBefore: string,
  { company, customer }: ContactHours,
  preferredTime?: string,
): string | null {
  const until = Date.parse(notBefore) + lookAheadDays * dayMs;
  if (preferredTime !== undefined) {
    const clock = { timeZone: (customer ?? company).timeZone, hours: null };
    for (let from = notBefore; Date.parse(from) <= until;) {
      const wished = nextWorkingMoment(from, clock, preferredTime);
      if (isOpen(wished, company) && isOpen(wished, customer)) return wished;
      from = new Date(Date.parse(wished) + 1).toISOString();
    }
  }
  for (let from = notBefore; Date.parse(from) <= until;) {
    const worked = nextWorkingMoment(from, company);
    if (isOpen(worked, customer)) return worked;
    from = nextWorkingMoment(worked, customer!);
  }
  return null;
}

function isOpen(moment: string, hours: OpenHours | null): boolean {
  return hours === null || nextWorkingMoment(moment, hours) === moment;
}

/** A local date, weekday (1 is Monday) and hour, and when that date begins. */
export function localDay(moment: string, timeZone: string) {
  const local = Temporal.Instant.from(moment).toZonedDateTimeISO(timeZone);
  return {
    day: local.toPlainDate().toString(),
    weekday: local.dayOfWeek,
    hour: local.hour,
    nextDayAt: utc(local.add({ days: 1 }).startOfDay()),
  };
}

/** The date `days` later, by the calendar. */
export function dayAfter(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

const zonesByCountry = new Map<string, string | null>();

/**
 * The zone of a country whose clocks all show the same, in winter and in summer; null for others, and for what is no
 * country.
 * @param country ISO 3166, two capital letters
 */
export function timeZoneOf(country: string): string | null {
  let zone = zonesByCountry.get(country);
  if (zone === undefined) {
    // The type lacks what the standard has.
    const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones(): string[] };
    const zones = locale.getTimeZones();
    zone = new Set(zones.map(clockOf)).size === 1 ? zones[0]! : null;
    zonesByCountry.set(country, zone);
  }
  return zone;
}

function clockOf(timeZone: string): string {
  return ['2026-01-15T12:00Z', '2026-07-15T12:00Z']
    .map((moment) => Temporal.Instant.from(moment).toZonedDateTimeISO(timeZone).offset)
    .join();
}

/**
 * The moment so much working time before `at`: what was due before it has waited for longer. A day is a working day
 * here, so that a day before Monday 10:00 is Friday 10:00; hours and less count while the company works.
 * @param at ISO 8601 UTC
 * @returns ISO 8601 UTC
 */
export function workingTimeBefore(
  at: string,
  duration: Duration,
  { timeZone, contact: { hours } }: Pick<Policy, 'timeZone' | 'contact'>,
): string {
  if (!hours) return before(at, duration);
  const dayBefore = (moment: Temporal.ZonedDateTime) => {
    let day = moment.subtract({ days: 1 });
    while (!hours.workDays.includes(day.dayOfWeek)) day = day.subtract({ days: 1 });
    return day;
  };
  const clock = (day: Temporal.ZonedDateTime, time: string) =>
    day.withPlainTime(Temporal.PlainTime.from(time));
  let moment = Temporal.Instant.from(at).toZonedDateTimeISO(timeZone);
  const worksToday = hours.workDays.includes(moment.dayOfWeek);
  const since = (time: string) => moment.epochMilliseconds - clock(moment, time).epochMilliseconds;
  if (!worksToday || since(hours.opensAt) < 0) moment = clock(dayBefore(moment), hours.closesAt);
  else if (since(hours.closesAt) > 0) moment = clock(moment, hours.closesAt);

  if (duration.endsWith('d')) {
    for (let days = durationMs(duration) / dayMs; days > 0; days -= 1) moment = dayBefore(moment);
    return utc(moment);
  }
  let left = durationMs(duration);
  while (left > since(hours.opensAt)) {
    left -= since(hours.opensAt);
    moment = clock(dayBefore(moment), hours.closesAt);
  }
  return utc(moment.subtract({ milliseconds: left }));
}

function utc(moment: Temporal.ZonedDateTime): string {
  return new Date(moment.epochMilliseconds).toISOString();
}

/** Days whose offset from UTC a clock keeps: more than lie in a lifetime. */
const keptDays = 40_000;

/**
 * The clock of a place: gives the moment (ISO 8601 UTC) at which it shows a local time (`2026-03-24T16:30:00`). Of a
 * time that it shows twice, at the end of summer time, the first; a time that it skips counts as if it had not.
 * @param timeZone IANA, like `Europe/Berlin`
 */
export function localClock(timeZone: string): (local: string) => string {
  // Asking for the zone costs far more than all the rest: on most days the offset is the same from end to end.
  const offsets = new Map<string, number | undefined>();
  const offsetOf = (day: string) => {
    const start = Temporal.PlainDate.from(day).toZonedDateTime(timeZone);
    const { offsetNanoseconds } = start.add({ days: 1 });
    return offsetNanoseconds === start.offsetNanoseconds ? offsetNanoseconds / 1e6 : undefined;
  };
  return (local) => {
    const day = local.slice(0, 10);
    if (!offsets.has(day)) {
      if (offsets.size >= keptDays) offsets.clear();
      offsets.set(day, offsetOf(day));
    }
    const offsetMs = offsets.get(day);
    return offsetMs === undefined
      ? utc(Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone))
      : new Date(Date.parse(`${local}Z`) - offsetMs).toISOString();
  };
}

/** Whether the working day of the policy makes sense: opens before it closes. */
export function opensBeforeCloses(hours: { opensAt: string; closesAt: string }): boolean {
  return minutes(hours.opensAt) < minutes(hours.closesAt);
}

import { Temporal } from 'temporal-polyfill';
import { after, before, durationMs, type Duration } from './duration.ts';
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
  const clock = clockIn(company.timeZone);
  const start = Date.parse(notBefore);
  const today = clock.dayOf(start);
  for (let ahead = 0; ahead <= lookAheadDays; ahead += 1) {
    const day = dayAfter(today, ahead);
    if (hours && !hours.workDays.includes(weekdayOf(day))) continue;
    if (isHoliday?.(day)) continue;
    const earliest = clock.at(day, preferredTime ?? hours?.opensAt ?? midnight);
    if (start <= earliest) return utc(earliest);
    if (preferredTime) continue;
    const openUntil = hours ? clock.at(day, hours.closesAt) : clock.at(dayAfter(day, 1), midnight);
    if (start < openUntil) return utc(start);
  }
  throw new RangeError('the policy names no working day');
}

/**
 * Hours of the company and, where both count, of the customer: by every clock that may be theirs.
 */
export type ContactHours = { company: OpenHours; customer: OpenHours[] };

/**
 * The first moment not before `notBefore` at which the company works and the customer may be disturbed; with
 * `preferredTime` by the customer's clock (the company's, where that is not known or does not count), as long as there is one.
 * @returns null when the two have no hour in common within two months
 */
export function nextContactMoment(
  notBefore: string,
  { company, customer }: ContactHours,
  preferredTime?: string,
): string | null {
  const until = Date.parse(notBefore) + lookAheadDays * dayMs;
  if (preferredTime !== undefined) {
    const clock = { timeZone: clockFor({ company, customer }), hours: null };
    for (let from = notBefore; Date.parse(from) <= until;) {
      const wished = nextWorkingMoment(from, clock, preferredTime);
      if ([company, ...customer].every((hours) => isOpen(wished, hours))) return wished;
      from = new Date(Date.parse(wished) + 1).toISOString();
    }
  }
  for (let from = notBefore; Date.parse(from) <= until;) {
    const worked = nextWorkingMoment(from, company);
    const closed = customer.find((hours) => !isOpen(worked, hours));
    if (!closed) return worked;
    from = nextWorkingMoment(worked, closed);
  }
  return null;
}

/** The one clock of the customer, else the company's. */
export function clockFor({ company, customer }: ContactHours): string {
  const [only, ...more] = customer;
  return only && more.length === 0 ? only.timeZone : company.timeZone;
}

function isOpen(moment: string, hours: OpenHours): boolean {
  return nextWorkingMoment(moment, hours) === moment;
}

/** A local date, weekday (1 is Monday) and hour, and when that date ends. */
export function localDay(moment: string, timeZone: string) {
  const clock = clockIn(timeZone);
  const ms = Date.parse(moment);
  const day = clock.dayOf(ms);
  return {
    day,
    weekday: weekdayOf(day),
    hour: clock.hourOf(ms),
    nextDayAt: utc(clock.at(dayAfter(day, 1), midnight)),
  };
}

/** The date `days` later, by the calendar. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);
}

/** 1 is Monday. */
function weekdayOf(day: string): number {
  return new Date(day).getUTCDay() || 7;
}

const zonesByCountry = new Map<string, string[]>();

/**
 * The zones of a country, of those whose clocks show the same, in winter and in summer, the first; none for what is no
 * country. Which they are, ICU takes from IANA's zone.tab.
 * @param country ISO 3166, two capital letters
 */
export function timeZonesOf(country: string): string[] {
  let zones = zonesByCountry.get(country);
  if (zones === undefined) {
    // The type lacks what the standard has.
    const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones(): string[] };
    const all = locale.getTimeZones();
    zones = [...Map.groupBy(all, clockOf).values()].map(([first]) => first!);
    zonesByCountry.set(country, zones);
  }
  return zones;
}

function clockOf(timeZone: string): string {
  return ['2026-01-15T12:00Z', '2026-07-15T12:00Z']
    .map((moment) => Temporal.Instant.from(moment).toZonedDateTimeISO(timeZone).offset)
    .join();
}

/**
 * The moment so much working time before `at`: what was due before it has waited for longer. A day is a working day
 * here, so that a day before Monday 10:00 is Friday 10:00; hours and less count while the company works. Around the
 * clock it is time by the clock.
 * @param at ISO 8601 UTC
 * @returns ISO 8601 UTC
 * @throws RangeError when nobody works for two months
 */
export function workingTimeBefore(at: string, duration: Duration, company: OpenHours): string {
  return company.hours ? worked(at, duration, company, -1) : before(at, duration);
}

/** The moment so much working time after `at`, by the rules of `workingTimeBefore`. */
export function workingTimeAfter(at: string, duration: Duration, company: OpenHours): string {
  return company.hours ? worked(at, duration, company, 1) : after(at, duration);
}

/** @param sign 1 goes on, -1 back */
function worked(
  at: string,
  duration: Duration,
  { timeZone, hours, isHoliday }: OpenHours,
  sign: 1 | -1,
): string {
  const { workDays, opensAt, closesAt } = hours!;
  const clock = clockIn(timeZone);
  const [first, last] = sign === 1 ? [opensAt, closesAt] : [closesAt, opensAt];
  const isWorked = (day: string) => workDays.includes(weekdayOf(day)) && !isHoliday?.(day);
  let day = clock.dayOf(Date.parse(at));
  let moment = Date.parse(at);
  const nextDay = () => {
    for (let days = 1; days <= lookAheadDays; days += 1) {
      day = dayAfter(day, sign);
      if (isWorked(day)) return void (moment = clock.at(day, first));
    }
    throw new RangeError('the policy names no working day');
  };
  const leftOfDay = () => sign * (clock.at(day, last) - moment);
  if (!isWorked(day) || leftOfDay() < 0) nextDay();
  else if (sign * (clock.at(day, first) - moment) > 0) moment = clock.at(day, first);

  if (duration.endsWith('d')) {
    const time = clock.timeOf(moment);
    for (let days = durationMs(duration) / dayMs; days > 0; days -= 1) nextDay();
    return utc(clock.at(day, time));
  }
  let left = durationMs(duration);
  while (left > leftOfDay()) {
    left -= leftOfDay();
    nextDay();
  }
  return utc(moment + sign * left);
}

function utc(ms: number): string {
  return new Date(ms).toISOString();
}

const midnight = '00:00';

/** Days whose offset from UTC a clock keeps: more than lie in a lifetime. */
const keptDays = 40_000;

/** The clock of a place, which asks for the zone once a day only: that costs far more than all the rest. */
class Clock {
  readonly #timeZone: string;
  /** in ms, of local dates; undefined where it changes within the day */
  readonly #ofLocal = new Map<string, number | undefined>();
  /** the same of dates by UTC */
  readonly #ofUtc = new Map<string, number | undefined>();

  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }

  /**
   * The moment, in ms since 1970, at which it shows a local time (`16:30`, `16:30:00`). Of a time that it shows twice,
   * at the end of summer time, the first; a time that it skips counts as if it had not.
   */
  at(day: string, time: string): number {
    const offset = kept(this.#ofLocal, day, () => {
      const start = Temporal.PlainDate.from(day).toZonedDateTime(this.#timeZone);
      // Where it skips midnight, the day begins with the change.
      const before = start.subtract({ nanoseconds: 1 });
      return ifEqual(before.offsetNanoseconds, start.add({ days: 1 }).offsetNanoseconds);
    });
    return offset === undefined
      ? Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(this.#timeZone)
          .epochMilliseconds
      : Date.parse(`${day}T${time}Z`) - offset;
  }

  dayOf(ms: number): string {
    return this.#shown(ms).slice(0, 10);
  }

  hourOf(ms: number): number {
    return Number(this.#shown(ms).slice(11, 13));
  }

  /** Of the day, to the millisecond. */
  timeOf(ms: number): string {
    return this.#shown(ms).slice(11);
  }

  /** Local, like `2026-03-24T16:30:00.000`. */
  #shown(ms: number): string {
    const offset = kept(this.#ofUtc, utc(ms).slice(0, 10), (day) => {
      const start = Temporal.Instant.from(`${day}T00:00Z`).toZonedDateTimeISO(this.#timeZone);
      return ifEqual(start.offsetNanoseconds, start.add({ hours: 24 }).offsetNanoseconds);
    });
    return utc(ms + (offset ?? this.#offsetAt(ms))).slice(0, -1);
  }

  #offsetAt(ms: number): number {
    const moment = Temporal.Instant.fromEpochMilliseconds(ms);
    return moment.toZonedDateTimeISO(this.#timeZone).offsetNanoseconds / 1e6;
  }
}

function ifEqual(offset: number, atTheEnd: number): number | undefined {
  return offset === atTheEnd ? offset / 1e6 : undefined;
}

function kept(
  offsets: Map<string, number | undefined>,
  day: string,
  offsetOf: (day: string) => number | undefined,
): number | undefined {
  if (!offsets.has(day)) {
    if (offsets.size >= keptDays) offsets.clear();
    offsets.set(day, offsetOf(day));
  }
  return offsets.get(day);
}

const clocks = new Map<string, Clock>();

/** @param timeZone IANA, like `Europe/Berlin` */
function clockIn(timeZone: string): Clock {
  let clock = clocks.get(timeZone);
  if (!clock) clocks.set(timeZone, (clock = new Clock(timeZone)));
  return clock;
}

/**
 * Gives the moment (ISO 8601 UTC) at which the clock of a place shows a local time (`2026-03-24T16:30:00`). Of a time
 * that it shows twice, at the end of summer time, the first; a time that it skips counts as if it had not.
 * @param timeZone IANA, like `Europe/Berlin`
 */
export function localClock(timeZone: string): (local: string) => string {
  const clock = clockIn(timeZone);
  return (local) => utc(clock.at(local.slice(0, 10), local.slice(11)));
}

/** Whether the working day of the policy makes sense: opens before it closes. */
export function opensBeforeCloses(hours: { opensAt: string; closesAt: string }): boolean {
  return minutes(hours.opensAt) < minutes(hours.closesAt);
}

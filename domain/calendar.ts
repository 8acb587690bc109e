import { Temporal } from 'temporal-polyfill';
import { before, durationMs, type Duration } from './duration.ts';
import type { Policy } from './policy.ts';
import type { Channel } from './words.ts';

/*
 * The only place that knows time zones. Workflows must not import it: zone data changes with Node, and a replay
 * would then come to other dates. They ask the activity `planContact` instead.
 */

const dayMs = 86_400_000;

function minutes(time: string): number {
  const [hour, minute] = time.split(':').map(Number);
  return hour! * 60 + minute!;
}

/**
 * The first moment not before `notBefore` at which the company works and, with `preferredTime` (local `HH:MM`), at
 * that time of day.
 * @param notBefore ISO 8601 UTC
 * @returns ISO 8601 UTC
 */
export function nextWorkingMoment(
  notBefore: string,
  company: { timeZone: string; hours: Policy['contact']['hours'] },
  preferredTime?: string,
): string {
  const { hours } = company;
  if (!hours && !preferredTime) return notBefore;
  const start = Temporal.Instant.from(notBefore).toZonedDateTimeISO(company.timeZone);
  const isPast = (moment: Temporal.ZonedDateTime) =>
    Temporal.ZonedDateTime.compare(start, moment) > 0;
  // A policy has at least one working day, so eight days always hold a moment.
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const day = start.add({ days: ahead }).startOfDay();
    if (hours && !hours.workDays.includes(day.dayOfWeek)) continue;
    const at = (time: string) => day.withPlainTime(Temporal.PlainTime.from(time));
    const earliest = at(preferredTime ?? hours!.opensAt);
    if (!isPast(earliest)) return utc(earliest);
    const openUntil = preferredTime ? earliest : at(hours!.closesAt);
    if (Temporal.ZonedDateTime.compare(start, openUntil) < 0) return utc(start);
  }
  throw new RangeError('the policy names no working day');
}

/**
 * The first moment not before `notBefore` for a contact: in working hours, and calls at the policy's times of day, with
 * each attempt at the next one.
 * @param contact.channel null for work that reaches no customer
 * @param contact.attempt from 1
 */
export function nextContactMoment(
  notBefore: string,
  { timeZone, contact }: Pick<Policy, 'timeZone' | 'contact'>,
  { channel, attempt }: { channel: Channel | null; attempt: number },
): string {
  const { hours, timesOfDay } = contact;
  const preferred = channel === 'phone' ? timesOfDay[(attempt - 1) % timesOfDay.length] : undefined;
  return nextWorkingMoment(notBefore, { timeZone, hours }, preferred);
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

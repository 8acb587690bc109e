import { Temporal } from 'temporal-polyfill';
import type { Policy } from './policy.ts';

/*
 * The only place that knows time zones. Workflows must not import it: zone data changes with Node, and a replay
 * would then come to other dates. They ask the activity `planContact` instead.
 */

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
  if (!hours) return notBefore;
  const start = Temporal.Instant.from(notBefore).toZonedDateTimeISO(company.timeZone);
  // A policy has at least one working day, so eight days always hold a moment.
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const day = start.add({ days: ahead }).startOfDay();
    if (!hours.workDays.includes(day.dayOfWeek)) continue;
    const at = (time: string) => day.withPlainTime(Temporal.PlainTime.from(time));
    const earliest = preferredTime ? at(preferredTime) : at(hours.opensAt);
    const closes = at(hours.closesAt);
    const moment = Temporal.ZonedDateTime.compare(start, earliest) > 0 ? start : earliest;
    const tooLate = preferredTime
      ? Temporal.ZonedDateTime.compare(start, earliest) > 0
      : Temporal.ZonedDateTime.compare(moment, closes) >= 0;
    if (tooLate) continue;
    return new Date(moment.epochMilliseconds).toISOString();
  }
  throw new RangeError('the policy names no working day');
}

/** Whether the working day of the policy makes sense: opens before it closes. */
export function opensBeforeCloses(hours: { opensAt: string; closesAt: string }): boolean {
  return minutes(hours.opensAt) < minutes(hours.closesAt);
}

import {
  clockFor,
  dayAfter,
  localDay,
  nextContactMoment,
  timeZonesOf,
  type ContactHours,
} from './calendar.ts';
import { latest } from './duration.ts';
import type { Policy } from './policy.ts';
import type { Channel } from './words.ts';

/* When a contact is due. It computes with time zones, so workflows must not import it: they ask `planContact`. */

/** What the database knows that the plan depends on. */
export type ContactSurroundings = {
  at: string;
  /** the customer's */
  timeZone: string | null;
  country: string | null;
  /** times of the customer's contacts, at least those of the last eight days */
  contacts: string[];
  /** of a local date of the company */
  isHoliday: (day: string) => boolean;
  /** how many contacts with others are planned for the hour (UTC) that begins then */
  plannedInHour: (hour: string) => number;
  /** how many calls were answered */
  answers: Answers;
};

export type Calls = { calls: number; answered: number };
export type Answers = {
  /** by all customers */
  all: (Calls & { weekday: number; hour: number })[];
  /** by this one, at their local hours */
  own: (Calls & { hour: number })[];
};

export type Planned = { dueAt: string; timeOfDay: TimeOfDay | null };

/** The time of day that a call was planned for, and what speaks for it. */
export type TimeOfDay = { time: string; answeredPercent: number; calls: number };

type Asked = {
  notBefore: string;
  /** null for work that reaches no customer */
  channel: Channel | null;
  /** from 1 */
  attempt: number;
  /** agreed with the customer to the minute: moved by nothing */
  agreed: boolean;
};

type Terms = Pick<Policy, 'timeZone' | 'contact'>;

/**
 * The first moment, from now on, at which a contact may be made: on a working day and no holiday, in the company's
 * hours and, for what disturbs, the customer's; within the limits per day and week; and in an hour for which the team
 * has room, so that what an outage has held up does not come all at once. Calls come at the time of day that promises
 * most.
 * @returns null when there is none within two months
 */
export function planOf(asked: Asked, terms: Terms, around: ContactSurroundings): Planned | null {
  const { channel, agreed } = asked;
  if (agreed) return { dueAt: asked.notBefore, timeOfDay: null };
  const hours = contactHours(channel, terms, around);
  const notBefore = latest(asked.notBefore, around.at);
  const timeOfDay =
    channel === 'phone' ? bestTimeOfDay({ ...asked, notBefore }, terms, hours, around) : null;
  const limits = channel === null ? undefined : terms.contact.limits;
  let from = notBefore;
  let time = timeOfDay?.time;
  for (;;) {
    const dueAt = nextContactMoment(from, hours, time);
    if (dueAt === null || !limits) return dueAt === null ? null : { dueAt, timeOfDay };
    const { day, nextDayAt } = localDay(dueAt, terms.timeZone);
    if (isTooMuch(day, around.contacts, limits, terms.timeZone)) {
      from = nextDayAt;
      time = timeOfDay?.time;
    } else if (around.plannedInHour(hourOf(dueAt)) >= limits.teamPerHour) {
      // The hour is full: the next one with room, whatever time of day was the best.
      from = nextHour(dueAt);
      time = undefined;
    } else return { dueAt, timeOfDay };
  }
}

/**
 * When a contact may be made, asked in the moment `around.at` in which it is to be made: that moment itself, or the next.
 * The team's room and times of day are matters of planning, and count no more.
 * @returns null when there is none within two months
 */
export function contactMoment(
  asked: Pick<Asked, 'channel' | 'agreed'>,
  { timeZone, contact }: Terms,
  around: ContactSurroundings,
): string | null {
  const terms = { timeZone, contact: { ...contact, timesOfDay: [] } };
  const once = { ...asked, notBefore: around.at, attempt: 1 };
  return planOf(once, terms, { ...around, plannedInHour: () => 0 })?.dueAt ?? null;
}

function contactHours(
  channel: Channel | null,
  { timeZone, contact }: Terms,
  around: ContactSurroundings,
): ContactHours {
  const { hours, customerHours, region } = contact;
  const company = { timeZone, hours, ...(region && { isHoliday: around.isHoliday }) };
  if (!customerHours || (channel !== 'phone' && channel !== 'visit'))
    return { company, customer: [] };
  const everyDay = { workDays: [1, 2, 3, 4, 5, 6, 7], ...customerHours };
  const possible = clocksOfCustomer(around);
  const clocks = possible.length > 0 ? possible : [timeZone];
  return { company, customer: clocks.map((zone) => ({ timeZone: zone, hours: everyDay })) };
}

type Whereabouts = Pick<ContactSurroundings, 'timeZone' | 'country'>;

/** The zones that a customer's clock may go by: of a large country all that it has. None: nobody knows. */
export function clocksOfCustomer({ timeZone, country }: Whereabouts): string[] {
  if (timeZone !== null) return [timeZone];
  return country === null ? [] : timeZonesOf(country);
}

/** The zone that a customer's clock goes by, where it is known. */
export function clockOfCustomer(customer: Whereabouts): string | null {
  const [only = null, ...more] = clocksOfCustomer(customer);
  return more.length === 0 ? only : null;
}

/** The hour of the clock, in UTC: `2026-03-24T16`. */
function hourOf(moment: string): string {
  return moment.slice(0, 13);
}

const hourMs = 3_600_000;

function nextHour(moment: string): string {
  return new Date(Math.floor(Date.parse(moment) / hourMs) * hourMs + hourMs).toISOString();
}

function isTooMuch(
  day: string,
  contacts: string[],
  { perDay, perWeek }: NonNullable<Policy['contact']['limits']>,
  timeZone: string,
): boolean {
  const days = contacts.map((at) => localDay(at, timeZone).day);
  const weekAgo = dayAfter(day, -7);
  const onDay = days.filter((other) => other === day).length;
  const inWeek = days.filter((other) => other > weekAgo && other <= day).length;
  return onDay >= perDay || inWeek >= perWeek;
}

/** So many calls the more general rate weighs against what the more special one has seen. */
const priorCalls = 4;
/** Before the first call nobody knows more than that about a third are answered. */
const priorPercent = 33;

function shrunk({ calls, answered }: Calls, priorPercent: number): number {
  return (100 * answered + priorCalls * priorPercent) / (calls + priorCalls);
}

function sum(all: Calls[]): Calls {
  return all.reduce(
    (total, one) => ({ calls: total.calls + one.calls, answered: total.answered + one.answered }),
    { calls: 0, answered: 0 },
  );
}

/**
 * Of the policy's times of day the one at which this customer will most likely answer: by the customer's own calls at
 * that hour, weighed against everybody's on that weekday at that hour, at that hour, and at all. Each rate is shrunk
 * towards the more general one (an empirical Bayes estimate). Between equals, and so when nothing is known, each attempt
 * takes the next time in the policy's order; after an attempt without an answer its own time is left out.
 */
function bestTimeOfDay(
  { notBefore, attempt }: { notBefore: string; attempt: number },
  { contact }: Terms,
  hours: ContactHours,
  { answers, contacts }: ContactSurroundings,
): TimeOfDay | null {
  const times = contact.timesOfDay;
  if (times.length === 0) return null;
  const clock = clockFor(hours);
  const turn = (attempt - 1) % times.length;
  const inTurn = [...times.slice(turn), ...times.slice(0, turn)];
  const last = attempt > 1 ? contacts.at(-1) : undefined;
  const lastHour = last === undefined ? undefined : localDay(last, clock).hour;
  const overall = shrunk(sum(answers.all), priorPercent);
  const rated = inTurn.flatMap((time) => {
    const moment = nextContactMoment(notBefore, hours, time);
    const hour = Number(time.slice(0, 2));
    const local = moment && localDay(moment, clock);
    // Where nobody works at that time of day, it is another moment that comes.
    if (!local || local.hour !== hour) return [];
    const atHour = answers.all.filter((one) => one.hour === hour);
    const onDay = sum(atHour.filter(({ weekday }) => weekday === local.weekday));
    const own = sum(answers.own.filter((one) => one.hour === hour));
    const everybodys = shrunk(onDay, shrunk(sum(atHour), overall));
    const calls = own.calls + onDay.calls;
    return { time, hour, answeredPercent: shrunk(own, everybodys), calls };
  });
  const others = rated.filter(({ hour }) => hour !== lastHour);
  const [best] = (others.length > 0 ? others : rated).toSorted(
    (a, b) => b.answeredPercent - a.answeredPercent,
  );
  if (!best) return null;
  const { time, calls } = best;
  return { time, answeredPercent: Math.round(best.answeredPercent), calls };
}

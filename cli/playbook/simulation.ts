import { planOf as plannedContact } from '../../domain/contact-plan.ts';
import { after, times, type Duration } from '../../domain/duration.ts';
import { begun, planOf, settled, type MeasurePlan } from '../../domain/measure-plan.ts';
import {
  measureResults,
  type Measure,
  type MeasureKind,
  type MeasureResult,
  type Playbook,
} from '../../domain/playbooks.ts';
import type { Policy } from '../../domain/policy.ts';
import { channelOfMeasure, isCall, taskTypeOfMeasure } from '../../domain/tasks.ts';
import type { Channel } from '../../domain/words.ts';

type Terms = Pick<Policy, 'timeZone' | 'contact' | 'playbookDay' | 'measures'>;

/** A measure as it would go, and what its results lead to. Moments are ISO 8601 UTC. */
export type SimulatedMeasure = {
  measureId: string;
  /** what is done: the measure itself, or what its playbook has instead */
  kind: MeasureKind;
  queue: string | null;
  /** when it would be due: several attempts of a call, else one */
  dueAt: string[];
  results: { result: MeasureResult; at: string; then: SimulatedMeasure | null }[];
};

/** Walks stop here: a playbook of many results has more ways than anybody reads. */
const measuresAtMost = 2_000;

/**
 * Walks a playbook through its possible results, from the moment at which its measures begin. Each is answered as soon
 * as it is due, except for the two in which nobody does: a call that reaches nobody, and work that is not done.
 * @param refused channels by which the customer does not want to hear from us
 * @returns the first measure; null when the walk is too long to be told
 */
export function simulated(
  playbook: Pick<Playbook, 'measures'>,
  {
    terms,
    at,
    refused,
    isHoliday = () => false,
  }: {
    terms: Terms;
    at: string;
    refused: readonly Channel[];
    /** of a local date of the company */
    isHoliday?: (day: string) => boolean;
  },
): SimulatedMeasure | null {
  let measures = 0;
  const walk = (plan: MeasurePlan, from: string): SimulatedMeasure | null => {
    const next = begun(plan);
    if (!next) return null;
    measures += 1;
    if (measures > measuresAtMost) throw new RangeError('too many ways');
    const { id: measureId, afterDays, instead } = next.measure;
    const isRefused = ({ kind }: Doing) => {
      const channel = channelOfMeasure(kind);
      return channel !== null && refused.includes(channel);
    };
    const doing = isRefused(next.measure) && instead ? { ...instead, afterDays } : next.measure;
    const ways = isRefused(doing)
      ? notPermitted(from)
      : waysOf(doing, from, { ...terms, isHoliday });
    // Whether an offer may be made is asked when its measure begins, before anybody is.
    const ends =
      next.measure.kind === 'offer'
        ? [...ways.ends, { result: 'not-eligible' as const, at: from }]
        : ways.ends;
    const { kind, queue = null } = doing;
    return {
      ...{ measureId, kind, queue, dueAt: ways.dueAt },
      results: ends.map(({ result, at }) => ({
        ...{ result, at },
        then: walk(settled(next.plan, measureId, result), at),
      })),
    };
  };
  try {
    return walk(planOf(playbook), at);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

type Doing = Omit<Measure, 'instead' | 'on'>;
type Ways = { dueAt: string[]; ends: { result: MeasureResult; at: string }[] };

function notPermitted(at: string): Ways {
  return { dueAt: [], ends: [{ result: 'not-permitted', at }] };
}

function waysOf(
  measure: Doing,
  from: string,
  terms: Terms & { isHoliday: (day: string) => boolean },
): Ways {
  const type = taskTypeOfMeasure[measure.kind];
  const days = (count: number): Duration => times(terms.playbookDay, count);
  const moment = (notBefore: string, attempt: number) => {
    const asked = { notBefore, attempt, channel: channelOfMeasure(measure.kind), agreed: false };
    const plan = plannedContact(asked, terms, {
      ...{ at: notBefore, timeZone: null, country: null, contacts: [] },
      ...{ isHoliday: terms.isHoliday, plannedInHour: () => 0, answers: { all: [], own: [] } },
    });
    if (!plan) throw new RangeError('no moment for a contact');
    return plan.dueAt;
  };
  const { call, window } = terms.measures;
  const results: readonly MeasureResult[] = measureResults[measure.kind];
  const first = moment(after(from, days(measure.afterDays)), 1);
  if (type === null || !isCall(type)) {
    const silent = after(first, measure.windowDays ? days(measure.windowDays) : window);
    return {
      dueAt: [first],
      ends: results
        .filter((result) => result !== 'not-permitted')
        .map((result) => ({ result, at: result === 'not-done' ? silent : first })),
    };
  }
  const dueAt = [first];
  const pauses = measure.retryAfterDays?.map(days) ?? call.retryAfter;
  const attempts = measure.attempts ?? call.attempts;
  for (let attempt = 2; attempt <= attempts; attempt += 1) {
    const pause = pauses[Math.min(attempt - 1, pauses.length) - 1]!;
    dueAt.push(moment(after(dueAt.at(-1)!, pause), attempt));
  }
  return {
    dueAt,
    ends: [
      { result: 'accepted', at: first },
      { result: 'refused', at: first },
      { result: 'not-reached', at: dueAt.at(-1)! },
    ],
  };
}

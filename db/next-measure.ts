import { after, latest, earliest, times } from '../domain/duration.ts';
import type { Next } from '../domain/consequences.ts';
import { layersOf, mostReliable } from '../domain/causes.ts';
import {
  begun,
  planOf,
  settled,
  type MeasurePlan,
  type PlannedMeasure,
} from '../domain/measure-plan.ts';
import { choosePlaybook, type MeasureResult, type Playbook } from '../domain/playbooks.ts';
import { standardPolicy } from '../domain/standard-policy.ts';
import { channelOf, channelOfMeasure, isCall, taskTypeOfMeasure } from '../domain/tasks.ts';
import type { Cause, Channel, CustomerKind } from '../domain/words.ts';
import type { Db } from './connection.ts';
import { foreseen, isUrgent, type Foretold } from './foretold.ts';
import { proposeOfferIn } from './offers.ts';

/*
 * What the steps of a workflow (workflows/steps/measures.ts and offers.ts) will do next, foretold from what the database
 * shows. Whatever it writes is taken back by its caller.
 */

type Doing = NonNullable<PlannedMeasure['instead']> & Pick<PlannedMeasure, 'id' | 'afterDays'>;

/** What a playbook is chosen by, beside the case. */
export type Choice = { playbooks: Playbook[]; customerKind: CustomerKind | null };

/**
 * What the measures begin with, by the playbook that the case will have.
 * @param told a cause that the customer tells now
 */
export function firstMeasure(
  tx: Db,
  case_: Foretold,
  { playbooks, customerKind }: Choice,
  told?: Cause,
): Next {
  const { policy } = case_;
  const record = told ? { ...case_.record, assessedCause: told } : case_.record;
  const { trigger, triggerDetail } = record;
  const cause = mostReliable(layersOf(record)) ?? 'unknown';
  const [decision, tier] = [record.decision!, record.tier!];
  const to = { trigger, triggerDetail, decision, cause, tier, customerKind };
  const choice = choosePlaybook(playbooks, to);
  const step = 'measures';
  if (!choice) return observation(case_);
  // One of them is drawn by lot.
  if (policy.optimisation && choice.equals.length > 1) return { kind: 'step', step };
  const plan = planOf(choice.playbook);
  const next = nextIn(tx, { ...case_, record: { ...record, plan } }, plan);
  return next.kind === 'observation' ? next : { ...next, step };
}

/** What follows in the plan when a measure comes to this result. */
export function afterMeasure(
  tx: Db,
  case_: Foretold,
  measureId: string,
  result: MeasureResult,
): Next {
  const plan = case_.record.plan!;
  const measure = plan.find(({ id }) => id === measureId)!;
  const instead = result === 'not-permitted' && insteadOf(tx, case_, measure);
  return instead || nextIn(tx, case_, settled(plan, measureId, result));
}

/** What follows when a manager lets us make an offer, or not. */
export function afterApproval(
  tx: Db,
  case_: Foretold,
  measureId: string,
  { offerId, approved }: { offerId: string; approved: boolean },
): Next {
  const plan = case_.record.plan!;
  const measure = plan.find(({ id }) => id === measureId)!;
  const decided = { offerId, decision: approved ? 'approved' : 'refused' } as const;
  const next = beginning(tx, case_, measure, decided);
  return typeof next === 'string' ? nextIn(tx, case_, settled(plan, measureId, next)) : next;
}

function nextIn(tx: Db, case_: Foretold, from: MeasurePlan): Next {
  for (let plan = from; ;) {
    const next = begun(plan);
    if (!next) return observation(case_);
    const begins = beginning(tx, case_, next.measure);
    if (typeof begins !== 'string') return begins;
    plan = settled(next.plan, next.measure.id, begins);
  }
}

/** What follows when no measure is left. */
export function observation({ record, policy, at }: Foretold): Next & { dueAt: string } {
  const from = latest(at, record.effectiveAt ?? at);
  return { kind: 'observation', dueAt: after(from, policy.successControl.observation) };
}

/** How a measure begins, or the result to which it comes at once. */
function beginning(
  tx: Db,
  case_: Foretold,
  measure: PlannedMeasure,
  decided?: { offerId: string; decision: 'approved' | 'refused' },
): Next | MeasureResult {
  if (measure.kind === 'offer') {
    const offered = offering(tx, case_, measure, decided);
    if (offered !== 'allowed') return offered;
  }
  const { instead: _, ...doing } = measure;
  const done = doingOf(tx, case_, doing);
  return done === 'not-permitted' ? (insteadOf(tx, case_, measure) ?? done) : done;
}

function insteadOf(tx: Db, case_: Foretold, { id, instead }: PlannedMeasure): Next | undefined {
  const done = instead && doingOf(tx, case_, { ...instead, id, afterDays: 0 });
  return typeof done === 'string' ? undefined : done;
}

function doingOf(
  tx: Db,
  case_: Foretold,
  { id, kind, afterDays }: Doing,
): Next | 'not-permitted' | 'not-reached' {
  const { record, policy, at } = case_;
  const type = taskTypeOfMeasure[kind];
  const phones = type !== null && isCall(type);
  if (phones && case_.wrongNumber) return 'not-reached';
  const urgent = isUrgent(case_);
  const ordinary = after(at, times(policy.playbookDay, afterDays));
  const isFirst = record.plan?.[0]?.id === id;
  const soon = after(at, policy.measures.urgentWithin);
  const { dueAt, permitted } = foreseen(tx, case_, {
    channel: type === null ? 'email' : channelOf(type),
    notBefore: urgent && isFirst ? earliest(ordinary, soon) : ordinary,
    atAnyTime: phones && urgent,
  });
  if (!permitted) return 'not-permitted';
  return type === null ? { kind: 'mail', dueAt } : { kind: 'task', type, dueAt };
}

/** Whether the offer of a measure, or one in its place, may be made, or a manager is asked. */
function offering(
  tx: Db,
  { record, policy, at }: Foretold,
  measure: PlannedMeasure,
  decided?: { offerId: string; decision: 'approved' | 'refused' },
): 'allowed' | Next | MeasureResult {
  const { instead, id: measureId, cost = 0, concession = '' } = measure;
  const kinds = [measure.kind, ...(instead ? [instead.kind] : [])];
  const channels: Channel[] = kinds.flatMap((kind) => channelOfMeasure(kind) ?? []);
  const { caseId, customerId, trigger, tier, secondLifetimeValue, plan } = record;
  const refusedMeasures = plan!.filter(({ result }) => result === 'refused').map(({ id }) => id);
  const judge = (offerId: string, approved: boolean) =>
    proposeOfferIn(
      tx,
      {
        ...{ caseId, customerId, measureId, trigger, tier: tier!, cost, offerId, approved },
        ...{ secondLifetimeValue: secondLifetimeValue!, channels, refusedMeasures },
        cause: mostReliable(layersOf(record)) ?? 'unknown',
        limits: policy.offers ?? standardPolicy.offers,
      },
      at,
    );
  const tried: string[] = [];
  for (let offerId: string | null = decided?.offerId ?? concession; offerId !== null;) {
    if (tried.includes(offerId)) break;
    tried.push(offerId);
    const decision = decided?.offerId === offerId ? decided.decision : undefined;
    const answer = judge(offerId, decision === 'approved');
    if (answer.kind === 'not-permitted') return 'not-permitted';
    if (answer.kind === 'allowed') return 'allowed';
    if (answer.kind === 'approval' && decision === undefined) {
      return { kind: 'task', type: 'approve-offer', dueAt: at };
    }
    offerId = answer.fallback;
  }
  return 'not-eligible';
}

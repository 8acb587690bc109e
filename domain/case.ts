import { decisionReasons, type DecisionReason } from './identification.ts';
import type { MeasurePlan } from './measure-plan.ts';
import type { VersionedPolicy } from './policy.ts';
import type { SilentLoss, TriggerDetail } from './silent-loss.ts';
import type { TaskResult, TaskType } from './tasks.ts';
import type { TimelineEntry } from './timeline.ts';
import type {
  CaseStatus,
  Cause,
  Decision,
  Outcome,
  Step,
  TaskStatus,
  Tier,
  Trigger,
} from './words.ts';

/** What a case is opened with; the input of its workflow. */
export type CaseOpening = {
  caseId: string;
  customerId: string;
  episode: number;
  trigger: Trigger;
  triggerDetail: TriggerDetail | null;
  /** why a scan holds the customer for lost */
  silentLoss: SilentLoss | null;
  openedAt: string;
  /** what the customer gave as the reason, as far as it is one of our causes */
  statedCause: Cause | null;
  /** when a cancellation takes effect */
  effectiveAt: string | null;
  /** where this run's timeline begins: 1, or after the story so far when a lost workflow is begun again */
  firstSeq: number;
  policy: VersionedPolicy;
};

/** Why a case ended as it did, beside its outcome. */
export const endReasons = [
  ...decisionReasons,
  'objection',
  'death',
  'do-not-contact',
  'observation-over',
  'bought-again',
  'stayed',
  'no-second-purchase',
  'cancelled-again',
  'cancelled',
  'manager-closed',
  'was-not-lost',
  'ended-outside',
] as const;
export type EndReason = (typeof endReasons)[number];

/** Where a case stands, as its workflow knows it and the database shows it. */
export type CaseState = {
  status: CaseStatus;
  step: Step;
  outcome: Outcome | null;
  endReason: EndReason | null;
  closedAt: string | null;
  /** when a timer or a task of this case is due next */
  nextDueAt: string | null;
  pausedUntil: string | null;
  tier: Tier | null;
  secondLifetimeValue: number | null;
  /** of the effort that promises most, minor units; left out by workflows from before there was one */
  expectedGain?: number | null;
  decision: Decision | null;
  decisionReason: DecisionReason | null;
  controlGroup: boolean;
  statedCause: Cause | null;
  assessedCause: Cause | null;
  verifiedCause: Cause | null;
  playbook: { playbookId: string; version: number } | null;
  /** the playbook's measures as far as they have come, tailored to this case */
  plan: MeasurePlan | null;
  /** a person of ours spoke with the customer, or a letter went out */
  contacted: boolean;
  regainedAt: string | null;
  regainedBy: 'purchase' | 'cancellation-withdrawn' | null;
  /** revenue since and with the return, minor units */
  regainedAmount: number;
  /** what granted concessions cost, minor units */
  concessionCost: number;
  satisfactionScore: number | null;
};

export function stateAtOpening(statedCause: Cause | null): CaseState {
  return {
    status: 'open',
    step: 'identification',
    outcome: null,
    endReason: null,
    closedAt: null,
    nextDueAt: null,
    pausedUntil: null,
    tier: null,
    secondLifetimeValue: null,
    expectedGain: null,
    decision: null,
    decisionReason: null,
    controlGroup: false,
    statedCause,
    assessedCause: null,
    verifiedCause: null,
    playbook: null,
    plan: null,
    contacted: false,
    regainedAt: null,
    regainedBy: null,
    regainedAmount: 0,
    concessionCost: 0,
    satisfactionScore: null,
  };
}

export const taskCloseReasons = [
  'purchase',
  'cancellation-withdrawn',
  'cancellation',
  'objection',
  'death',
  'do-not-contact',
  'manager-closed',
  'deadline',
  'permission-withdrawn',
  'case-closed',
  /** of preventive tasks: the loss has come, and its case goes on from here */
  'case-opened',
  'complaint-answered',
  /** the withdrawal that it was about is over */
  'permission-given',
  /** an agent took its measure out of the plan, or another version of the playbook has it no more */
  'skipped',
  /** the case went another way before Temporal had stored that the task was opened */
  'discarded',
] as const;
export type TaskCloseReason = (typeof taskCloseReasons)[number];

/** A task as its workflow knows it. Who does it is a fact of the database alone. */
export type TaskState = {
  taskId: string;
  type: TaskType;
  step: Step;
  /** of the case's plan, for a task that carries out a measure */
  measureId: string | null;
  /** that it makes, or asks a manager to approve; left out by workflows from before tasks named it */
  offerId?: string | null;
  /** who does it, where that is not the recovery team */
  queue: string | null;
  status: TaskStatus;
  /** which attempt at the same contact this is, from 1 */
  attempt: number;
  createdAt: string;
  dueAt: string;
  /** when silence gets its meaning */
  deadlineAt: string;
  /** agreed with the customer to the minute */
  agreed: boolean;
  closedAt: string | null;
  closeReason: TaskCloseReason | null;
  /** the command that brought the result; the database holds the result's free text under it */
  commandId: string | null;
  result: TaskResult | null;
};

/**
 * The whole visible state of a case at one revision, written to the database as it is. A projection that belongs to
 * an attempt which Temporal then discarded is overwritten by the next one: see docs/decisions/0002-projection.md.
 */
export type CaseProjection = {
  /** so that a database which has lost the case, or is an old copy, gets it back */
  opening: Omit<CaseOpening, 'policy'> & { policyVersion: string };
  /** grows with every write; an older one never overwrites a newer one */
  revision: number;
  /** events in the workflow's history when the workflow task began that writes this: more later, once it is stored */
  historyLength: number;
  /** when the write before this one was made: tasks begun since, but not named here, were never really opened */
  since: string;
  /** timeline entries with smaller numbers stand for ever: Temporal has stored the workflow tasks that told them */
  finalBefore: number;
  state: CaseState;
  /** every open task, and those closed since the last revision */
  tasks: TaskState[];
  /** entries since the last revision, numbered without gaps from `firstSeq` */
  timeline: { firstSeq: number; entries: TimelineEntry[] };
  /** on closing: the new loss that begins the next episode */
  nextLoss: { cause: Cause | null; effectiveAt: string | null; at: string } | null;
};

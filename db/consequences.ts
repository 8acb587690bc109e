import { randomUUID } from 'node:crypto';
import { afterCall, rhythmOfMeasure } from '../domain/call-rhythm.ts';
import { layersOf, mostReliable } from '../domain/causes.ts';
import type { Consequence, Next } from '../domain/consequences.ts';
import { after, earliest, latest } from '../domain/duration.ts';
import type { MeasureResult } from '../domain/playbooks.ts';
import type { CallRhythm, Policy } from '../domain/policy.ts';
import type { TaskRecord, TimelineRecord } from '../domain/records.ts';
import {
  codedResult,
  isCall,
  taskTypeOfMeasure,
  taskTypes,
  type TaskResult,
} from '../domain/tasks.ts';
import type { Cause, Decision } from '../domain/words.ts';
import { getCase } from './cases.ts';
import { timelineOf } from './case-timeline.ts';
import { dry, type Db } from './connection.ts';
import { noteContact, policyOfCase } from './contacts.ts';
import { getCustomer } from './customers.ts';
import { foreseen, isUrgent, type Foretold } from './foretold.ts';
import { mailsOver, nextCare } from './next-care.ts';
import {
  afterApproval,
  afterMeasure,
  firstMeasure,
  observation,
  type Choice,
} from './next-measure.ts';
import { currentPlaybooks } from './playbooks.ts';
import { listTasks } from './tasks.ts';

/** What a customer may have said and agreed to already. */
export type Said = {
  callbackAt?: string | undefined;
  recontactAt?: string | undefined;
  cause?: Cause | undefined;
};

type Known = Foretold &
  Choice & { task: TaskRecord; tasks: TaskRecord[]; timeline: TimelineRecord[] };

/**
 * What every outcome of an open task leads to and when, if it came now: by the rules by which the case's workflow goes
 * on, and with the contact that it tells of counted. Nothing is planned or written.
 */
export async function consequencesOf(
  db: Db,
  task: TaskRecord,
  said: Said,
  now: Now,
): Promise<Consequence[]> {
  const outcomes: readonly string[] = taskTypes[task.type].result.outcome.values;
  const { caseId } = task;
  const record = caseId === null ? undefined : await getCase(db, caseId);
  const policy = policyOfCase(db, caseId);
  if (!record || !policy) return outcomes.map((outcome) => withoutCase(task, outcome, said, now));
  const { at } = now;
  const timeline = await timelineOf(db, record.caseId);
  const { items: tasks } = await listTasks(db, { caseId: record.caseId }, { limit: 500 });
  const wrongNumber = timeline.some(
    ({ code, data }) => code === 'gave-up' && data['reason'] === 'wrong-number',
  );
  const { kind: customerKind } = (await getCustomer(db, record.customerId))!;
  const choice = { playbooks: await currentPlaybooks(db), customerKind };
  const known: Known = { record, policy, at, wrongNumber, task, tasks, timeline, ...choice };
  return dry(db, (tx) =>
    outcomes.map((outcome) => dry(tx, () => ofOutcome(tx, known, outcome, said))),
  );
}

type Now = {
  at: string;
  /** of tasks without a case */
  policy: Pick<Policy, 'rescheduleAtMost'>;
};

/** Preventive tasks, and those about a mail (`db/prevention.ts`). */
function withoutCase(
  { type }: TaskRecord,
  outcome: string,
  { callbackAt }: Said,
  { at, policy }: Now,
): Consequence {
  const nothing = { outcome, gaveUp: null, also: [] };
  if (outcome === 'send-again') return { ...nothing, next: { kind: 'mail' } };
  if (outcome !== 'callback') return { ...nothing, next: { kind: 'nothing' } };
  const dueAt = callbackAt && latest(new Date(callbackAt).toISOString(), at);
  if (dueAt && dueAt > after(at, policy.rescheduleAtMost)) {
    return { ...nothing, gaveUp: 'too-far', next: { kind: 'nothing' } };
  }
  return { ...nothing, next: { kind: 'again', type, agreed: true, ...(dueAt && { dueAt }) } };
}

function ofOutcome(tx: Db, known: Known, outcome: string, said: Said): Consequence {
  const { task, policy, at } = known;
  const { type } = task;
  noteContact(tx, task, { commandId: randomUUID(), outcome, at }, policy);
  if (outcome === 'do-not-contact') {
    const next = { kind: 'closed', caseOutcome: 'stopped' } as const;
    return { outcome, gaveUp: null, next, also: [] };
  }
  if (!isCall(type))
    return { outcome, gaveUp: null, next: afterWork(tx, known, outcome), also: [] };
  const rhythm = rhythmOf(known);
  const wish = outcome === 'callback' ? said.callbackAt : said.recontactAt;
  const isOpen = (outcome === 'callback' || outcome === 'not-now') && wish === undefined;
  const wished = isOpen ? at : wish;
  const result = codedResult(type, {
    outcome,
    ...(outcome === 'callback' && { callbackAt: wished }),
    ...(outcome === 'not-now' && { recontactAt: wished }),
  });
  const progress = { attempt: task.attempt, postponements: postponementsOf(known) };
  const then = afterCall(progress, rhythm, result, at);
  if (then.kind === 'again' && then.agreed === 'too-late') {
    return { outcome, gaveUp: 'agreed-later', next: untilAgreed(tx, known, result), also: [] };
  }
  if (then.kind === 'again') {
    const next: Next = { kind: 'again', type, attempt: then.attempt, attempts: rhythm.attempts };
    if (isOpen)
      return { outcome, gaveUp: null, next: { ...next, agreed: outcome === 'callback' }, also: [] };
    const own = then.agreed === 'as-wished';
    const { notBefore, attempt } = then;
    const plan = foreseen(tx, known, { channel: 'phone', notBefore, attempt, agreed: own });
    if (plan.permitted) {
      return { outcome, gaveUp: null, next: { ...next, dueAt: plan.dueAt, agreed: own }, also: [] };
    }
    return {
      outcome,
      gaveUp: 'not-permitted',
      next: afterRun(tx, known, 'not-permitted'),
      also: [],
    };
  }
  if (then.kind === 'gave-up') {
    const wrongNumber = known.wrongNumber || then.reason === 'wrong-number';
    const next = afterRun(tx, { ...known, wrongNumber }, 'not-reached');
    return { outcome, gaveUp: then.reason, next, also: [] };
  }
  return {
    outcome,
    gaveUp: null,
    next: afterTalk(tx, known, outcome, said),
    also: beside(tx, known, outcome),
  };
}

function rhythmOf({ task, record, policy }: Known): CallRhythm {
  const { type, step, measureId } = task;
  if (step === 'cause-analysis') return policy.causeAnalysis.call;
  if (step === 'second-loyalty') return policy.secondLoyalty.call;
  const measure = record.plan?.find(({ id }) => id === measureId);
  const doing = [measure, measure?.instead].find(
    (one) => one !== undefined && taskTypeOfMeasure[one.kind] === type,
  );
  return rhythmOfMeasure(doing ?? {}, policy);
}

/** When the attempts at such calls ended in this case: somebody spoke with the customer, or they were given up. */
function endsOf({ tasks, timeline, task }: Known, type: string): string[] {
  const goesOn = ['no-answer', 'callback', 'not-now', 'wrong-number'];
  const spoke = tasks.filter(
    (one) =>
      one.type === type &&
      one.status === 'done' &&
      one.taskId !== task.taskId &&
      !goesOn.includes(String(one.result?.['outcome'])),
  );
  const over = timeline.filter(
    ({ code, data }) =>
      (code === 'gave-up' || code === 'contact-not-permitted') && data['type'] === type,
  );
  return [...spoke.map(({ closedAt }) => closedAt!), ...over.map(({ at }) => at)];
}

/** How often the customer has put off the call that the task is an attempt at. */
function postponementsOf(known: Known): number {
  const { type, measureId } = known.task;
  const since = endsOf(known, type).reduce(latest, '');
  return known.tasks.filter(
    (one) =>
      one.type === type &&
      one.measureId === measureId &&
      ['callback', 'not-now'].includes(String(one.result?.['outcome'])) &&
      one.closedAt! > since,
  ).length;
}

/** What follows when the customer was spoken to. */
function afterTalk(tx: Db, known: Known, outcome: string, { cause }: Said): Next {
  if (outcome !== 'answered' || known.task.type !== 'cause-call') {
    return afterRun(tx, known, outcome === 'accepted' ? 'accepted' : 'refused');
  }
  return cause ? firstMeasure(tx, known, known, cause) : { kind: 'step', step: 'measures' };
}

/** What follows when the attempts at a call are over. */
function afterRun(
  tx: Db,
  known: Known,
  result: 'accepted' | 'refused' | 'not-reached' | 'not-permitted',
): Next {
  const { task } = known;
  if (task.step === 'measures') return afterMeasure(tx, known, task.measureId!, result);
  if (task.step === 'cause-analysis') return firstMeasure(tx, known, known);
  const beside = known.tasks.filter(
    (one) => one.status === 'open' && one.taskId !== task.taskId && isCall(one.type),
  );
  return nextCare(tx, known, beside, (type) => {
    const ends = endsOf(known, type === 'satisfaction-mail' ? 'email' : type);
    const since = ends.filter((at) => at >= known.record.regainedAt!).length;
    if (type === 'satisfaction-mail') return since + mailsOver(known.timeline);
    return since + [task, ...beside].filter((one) => one.type === type).length;
  });
}

/** What follows when the customer is called again only by the next case. */
function untilAgreed(tx: Db, known: Known, { recontactAt }: TaskResult): Next {
  if (known.task.step === 'second-loyalty') return afterRun(tx, known, 'not-reached');
  const { dueAt } = observation(known);
  return { kind: 'observation', dueAt: earliest(dueAt, recontactAt!) };
}

function afterWork(tx: Db, known: Known, outcome: string): Next {
  const { task } = known;
  switch (task.type) {
    case 'decide-pursuit':
      return afterDecision(tx, known, outcome);
    case 'approve-offer': {
      const decision = { offerId: task.offerId!, approved: outcome === 'approved' };
      return afterApproval(tx, known, task.measureId!, decision);
    }
    case 'make-up':
      return { kind: 'nothing' };
    default:
      return afterMeasure(tx, known, task.measureId!, outcome as MeasureResult);
  }
}

/** As far as the case is not drawn into the control group, which is not to weigh on the decision. */
function afterDecision(tx: Db, known: Known, outcome: string): Next {
  if (outcome === 'do-not-pursue') return { kind: 'closed', caseOutcome: 'not-pursued' };
  const decided = { ...known, record: { ...known.record, decision: outcome as Decision } };
  const { record, policy, at } = decided;
  if (outcome === 'pursue-light' || mostReliable(layersOf(record)) !== null) {
    return firstMeasure(tx, decided, decided);
  }
  const urgent = isUrgent(known);
  const ordinary = after(at, policy.causeAnalysis.call.firstAfter);
  const { dueAt, permitted } = foreseen(tx, known, {
    channel: 'phone',
    notBefore: urgent ? earliest(ordinary, after(at, policy.measures.urgentWithin)) : ordinary,
    atAnyTime: urgent,
  });
  return permitted
    ? { kind: 'task', type: 'cause-call', dueAt }
    : firstMeasure(tx, decided, decided);
}

/** What an after-care call brings about by what the customer has said. */
function beside(tx: Db, known: Known, outcome: string): Consequence['also'] {
  const { task, policy, at } = known;
  const { referralFromScore, referralAfter, makeUpToScore } = policy.secondLoyalty;
  const makeUp = (): Next => {
    const { dueAt } = foreseen(tx, known, { channel: null, notBefore: at });
    return { kind: 'task', type: 'make-up', dueAt };
  };
  if (task.type === 'aftercare-call' && outcome === 'reached') {
    return [{ oldCause: 'still-there', next: makeUp() }];
  }
  if (task.type !== 'satisfaction-call' || outcome !== 'answered') return [];
  const notBefore = after(at, referralAfter);
  const { dueAt, permitted } = foreseen(tx, known, { channel: 'phone', notBefore });
  const also: Consequence['also'] = [];
  if (permitted && !isAskedForReferral(known)) {
    const next: Next = { kind: 'task', type: 'referral-call', dueAt };
    also.push({ score: { from: referralFromScore, to: 10 }, next });
  }
  if (makeUpToScore !== undefined) {
    also.push({ score: { from: 0, to: makeUpToScore }, next: makeUp() });
  }
  return also;
}

/** The customer has answered, or somebody is to ask. */
function isAskedForReferral({ tasks }: Known): boolean {
  return tasks.some(
    ({ type, status, result }) =>
      type === 'referral-call' &&
      (status === 'open' || ['accepted', 'refused'].includes(String(result?.['outcome']))),
  );
}

import type { Measure, MeasureResult, Playbook } from './playbooks.ts';
import { taskTypeOfMeasure, type TaskType } from './tasks.ts';

export const planStatuses = ['planned', 'current', 'done', 'skipped'] as const;
export type PlanStatus = (typeof planStatuses)[number];

/** A measure in the plan of one case, under the ID that its tasks name. What to say stays in the database. */
export type PlannedMeasure = Measure & {
  id: string;
  status: PlanStatus;
  result: MeasureResult | null;
  /** somebody put it there in this case: a result that leads further on does not pass over it */
  tailored?: true;
};

/** The measures of one case in the order in which they are carried out. */
export type MeasurePlan = PlannedMeasure[];

/** What an agent changes in the plan of their case. */
export type Tailoring =
  /** of a measure that is planned or just being carried out */
  | { kind: 'skip'; measureId: string }
  /** `next`, or after all others */
  | { kind: 'add'; measure: Measure; position: 'next' | 'last' }
  /** of one that is over: once more, next */
  | { kind: 'repeat'; measureId: string }
  /** without its wait, next; the current one as soon as it may be done. `dueAt` was sent for a while: not before that */
  | { kind: 'bring-forward'; measureId: string; dueAt?: string };

/** A plan holds no more than this, however often it is tailored. */
const measuresAtMost = 50;

/** The ID of a playbook's measure: its own, or one made from its kind and place. */
export function measureIdOf({ id, kind }: Measure, place: number): string {
  return id ?? `${kind}-${place + 1}`;
}

export function planOf({ measures }: Pick<Playbook, 'measures'>): MeasurePlan {
  return measures.map((measure, place) => planned(measure, measureIdOf(measure, place)));
}

function planned(measure: Measure, id: string): PlannedMeasure {
  return { ...withoutContent(measure), id, status: 'planned', result: null };
}

/** What a workflow may carry of a measure. */
export function withoutContent(measure: Measure): Measure {
  const { content: _, ...rest } = measure;
  if (!rest.instead) return rest;
  const { content: __, ...instead } = rest.instead;
  return { ...rest, instead };
}

/** The plan with its next measure begun, and that measure; undefined when none is left. */
export function begun(
  plan: MeasurePlan,
): { plan: MeasurePlan; measure: PlannedMeasure } | undefined {
  const next = plan.find(({ status }) => status === 'planned');
  if (!next) return undefined;
  const measure: PlannedMeasure = { ...next, status: 'current' };
  return { plan: plan.map((one) => (one === next ? measure : one)), measure };
}

/** The plan after a measure has come to a result. One that is not current any more, by tailoring, stays as it is. */
export function settled(plan: MeasurePlan, measureId: string, result: MeasureResult): MeasurePlan {
  const place = plan.findIndex(({ id, status }) => id === measureId && status === 'current');
  if (place < 0) return plan;
  const leadsTo = plan[place]!.on?.[result] ?? (result === 'accepted' ? 'end' : 'next');
  const target = plan.findIndex(({ id }, at) => at > place && id === leadsTo);
  // A measure that was taken out of the plan leads on to what follows it.
  const skipTo = leadsTo === 'end' ? plan.length : Math.max(target, place + 1);
  return plan.map((one, at) => {
    if (at === place) return { ...one, status: 'done', result };
    const isPassed = at < skipTo && (leadsTo === 'end' || !one.tailored);
    return one.status === 'planned' && isPassed ? { ...one, status: 'skipped' } : one;
  });
}

/** The tailored plan; undefined when the plan does not hold what the change is about, or nothing can be changed. */
export function tailored(plan: MeasurePlan, change: Tailoring): MeasurePlan | undefined {
  if (change.kind === 'add') {
    const place = change.position === 'last' ? plan.length : next(plan);
    const id = freeId(plan, change.measure.id ?? change.measure.kind);
    return inserted(plan, { ...planned(change.measure, id), tailored: true }, place);
  }
  const measure = plan.find(({ id }) => id === change.measureId);
  if (!measure) return undefined;
  const others = plan.filter((one) => one !== measure);
  const { status } = measure;
  const isAhead = status === 'planned' || status === 'current';
  switch (change.kind) {
    case 'skip':
      return isAhead
        ? plan.map((one) => (one === measure ? { ...one, status: 'skipped' } : one))
        : undefined;
    case 'repeat': {
      if (isAhead) return undefined;
      const again = planned(measure, freeId(plan, measure.id));
      return inserted(plan, { ...again, afterDays: 0, tailored: true }, next(plan));
    }
    case 'bring-forward':
      if (status === 'current') return plan;
      return status === 'planned'
        ? inserted(others, { ...measure, afterDays: 0, tailored: true }, next(others))
        : undefined;
  }
}

/**
 * The plan as another version of its playbook has it: what is over, what is just being carried out and what somebody
 * put there in this case stays, then come the version's other measures. The current one is skipped if the version has
 * none of that ID and kind.
 */
export function replaced(plan: MeasurePlan, version: Pick<Playbook, 'measures'>): MeasurePlan {
  const own = plan.filter(({ status, tailored }) => status === 'planned' && tailored);
  const others = plan.filter((one) => !own.includes(one));
  const known = own.map(({ id }) => id);
  const wanted = planOf(version).filter(({ id }) => !known.includes(id));
  return withVersion(others, wanted, own);
}

/** As it was when cases lost what was their own. */
export function replacedWhole(plan: MeasurePlan, version: Pick<Playbook, 'measures'>): MeasurePlan {
  return withVersion(plan, planOf(version), []);
}

function withVersion(plan: MeasurePlan, wanted: MeasurePlan, own: MeasurePlan): MeasurePlan {
  const stays = plan
    .filter(({ status }) => status !== 'planned')
    .map((one) => {
      const gone = !wanted.some(({ id, kind }) => id === one.id && kind === one.kind);
      return one.status === 'current' && gone ? { ...one, status: 'skipped' as const } : one;
    });
  const ahead = wanted.flatMap((one) => {
    const known = stays.find(({ id }) => id === one.id);
    if (!known) return [one];
    // Under the same ID it is something else now.
    const isOther = known.status === 'skipped' && known.kind !== one.kind;
    return isOther ? [{ ...one, id: freeId([...plan, ...own], one.id) }] : [];
  });
  return [...stays, ...own, ...ahead];
}

/** What a change would do to what lies ahead, by the measures' IDs. */
export type PlanDifference = { added: string[]; removed: string[]; changed: string[] };

export function differenceOf(before: MeasurePlan, after: MeasurePlan): PlanDifference {
  const ahead = (plan: MeasurePlan) =>
    plan.filter(({ status }) => status === 'planned' || status === 'current');
  const [was, is] = [ahead(before), ahead(after)];
  const find = (plan: MeasurePlan, measureId: string) => plan.find(({ id }) => id === measureId);
  return {
    added: is.filter(({ id }) => !find(was, id)).map(({ id }) => id),
    removed: was.filter(({ id }) => !find(is, id)).map(({ id }) => id),
    changed: is
      .filter((one) => {
        const old = find(was, one.id);
        return old !== undefined && JSON.stringify(old) !== JSON.stringify(one);
      })
      .map(({ id }) => id),
  };
}

/** What whoever does a task of a measure is told, by the playbook that the case goes by. */
export function contentFor(
  { measures }: Pick<Playbook, 'measures'>,
  { measureId, type }: { measureId: string; type: TaskType | null },
): string | null {
  // One that is done again has a number behind its ID.
  const find = (id: string) => measures.find((one, place) => measureIdOf(one, place) === id);
  const measure = find(measureId) ?? find(measureId.replace(/-\d+$/, ''));
  return doingOf(measure, type)?.content ?? null;
}

/** Whom a case's plan names for such a task of a measure. */
export function assigneeFor(
  plan: MeasurePlan,
  { measureId, type }: { measureId: string | null; type: TaskType },
): string | null {
  const measure = plan.find(({ id }) => id === measureId);
  return doingOf(measure, type)?.assignee ?? null;
}

/** The measure itself, or what is done instead of it: whichever gives such tasks. */
function doingOf(measure: Measure | undefined, type: TaskType | null) {
  return [measure, measure?.instead].find(
    (one) => one !== undefined && taskTypeOfMeasure[one.kind] === type,
  );
}

/** The place of the measure that is next. */
function next(plan: MeasurePlan): number {
  const place = plan.findIndex(({ status }) => status === 'planned');
  return place < 0 ? plan.length : place;
}

function inserted(
  plan: MeasurePlan,
  measure: PlannedMeasure,
  place: number,
): MeasurePlan | undefined {
  return plan.length < measuresAtMost ? plan.toSpliced(place, 0, measure) : undefined;
}

/** `fix`, `fix-2`, `fix-3` … */
function freeId(plan: MeasurePlan, wish: string): string {
  const base = wish.replace(/-\d+$/, '');
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? wish : `${base}-${n}`;
    if (!plan.some((one) => one.id === id)) return id;
  }
}

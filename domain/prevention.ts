import type { Duration } from './duration.ts';
import { DomainError, refused } from './errors.ts';
import { rateRatio, type RateRatio } from './models/rate-ratio.ts';
import type { Cause } from './words.ts';

/* Step 5, prevention: causes pile up into topics, topics lead to actions, and what they did is measured. */

/** What losses have in common; null: whichever. */
export type Topic = {
  cause: Cause;
  /** the company's own, below the cause */
  category: string | null;
  product: string | null;
  region: string | null;
};

/** Losses that agree in all four, where null means that it is not known. */
export type LossCell = Topic & {
  cases: number;
  /** minor units */
  lostRevenue: number;
};

export type Pile = LossCell;

const narrowing = ['category', 'product', 'region'] as const;

/** The one spelling of a topic. */
export function topicKey({ cause, category, product, region }: Topic): string {
  return JSON.stringify([cause, category, product, region]);
}

/** `disappointed-service.delivery, product Box, region DE-BY` */
export function topicText({ cause, category, product, region }: Topic): string {
  const narrower = [product && `product ${product}`, region && `region ${region}`];
  return [category ?? cause, ...narrower].filter(Boolean).join(', ');
}

export function isWithin(cell: Topic, topic: Topic): boolean {
  return (
    cell.cause === topic.cause &&
    narrowing.every((by) => topic[by] === null || topic[by] === cell[by])
  );
}

const narrowness = (topic: Topic) => narrowing.filter((by) => topic[by] !== null).length;

/** Every topic that a loss is within, itself and all wider ones up to its cause. */
function topicsAround(cell: Topic): Topic[] {
  return narrowing.reduce<Topic[]>(
    (topics, by) =>
      cell[by] === null ? topics : topics.flatMap((topic) => [topic, { ...topic, [by]: cell[by] }]),
    [{ cause: cell.cause, category: null, product: null, region: null }],
  );
}

/** Every topic of some losses with all that it holds, the narrowest first, of equal ones the most lost revenue first. */
export function pilesOf(cells: readonly LossCell[]): Pile[] {
  const piles = new Map<string, Pile>();
  for (const cell of cells) {
    for (const topic of topicsAround(cell)) {
      const key = topicKey(topic);
      const known = piles.get(key) ?? { ...topic, cases: 0, lostRevenue: 0 };
      known.cases += cell.cases;
      known.lostRevenue += cell.lostRevenue;
      piles.set(key, known);
    }
  }
  return [...piles.values()].sort(
    (a, b) =>
      narrowness(b) - narrowness(a) ||
      b.lostRevenue - a.lostRevenue ||
      b.cases - a.cases ||
      (topicKey(a) < topicKey(b) ? -1 : 1),
  );
}

export type Threshold = {
  /** losses; left out: their number says nothing */
  cases?: number | undefined;
  /** minor units; left out: revenue says nothing */
  lostRevenue?: number | undefined;
};

export function isOver({ cases, lostRevenue }: Threshold, pile: Pile): boolean {
  return (
    (cases !== undefined && pile.cases >= cases) ||
    (lostRevenue !== undefined && pile.lostRevenue >= lostRevenue)
  );
}

/**
 * The topics that are worth an action. A loss counts once: for the narrowest topic that is over the threshold, and not
 * at all where something is already done about a topic that it is within; a wider topic must be over the threshold
 * with what is left.
 * @param taken topics with an action
 */
export function topicsToActOn(
  cells: readonly LossCell[],
  threshold: Threshold,
  taken: readonly Topic[],
): Pile[] {
  const found: Pile[] = [];
  let left = cells.filter((cell) => !taken.some((topic) => isWithin(cell, topic)));
  for (;;) {
    const next = pilesOf(left).find((pile) => isOver(threshold, pile));
    if (!next) return found;
    found.push(next);
    left = left.filter((cell) => !isWithin(cell, next));
  }
}

export const preventionStatuses = [
  'proposed',
  'accepted',
  'in-progress',
  'done',
  'rejected',
] as const;
export type PreventionStatus = (typeof preventionStatuses)[number];

/** What an action can become from where it is; nothing from the last two. */
export const nextStatuses: Record<PreventionStatus, readonly PreventionStatus[]> = {
  proposed: ['accepted', 'rejected'],
  accepted: ['in-progress', 'done', 'rejected'],
  'in-progress': ['done', 'rejected'],
  done: [],
  rejected: [],
};

export type PreventionPlan = {
  title: string;
  description: string | null;
  /** ID of a key */
  owner: string | null;
  dueAt: string | null;
  /** by how many percent the losses of the topic should fall, 0 to 100 */
  expectedFewerPercent: number | null;
  status: PreventionStatus;
};

/**
 * The plan after a change.
 * @throws DomainError `conflict` when it is over, or cannot become that; `invalid` when somebody is to do it and it is
 * not said who, until when and to what effect
 */
export function changedPlan(plan: PreventionPlan, change: Partial<PreventionPlan>): PreventionPlan {
  const { status } = plan;
  if (nextStatuses[status].length === 0) {
    throw refused('action-over', `The action is ${status}: it is not changed any more.`);
  }
  const next = { ...plan, ...change };
  if (next.status !== status && !nextStatuses[status].includes(next.status)) {
    throw refused('action-not-so', `An action that is ${status} cannot become ${next.status}.`);
  }
  if (next.status === 'proposed' || next.status === 'rejected') return next;
  const missing = (['owner', 'dueAt', 'expectedFewerPercent'] as const)
    .filter((field) => next[field] === null)
    .map((field) => ({ field, rule: `is required of an action that is ${next.status}` }));
  if (missing.length === 0) return next;
  const { field, rule } = missing[0]!;
  throw new DomainError('invalid', `${field} ${rule}.`, missing);
}

/** Losses of a topic within a time. */
export type Losses = {
  from: string;
  to: string;
  cases: number;
  /** customers who could be lost at its beginning; 0: it is not known of whom */
  atRisk: number;
};

/** What an action did, with 95 % intervals. */
export type Effect = {
  before: Losses;
  after: Losses;
  /** what the rates are made of: losses for each customer at risk and month, or only for each month */
  per: 'customer-month' | 'month';
  /** of the rates, after ÷ before; null where nothing was lost before or after */
  ratio: RateRatio | null;
  /**
   * `too-early`: it has not been done for long enough; `too-few`: so few losses that any change could be chance;
   * `unclear`: the interval has room for fewer and for more
   */
  verdict: 'too-early' | 'too-few' | 'fewer' | 'more' | 'unclear';
};

const dayMs = 86_400_000;
const monthDays = 365.25 / 12;

function months({ from, to }: { from: string; to: string }): number {
  return Math.max(0, Date.parse(to) - Date.parse(from)) / (monthDays * dayMs);
}

/** @param leastMs how long it must have been done, milliseconds @param leastCases losses before and after together */
export function effectOf(
  before: Losses,
  after: Losses,
  { leastMs, leastCases }: { leastMs: number; leastCases: number },
): Effect {
  const perCustomer = before.atRisk > 0 && after.atRisk > 0;
  const exposure = (losses: Losses) => months(losses) * (perCustomer ? losses.atRisk : 1);
  const [over, under] = [exposure(after), exposure(before)];
  const cases = before.cases + after.cases;
  const ratio =
    cases > 0 && over > 0 && under > 0
      ? rateRatio({ count: after.cases, exposure: over }, { count: before.cases, exposure: under })
      : null;
  const lasted = Date.parse(after.to) - Date.parse(after.from);
  const verdict = (): Effect['verdict'] => {
    if (lasted < leastMs) return 'too-early';
    if (ratio === null || cases < leastCases) return 'too-few';
    if (ratio.to < 1) return 'fewer';
    return ratio.from > 1 ? 'more' : 'unclear';
  };
  return {
    before,
    after,
    per: perCustomer ? 'customer-month' : 'month',
    ratio,
    verdict: verdict(),
  };
}

/** Limits and periods of prevention. */
export type PreventionPolicy = {
  /** how often piles and rises are looked for */
  lookEvery: Duration;
  /** losses of the last so long pile up */
  period: Duration;
  /** a topic over one of them proposes an action */
  threshold: Threshold;
  /** a loss has its cause this long after its opening; effects are measured up to then */
  causeKnownAfter: Duration;
  /** losses are counted so long before an action began, and at most so long after it was done */
  measuredOver: Duration;
  /** before it has been done for so long, it is too early to say */
  judgedAfter: Duration;
  /** fewer losses before and after together say nothing */
  judgedFrom: number;
  rises: {
    /** the last so long is compared with others like it */
    period: Duration;
    /** smaller numbers are no alarm */
    casesAtLeast: number;
    /** expected share of false alarms among the alarms, above 0 and below 1 */
    falseShare: number;
  };
};

/** What a prevention action was proposed for. */
export type PreventionEvidence = { from: string; to: string; cases: number; lostRevenue: number };

export type PreventionRecord = Topic &
  PreventionPlan & {
    actionId: string;
    /** null: somebody made it by hand */
    evidence: PreventionEvidence | null;
    /** null: the engine has proposed it */
    createdBy: string | null;
    createdAt: string;
    startedAt: string | null;
    endedAt: string | null;
    revision: number;
  };

export type PreventionChange = {
  revision: number;
  at: string;
  /** null: the engine */
  by: string | null;
  /** what each field was and has become */
  changes: Record<string, [string | number | null, string | number | null]>;
};

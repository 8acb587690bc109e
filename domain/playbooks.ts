import type { TriggerDetail } from './silent-loss.ts';
import type { Cause, CustomerKind, Decision, Tier, Trigger } from './words.ts';

export const measureKinds = ['call', 'email', 'letter', 'visit', 'remedy', 'offer'] as const;
export type MeasureKind = (typeof measureKinds)[number];

const conversation = ['accepted', 'refused', 'not-reached', 'not-permitted'] as const;

/** What can come of a measure. `not-done`: nobody did it within its window. */
export const measureResults = {
  call: conversation,
  /** `not-eligible`: neither it nor its fallback may be offered to this customer */
  offer: [...conversation, 'not-eligible'],
  email: ['sent', 'not-sent', 'not-permitted'],
  letter: ['sent', 'not-sent', 'not-done', 'not-permitted'],
  visit: ['accepted', 'refused', 'not-met', 'not-done', 'not-permitted'],
  remedy: ['fixed', 'not-fixable', 'not-done'],
} as const satisfies Record<MeasureKind, readonly string[]>;
export type MeasureResult = (typeof measureResults)[MeasureKind][number];

/** `next`, `end` (of the measures; the observation begins), or the ID of a later measure. */
export type LeadsTo = string;

/** How a measure is carried out. Days are playbook days. */
type Doing = {
  kind: MeasureKind;
  /** who does it: the queue that its tasks wait in; left out: the recovery team's */
  queue?: string;
  /** the key of whoever is to do it, as long as they are there; else, and when they are gone, it waits in its queue */
  assignee?: string;
  /** how long a task may wait after its due time; left out: as the policy says */
  windowDays?: number;
  /** of calls: how often nobody may answer, and the waits in between; left out: as the policy says */
  attempts?: number;
  retryAfterDays?: number[];
  /** of mails and letters: the template they are written from; a letter without one has the ordinary one */
  template?: string;
  /** what to say, write or do, for who does it */
  content?: string;
  /** of an offer, which is a call with a sweetener */
  concession?: string;
  /** what it costs us, in minor units of the policy's currency */
  cost?: number;
};

/** One action of a playbook. */
export type Measure = Doing & {
  /** unique in its playbook; what was stored before measures had one is numbered */
  id?: string;
  /** playbook days from the end of the measure before */
  afterDays: number;
  /** of an offer: others that may stand for its concession where the policy tries what works */
  alternatives?: string[];
  /** where results lead, those of `instead` too; left out: `accepted` to the end, every other to the next measure */
  on?: Partial<Record<MeasureResult, LeadsTo>>;
  /** what is done when the customer's permission does not allow it */
  instead?: Doing;
};

/** A versioned sequence of measures and the cases it is for; an empty list, or none, fits all. */
export type Playbook = {
  playbookId: string;
  version: number;
  title: string;
  triggers: Trigger[];
  /** left out: any, or none */
  triggerDetails?: TriggerDetail[];
  decisions: Decision[];
  causes: Cause[];
  tiers: Tier[];
  customerKinds?: CustomerKind[];
  measures: Measure[];
};

/** What somebody wrote; the version is ours to count. */
export type PlaybookContent = Omit<Playbook, 'version'>;

/** The queues that measures name, each once, with the places of the measures. */
export function queuesOf({ measures }: Pick<Playbook, 'measures'>): Map<string, number[]> {
  const found = new Map<string, number[]>();
  measures.forEach(({ queue, instead }, place) => {
    for (const name of new Set([queue, instead?.queue])) {
      if (name !== undefined) found.set(name, [...(found.get(name) ?? []), place]);
    }
  });
  return found;
}

export type PlaybookChoice = {
  trigger: Trigger;
  /** left out by cases that were opened before there were any */
  triggerDetail?: TriggerDetail | null;
  decision: Decision;
  cause: Cause;
  tier: Tier;
  customerKind?: CustomerKind | null;
};

/** What a playbook can name of its cases, from what counts least to what counts most: what drove off decides what helps. */
const conditions = [
  ['decision', 'decisions'],
  ['trigger', 'triggers'],
  ['triggerDetail', 'triggerDetails'],
  ['customerKind', 'customerKinds'],
  ['tier', 'tiers'],
  ['cause', 'causes'],
] as const satisfies readonly (readonly [keyof PlaybookChoice, keyof Playbook])[];

export type PlaybookCondition = (typeof conditions)[number][0];

function named(playbook: Playbook, list: (typeof conditions)[number][1]): readonly string[] {
  return playbook[list] ?? [];
}

function fits(playbook: Playbook, to: PlaybookChoice): boolean {
  return conditions.every(([condition, list]) => {
    const names = named(playbook, list);
    const value = to[condition];
    return names.length === 0 || (value != null && names.includes(value));
  });
}

/** How narrowly a playbook names its cases. */
function narrowness(playbook: Playbook): number {
  return conditions.reduce(
    (sum, [, list], place) => sum + (named(playbook, list).length > 0 ? 2 ** place : 0),
    0,
  );
}

/**
 * The playbook that fits most narrowly; between equals the first by ID. Undefined when none fits.
 * @returns `because` of which of the case's traits it was taken, what counts most first, what else fitted, and all that
 * fit equally well
 */
export function choosePlaybook(
  playbooks: Playbook[],
  to: PlaybookChoice,
):
  | {
      playbook: Playbook;
      because: PlaybookCondition[];
      alsoFitted: string[];
      equals: Playbook[];
    }
  | undefined {
  const fitting = playbooks
    .filter((one) => fits(one, to))
    .sort((a, b) => narrowness(b) - narrowness(a) || (a.playbookId < b.playbookId ? -1 : 1));
  const [playbook, ...others] = fitting;
  if (!playbook) return undefined;
  return {
    playbook,
    equals: fitting.filter((one) => narrowness(one) === narrowness(playbook)),
    because: conditions
      .filter(([, list]) => named(playbook, list).length > 0)
      .map(([condition]) => condition)
      .reverse(),
    alsoFitted: others.map(({ playbookId }) => playbookId),
  };
}

/** One version of a playbook. */
export type PlaybookRecord = {
  playbookId: string;
  version: number;
  content: Playbook;
  createdAt: string;
  /** it came with a file, and not through the API */
  fromFile: boolean;
  /** no case chooses it any more */
  retiredAt: string | null;
};

import type { TriggerDetail } from './silent-loss.ts';
import type { Cause, Decision, Tier, Trigger } from './words.ts';

/** One action of a playbook. `afterDays` counts playbook days from the end of the measure before. */
export type Measure = { afterDays: number } & (
  | { kind: 'call' | 'visit' | 'letter' | 'remedy' }
  /** a call with a sweetener that costs us `cost`, in minor units of the policy's currency */
  | { kind: 'offer'; concession: string; cost: number }
);

/** A versioned sequence of measures and the cases it is for; an empty list fits all. */
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
  measures: Measure[];
};

export type PlaybookChoice = {
  trigger: Trigger;
  /** left out by cases that were opened before there were any */
  triggerDetail?: TriggerDetail | null;
  decision: Decision;
  cause: Cause;
  tier: Tier;
};

function fits<T>(list: T[], value: T | null | undefined): boolean {
  return list.length === 0 || (value != null && list.includes(value));
}

/** How narrowly a playbook names its cases. The cause counts most: what drove the customer off decides what helps. */
function narrowness(playbook: Playbook): number {
  const { causes, tiers, triggers, triggerDetails = [], decisions } = playbook;
  return [decisions, triggers, triggerDetails, tiers, causes].reduce(
    (sum, list, place) => sum + (list.length > 0 ? 2 ** place : 0),
    0,
  );
}

/** The playbook that fits most narrowly; between equals the first by ID. Undefined when none fits. */
export function choosePlaybook(playbooks: Playbook[], to: PlaybookChoice): Playbook | undefined {
  return playbooks
    .filter(
      (p) =>
        fits(p.triggers, to.trigger) &&
        fits(p.triggerDetails ?? [], to.triggerDetail) &&
        fits(p.decisions, to.decision) &&
        fits(p.causes, to.cause) &&
        fits(p.tiers, to.tier),
    )
    .sort((a, b) => narrowness(b) - narrowness(a) || (a.playbookId < b.playbookId ? -1 : 1))[0];
}

const everyPursuit: Omit<Playbook, 'playbookId' | 'title' | 'triggers' | 'measures'> = {
  version: 1,
  decisions: ['pursue'],
  causes: [],
  tiers: [],
};

/** What an empty database starts with. */
export const builtInPlaybooks: Playbook[] = [
  {
    ...everyPursuit,
    playbookId: 'cancellation',
    title: 'Avert the cancellation: ask, then sweeten the stay, then write',
    triggers: ['cancellation'],
    measures: [
      { kind: 'call', afterDays: 0 },
      { kind: 'offer', afterDays: 2, concession: 'credit', cost: 1_500 },
      { kind: 'letter', afterDays: 3 },
    ],
  },
  {
    ...everyPursuit,
    playbookId: 'dormancy',
    title: 'Wake the relationship: ask back, then a welcome-back credit, then write',
    triggers: ['dormancy'],
    measures: [
      { kind: 'call', afterDays: 1 },
      { kind: 'offer', afterDays: 5, concession: 'credit', cost: 1_000 },
      { kind: 'letter', afterDays: 7 },
    ],
  },
  {
    ...everyPursuit,
    playbookId: 'first-time-buyer',
    title: 'Never came a second time: ask how the first order was, then make the second one easy',
    triggers: ['dormancy'],
    triggerDetails: ['no-second-purchase'],
    measures: [
      { kind: 'call', afterDays: 0 },
      { kind: 'offer', afterDays: 3, concession: 'second-order-credit', cost: 500 },
      { kind: 'letter', afterDays: 7 },
    ],
  },
  {
    ...everyPursuit,
    playbookId: 'first-time-buyer-light',
    title:
      'Never came a second time, with little effort: one letter that makes the second order easy',
    triggers: ['dormancy'],
    triggerDetails: ['no-second-purchase'],
    decisions: ['pursue-light'],
    measures: [{ kind: 'letter', afterDays: 0 }],
  },
  {
    ...everyPursuit,
    playbookId: 'manual',
    title: 'Opened by hand: ask back, then sweeten the return',
    triggers: ['manual'],
    measures: [
      { kind: 'call', afterDays: 1 },
      { kind: 'offer', afterDays: 5, concession: 'credit', cost: 1_000 },
    ],
  },
  {
    ...everyPursuit,
    playbookId: 'remedy-first',
    title: 'We disappointed: fix the problem first, then say so',
    triggers: [],
    causes: ['disappointed-product', 'disappointed-service', 'disappointed-complaint'],
    measures: [
      { kind: 'remedy', afterDays: 0 },
      { kind: 'call', afterDays: 1 },
      { kind: 'letter', afterDays: 5 },
    ],
  },
  {
    ...everyPursuit,
    playbookId: 'light',
    title: 'With little effort: one letter',
    triggers: [],
    decisions: ['pursue-light'],
    measures: [{ kind: 'letter', afterDays: 1 }],
  },
];

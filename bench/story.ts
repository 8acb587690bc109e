import type { Policy } from '../domain/policy.ts';
import type { Playbook } from '../domain/playbooks.ts';
import type { TaskType } from '../domain/tasks.ts';

/*
 * The whole case that is measured, as our engine walks it and as the bare workflow imitates it: a dormant customer, three
 * calls, an offer, the return, a welcome and two after-care calls, the observation. Pure: the bare workflow reads it too.
 */

type Stage = {
  /** what our workflow does before it waits: a fact, for the bare workflow does the same number of empty ones */
  localActivities: number;
} & (
  | { waitsFor: 'answer'; task: TaskType; result: Record<string, unknown> }
  | { waitsFor: 'purchase' | 'deadline' }
);

/** `callback` gets its time when it is given. */
export const story: Stage[] = [
  {
    localActivities: 3,
    waitsFor: 'answer',
    task: 'cause-call',
    result: { outcome: 'no-answer', note: 'Rang for a minute.' },
  },
  { localActivities: 2, waitsFor: 'answer', task: 'cause-call', result: { outcome: 'callback' } },
  {
    localActivities: 2,
    waitsFor: 'answer',
    task: 'cause-call',
    result: { outcome: 'answered', cause: 'neglected', note: 'Nobody had called for a year.' },
  },
  { localActivities: 4, waitsFor: 'answer', task: 'offer-call', result: { outcome: 'accepted' } },
  { localActivities: 1, waitsFor: 'purchase' },
  { localActivities: 2, waitsFor: 'answer', task: 'welcome-call', result: { outcome: 'reached' } },
  {
    localActivities: 2,
    waitsFor: 'answer',
    task: 'aftercare-call',
    result: { outcome: 'reached' },
  },
  {
    localActivities: 2,
    waitsFor: 'answer',
    task: 'aftercare-call',
    result: { outcome: 'reached' },
  },
  { localActivities: 1, waitsFor: 'deadline' },
];
export const localActivitiesAtTheEnd = 0;

/** From the return to the end of the case: the one timer that fires. Long enough for the after-care on a slow machine. */
export const observationSeconds = 20;

const patientCall: Policy['causeAnalysis']['call'] = {
  firstAfter: '1h',
  attempts: 20,
  retryAfter: ['1d'],
  window: '3d',
  postponements: 3,
  postponeAtMost: '90d',
};

/**
 * What the policy file says: as `standard`, but nothing falls due while we measure, except the last observation, and
 * nobody has enough of us.
 */
export const benchPolicy = {
  extends: 'standard',
  name: 'bench',
  team: { capacity: 1_000_000 },
  contact: {
    permission: 'unless-refused',
    limits: { perDay: 100, perWeek: 700, perCase: 1_000, teamPerHour: 100_000 },
  },
  identification: { controlGroupPercent: 0 },
  causeAnalysis: { call: patientCall },
  measures: { call: patientCall },
  // Every case gets its offer.
  offers: { monthlyBudget: null },
  secondLoyalty: {
    afterCare: [
      { task: 'welcome-call', after: '1s' },
      { task: 'aftercare-call', after: '2s' },
      { task: 'aftercare-call', after: '3s' },
    ],
    observation: `${observationSeconds}s`,
  },
};

/** An offer right after the cause is known. */
export const benchPlaybook: Playbook = {
  playbookId: 'bench',
  version: 1,
  title: 'The offer of the benchmark',
  triggers: ['dormancy'],
  decisions: ['pursue'],
  causes: ['neglected'],
  tiers: [],
  measures: [{ kind: 'offer', afterDays: 1, concession: 'credit', cost: 1_000 }],
};

import type { PlaybookContent } from '../../domain/playbooks.ts';

const everyPursuit: Pick<PlaybookContent, 'decisions' | 'causes' | 'tiers'> = {
  decisions: ['pursue'],
  causes: [],
  tiers: [],
};

/** A few that the tests' cases go by, whatever the product begins with. */
export const testPlaybooks: PlaybookContent[] = [
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
  {
    ...everyPursuit,
    playbookId: 'better-convenience',
    title: 'By mail, and by letter where that does not work',
    triggers: [],
    causes: ['better-offer-convenience'],
    measures: [
      {
        id: 'mail',
        kind: 'email',
        afterDays: 1,
        template: 'ask-back',
        on: { 'not-sent': 'write' },
        instead: { kind: 'letter', template: 'letter' },
      },
      { id: 'again', kind: 'email', afterDays: 2, template: 'fixed', on: { sent: 'end' } },
      { id: 'write', kind: 'letter', afterDays: 0 },
    ],
  },
  {
    playbookId: 'better-product',
    title: 'With every turn that a playbook can take',
    decisions: ['pursue'],
    triggers: [],
    tiers: [],
    causes: ['better-offer-product'],
    measures: [
      {
        id: 'ask',
        kind: 'call',
        afterDays: 1,
        attempts: 2,
        retryAfterDays: [1],
        on: { refused: 'visit', 'not-reached': 'end' },
        instead: { kind: 'letter' },
      },
      { id: 'fix', kind: 'remedy', afterDays: 0, queue: 'service', windowDays: 2 },
      { id: 'visit', kind: 'visit', afterDays: 2 },
      { id: 'last', kind: 'letter', afterDays: 3 },
    ],
  },
  {
    playbookId: 'convenience',
    title: 'With an offer that a manager has to approve',
    decisions: ['pursue'],
    triggers: [],
    tiers: [],
    causes: ['pushed-away-unintended'],
    measures: [{ id: 'sweeten', kind: 'offer', afterDays: 1, concession: 'upgrade', cost: 3_500 }],
  },
];

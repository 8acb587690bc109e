import type { CallRhythm, Policy } from '../../domain/policy.ts';
import { demoPolicy, standardPolicy } from '../../domain/standard-policy.ts';

const quickCall: CallRhythm = {
  firstAfter: '1s',
  attempts: 2,
  retryAfter: ['1s'],
  window: '3s',
  postponements: 2,
  postponeAtMost: '5s',
};

/** As short as durations get, so that whole cases pass on a server with a real clock. */
export const quickPolicy: Policy = {
  ...demoPolicy,
  name: 'quick',
  identification: {
    ...demoPolicy.identification,
    managerDecidesWithin: '2s',
    controlGroupPercent: 0,
  },
  causeAnalysis: { call: quickCall },
  measures: { call: quickCall, window: '2s', urgentWithin: '1s' },
  successControl: { observation: '2s' },
  secondLoyalty: {
    ...demoPolicy.secondLoyalty,
    afterCare: [
      { task: 'welcome-call', after: '1s' },
      { task: 'satisfaction-call', after: '2s' },
    ],
    call: { ...quickCall, attempts: 1 },
    observation: '8s',
  },
};

/** The standard for customers who never said a word: what the law asks for has tests of its own. */
export const unlessRefused: Policy = {
  ...standardPolicy,
  contact: { ...standardPolicy.contact, permission: 'unless-refused' },
};

/** Every case of this policy is drawn into the control group. */
export function withControlGroup(policy: Policy): Policy {
  return {
    ...policy,
    name: `${policy.name}-control`,
    identification: { ...policy.identification, controlGroupPercent: 100 },
  };
}

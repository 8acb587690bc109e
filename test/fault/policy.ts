import type { CallRhythm } from '../../domain/policy.ts';

const call: CallRhythm = {
  firstAfter: '1s',
  attempts: 3,
  retryAfter: ['1s'],
  window: '12s',
  postponements: 3,
  postponeAtMost: '3s',
};

/**
 * Short enough that cases of every kind begin and end during a run, long enough that people get to their tasks; as
 * a policy file.
 */
export const faultPolicy = {
  extends: 'demo',
  name: 'fault',
  team: { capacity: 80 },
  identification: {
    // Work is cheap, so that most cases walk all steps.
    effort: { pursue: { cost: 0 }, 'pursue-light': { cost: 0 } },
    doubtPercent: 0,
    managerDecidesWithin: '12s',
    controlGroupPercent: 20,
  },
  causeAnalysis: { call },
  measures: { call, window: '10s' },
  successControl: { observation: '10s' },
  secondLoyalty: {
    afterCare: [
      { task: 'welcome-call', after: '1s' },
      { task: 'satisfaction-call', after: '4s' },
      { task: 'aftercare-call', after: '8s' },
    ],
    call,
    observation: '15s',
  },
  pauseAtMost: '30s',
  // Preventive tasks have no case, and so no timeline and no workflow with which they are compared.
  earlySigns: { actOn: [] },
};

import type { Duration } from './duration.ts';
import type { Costs } from './ledger.ts';
import type { Policy, RegainRules } from './policy.ts';

/* The policies that the product begins with, and what a stored one that is too old takes from them. */

const backToHalf = { withdrawal: true, sharePercent: 50, of: 'either' } as const;

/** What a mid-sized German company would start with. */
export const standardPolicy: Policy & {
  costs: Costs;
  successControl: { regained: RegainRules };
} = {
  name: 'standard',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  team: { id: 'recovery', capacity: 60 },
  contact: {
    hours: { workDays: [1, 2, 3, 4, 5], opensAt: '09:00', closesAt: '19:00' },
    timesOfDay: ['10:00', '17:30', '13:00'],
    permission: 'by-law',
    region: 'DE',
    customerHours: { opensAt: '09:00', closesAt: '20:00' },
    limits: { perDay: 1, perWeek: 3, perCase: 20, teamPerHour: 20 },
  },
  playbookDay: '1d',
  detection: {
    rule: 'recommended',
    threshold: { 'fixed-days': 120, 'own-rhythm': 3, 'bg-nbd': 0.75, 'mbg-nbd': 0.75 },
    horizon: '90d',
    secondPurchaseShare: 70,
    minimumSilence: '60d',
    maximumSilence: '730d',
    refitEvery: '30d',
    judgedOver: '180d',
  },
  scan: { at: '04:00', startsPerMinute: 600, refillEvery: '2m', waitAtMost: '14d' },
  identification: {
    valueHorizon: '365d',
    paceOverAtLeast: '90d',
    marginPercent: 35,
    discountPercent: 8,
    tierFrom: { A: 20_000, B: 8_000, C: 2_500 },
    chance: {
      byTrigger: { cancellation: 30, dormancy: 12, manual: 20 },
      tierFactor: { A: 1.2, B: 1.1, C: 1, D: 0.9 },
      causeFactor: {
        'disappointed-service': 1.2,
        'disappointed-complaint': 1.2,
        neglected: 1.3,
        'pushed-away-unintended': 1.2,
        'better-offer-price': 0.8,
        'no-need': 0.4,
      },
      halvesEvery: '365d',
      judgedAfter: '180d',
      measuredFrom: 40,
    },
    effort: {
      pursue: { cost: 800, hours: 0.75, chanceShare: 100 },
      'pursue-light': { cost: 150, hours: 0.2, chanceShare: 40 },
    },
    doubtPercent: 25,
    naturalLossCauses: ['life-change'],
    wantedLossCauses: ['pushed-away-intended'],
    managerDecidesTiers: ['A', 'B'],
    managerDecidesWithin: '5d',
    onManagerSilence: 'do-not-pursue',
    controlGroupPercent: 10,
    controlGroupTriggers: ['dormancy'],
  },
  causeAnalysis: {
    call: {
      firstAfter: '1d',
      attempts: 4,
      retryAfter: ['1d', '2d', '4d'],
      window: '3d',
      postponements: 3,
      postponeAtMost: '90d',
    },
  },
  measures: {
    call: {
      firstAfter: '1d',
      attempts: 4,
      retryAfter: ['1d', '2d', '4d'],
      window: '3d',
      postponements: 3,
      postponeAtMost: '180d',
    },
    window: '7d',
    urgentWithin: '4h',
  },
  offers: {
    approveAbove: 3_000,
    approveWithin: '2d',
    monthlyBudget: 200_000,
    noRewardWithin: '365d',
  },
  successControl: {
    observation: '90d',
    regained: { cancellation: backToHalf, dormancy: backToHalf, manual: backToHalf },
  },
  secondLoyalty: {
    afterCare: [
      { task: 'welcome-call', after: '4d' },
      { task: 'aftercare-call', after: '30d' },
      { task: 'satisfaction-call', after: '60d' },
      { task: 'aftercare-call', after: '90d' },
    ],
    call: {
      firstAfter: '1d',
      attempts: 2,
      retryAfter: ['2d'],
      window: '5d',
      postponements: 2,
      postponeAtMost: '30d',
    },
    afterDelivery: '3d',
    makeUpToScore: 6,
    earlyWarning: { intervals: 1.5, purchaseDaysAtLeast: 3 },
    referralFromScore: 9,
    referralAfter: '2d',
    observation: '180d',
  },
  earlySigns: {
    actOn: [
      'declining-rhythm',
      'complaint-unanswered',
      'permission-withdrawn',
      'cancellation-considered',
      'low-satisfaction',
    ],
    openAtMost: 20,
    oncePer: '90d',
    purchaseDaysAtLeast: 2,
    freshFor: '14d',
    dueAfter: '1d',
    window: '7d',
    complaintAnsweredWithin: '3d',
    decline: { purchaseDaysAtLeast: 4, longestFactor: 1.25, silenceAtLeast: '21d' },
  },
  costs: {
    hour: 4_500,
    minutes: { call: 12, unansweredCall: 3, letter: 10, visit: 75, remedy: 30, decision: 5 },
    contact: { phone: 20, email: 1, letter: 130, visit: 1_500 },
  },
  rescheduleAtMost: '60d',
  pauseAtMost: '60d',
  overdueAfter: '1d',
  escalateAfter: '2d',
  prevention: {
    lookEvery: '6h',
    period: '90d',
    threshold: { cases: 20, lostRevenue: 1_000_000 },
    causeKnownAfter: '14d',
    measuredOver: '365d',
    judgedAfter: '60d',
    judgedFrom: 10,
    rises: { period: '30d', casesAtLeast: 5, falseShare: 0.05 },
  },
};

/**
 * The same, to watch: seconds where `standard` has days, around the clock, and a small team. In the currency of the
 * example data.
 */
export const demoPolicy: Policy = {
  ...standardPolicy,
  name: 'demo',
  currency: 'USD',
  team: { id: 'recovery', capacity: 40 },
  // The customers of the example data have said nothing, and live nowhere.
  contact: { hours: null, timesOfDay: [], permission: 'unless-refused' },
  playbookDay: '1s',
  detection: { ...standardPolicy.detection, rule: 'own-rhythm' },
  // Whoever watches sees the same cases from their opening to their end.
  scan: { ...standardPolicy.scan, startsPerMinute: 6_000, refillEvery: '1d' },
  identification: {
    ...standardPolicy.identification,
    chance: { ...standardPolicy.identification.chance, judgedAfter: '60s' },
    managerDecidesWithin: '15s',
    controlGroupPercent: 15,
  },
  causeAnalysis: {
    call: {
      firstAfter: '1s',
      attempts: 3,
      retryAfter: ['2s', '4s'],
      window: '20s',
      postponements: 2,
      postponeAtMost: '25s',
    },
  },
  measures: {
    call: {
      firstAfter: '1s',
      attempts: 3,
      retryAfter: ['2s', '4s'],
      window: '20s',
      postponements: 2,
      postponeAtMost: '25s',
    },
    window: '10s',
    urgentWithin: '1s',
  },
  offers: { ...standardPolicy.offers, approveWithin: '10s', monthlyBudget: null },
  successControl: { ...standardPolicy.successControl, observation: '25s' },
  secondLoyalty: {
    ...standardPolicy.secondLoyalty,
    afterCare: [
      { task: 'welcome-call', after: '2s' },
      { task: 'aftercare-call', after: '6s' },
      { task: 'satisfaction-call', after: '10s' },
      { task: 'aftercare-call', after: '16s' },
    ],
    call: {
      firstAfter: '1s',
      attempts: 2,
      retryAfter: ['2s'],
      window: '15s',
      postponements: 2,
      postponeAtMost: '20s',
    },
    afterDelivery: '1s',
    referralAfter: '1s',
    observation: '30s',
  },
  earlySigns: {
    ...standardPolicy.earlySigns,
    openAtMost: 5,
    oncePer: '60s',
    freshFor: '60s',
    dueAfter: '1s',
    window: '15s',
    complaintAnsweredWithin: '3s',
  },
  rescheduleAtMost: '60s',
  pauseAtMost: '60s',
  overdueAfter: '5s',
  escalateAfter: '10s',
  prevention: {
    lookEvery: '5s',
    period: '60s',
    threshold: { cases: 3 },
    causeKnownAfter: '5s',
    measuredOver: '60s',
    judgedAfter: '20s',
    judgedFrom: 10,
    rises: { period: '30s', casesAtLeast: 5, falseShare: 0.05 },
  },
};

/** A policy as it was stored with a case or a scan, perhaps before these were part of it. */
export type StoredPolicy = {
  detection?: Policy['detection'];
  identification: Omit<Policy['identification'], 'discountPercent' | 'chance'> & {
    discountPercent?: number;
    chance: Omit<Policy['identification']['chance'], 'judgedAfter'> & { judgedAfter?: Duration };
  };
};

/** What a stored policy says of identification; what it is too old to say is the standard. */
export function completed(stored: StoredPolicy): Pick<Policy, 'detection' | 'identification'> {
  const { detection, identification } = standardPolicy;
  return {
    detection: stored.detection ?? detection,
    identification: {
      discountPercent: identification.discountPercent,
      ...stored.identification,
      chance: {
        judgedAfter: identification.chance.judgedAfter,
        ...stored.identification.chance,
      },
    },
  };
}

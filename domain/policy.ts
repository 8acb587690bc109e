import type { DetectionRule } from './detection.ts';
import type { Duration } from './duration.ts';
import type { IncentivePolicy } from './incentives.ts';
import type { Costs } from './ledger.ts';
import type { OfferLimits } from './offers.ts';
import type { PermissionMode } from './permission.ts';
import type { PreventionPolicy } from './prevention.ts';
import type { Cause, Decision, EarlySign, Tier, Trigger } from './words.ts';

/** How a call is tried until somebody answers. */
export type CallRhythm = {
  /** from the moment the call is decided to the first attempt */
  firstAfter: Duration;
  /** how often nobody may answer before the call is given up */
  attempts: number;
  /** from the n-th attempt without an answer to the next; the last entry repeats */
  retryAfter: Duration[];
  /** how long after its due time a call may wait for an agent; then it counts as one attempt without an answer */
  window: Duration;
  /** how often the customer may put us off (`callback`, `not-now`) before the call is given up */
  postponements: number;
  /** the furthest date to which a customer may put us off */
  postponeAtMost: Duration;
};

/** Working hours of the company; `null` means around the clock. Times are local (`HH:MM`), days ISO (1 = Monday). */
export type BusinessHours = { workDays: number[]; opensAt: string; closesAt: string };

/** How much is too much. Attempts that nobody answered count; what was agreed with the customer is moved by no limit. */
export type ContactLimits = {
  /** per customer and local day */
  perDay: number;
  /** per customer and seven local days */
  perWeek: number;
  /** per case, over all of its time */
  perCase: number;
  /** contacts of the whole team that are planned for the same hour */
  teamPerHour: number;
};

/** One contact of the second loyalty, `after` the return. */
export type AfterCare = {
  task: 'welcome-call' | 'aftercare-call' | 'satisfaction-call';
  after: Duration;
};

/** Every threshold, period, limit and schedule. A case keeps the version it was opened with. */
export type Policy = {
  name: string;
  timeZone: string;
  /** ISO 4217; amounts in the policy are in its minor units */
  currency: string;
  team: {
    id: string;
    /** open cases the team can serve at once; scans open no more, cancellations always open */
    capacity: number;
  };
  contact: {
    hours: BusinessHours | null;
    /** local times tried one after the other when nobody answers; empty: any time */
    timesOfDay: string[];
    /** what a contact needs; left out: `unless-refused` */
    permission?: PermissionMode | undefined;
    /** whose public holidays the company keeps: `DE-BY`, `AT`, `CH-ZH` …; left out: none */
    region?: string | undefined;
    /** when customers may be called and visited, by their own clocks; left out: whenever the company works */
    customerHours?: { opensAt: string; closesAt: string } | undefined;
    limits?: ContactLimits | undefined;
  };
  /** what playbooks call a day */
  playbookDay: Duration;
  detection: {
    /** tells the lost from those who buy rarely; `recommended`: the one that the last backtest favoured */
    rule: DetectionRule | 'recommended';
    /** the score above which a customer is lost, in the unit of each rule (`suspicionOf`) */
    threshold: Record<DetectionRule, number>;
    /** how far ahead the model rules look */
    horizon: Duration;
    /** a first-time buyer is also lost when 10, 20 … 90 % of those who bought again had done so in a shorter time */
    secondPurchaseShare: number;
    /** silence below which nobody counts as lost */
    minimumSilence: Duration;
    /** silence above which a customer is cold (Z0) and not worth a case */
    maximumSilence: Duration;
    /** how old the models may be when a scan begins */
    refitEvery: Duration;
    /** the rules are judged by who bought in so long before each refit */
    judgedOver: Duration;
  };
  scan: {
    /** every night at this local time (`HH:MM`), which can be moved and paused through the API; not one that a change
     * to summer time leaves out */
    at: string;
    /** how many cases a scan opens at most, and whoever fills free places after it, so that neither Temporal nor the
     * team is flooded */
    startsPerMinute: number;
    /** how soon a free place of the team is given to the next waiting candidate */
    refillEvery: Duration;
    /** what a scan found is not acted on any more after this */
    waitAtMost: Duration;
  };
  identification: {
    /** how far ahead the second lifetime value looks */
    valueHorizon: Duration;
    /** without a good model: a burst of purchases is no pace, so that the earlier pace is measured over at least this long */
    paceOverAtLeast: Duration;
    /** share of revenue that is ours to keep, 0 to 100 */
    marginPercent: number;
    /** what money is worth less a year later */
    discountPercent: number;
    /** smallest second lifetime value of tiers A, B and C; below is D */
    tierFrom: { A: number; B: number; C: number };
    /** how likely who is asked comes back, until enough closed cases show it */
    chance: {
      /** of who has just been lost, 0 to 100 */
      byTrigger: Record<Trigger, number>;
      tierFactor: Record<Tier, number>;
      /** causes that are left out count as 1 */
      causeFactor: Partial<Record<Cause, number>>;
      /** the chance halves for every so long since the loss */
      halvesEvery: Duration;
      /** so long after its opening it is known whether a customer came back */
      judgedAfter: Duration;
      /** from so many cases of the same kind on, their rate counts instead */
      measuredFrom: number;
    };
    /** what trying costs, and what share of the chance it keeps (0 to 100) */
    effort: Record<'pursue' | 'pursue-light', { cost: number; hours: number; chanceShare: number }>;
    /** doubtful: an error of this many percent in the chance would turn the decision */
    doubtPercent: number;
    /** stated causes that nobody can or wants to undo */
    naturalLossCauses: Cause[];
    wantedLossCauses: Cause[];
    /** tiers for which a manager decides when a cause speaks against pursuing, or the gain is doubtful */
    managerDecidesTiers: Tier[];
    /** in working time */
    managerDecidesWithin: Duration;
    /** what a manager's silence means */
    onManagerSilence: Decision;
    /** share of cases that get no measures, 0 to 100 */
    controlGroupPercent: number;
    controlGroupTriggers: Trigger[];
  };
  causeAnalysis: { call: CallRhythm };
  measures: {
    call: CallRhythm;
    /** how long a letter, visit or remedy may wait after its due time before the next measure begins */
    window: Duration;
    /** a cancellation that is not yet effective is handled this soon */
    urgentWithin: Duration;
  };
  /** limits of concessions; cases that were opened before there were any take the standard's */
  offers: OfferLimits;
  successControl: {
    /** from the last measure (or the opening, for the control group): bought again by then, or lost */
    observation: Duration;
  };
  secondLoyalty: {
    afterCare: AfterCare[];
    call: CallRhythm;
    /** from 0 to 10: a score from here on is asked for a referral */
    referralFromScore: number;
    referralAfter: Duration;
    /** from the return: how long it takes to call the customer loyal again */
    observation: Duration;
  };
  /** preventive tasks for who shows a sign before the loss; they have no case, and these are their limits */
  earlySigns: {
    /** the signs that give a task */
    actOn: EarlySign[];
    /** preventive tasks that the team has open at once */
    openAtMost: number;
    /** a customer gets at most one in so long */
    oncePer: Duration;
    /** who has bought on fewer days gets none */
    purchaseDaysAtLeast: number;
    /** a sign that has held for longer when we hear of it is history */
    freshFor: Duration;
    /** from the sign to the task's due time */
    dueAfter: Duration;
    /** how long a task may wait after its due time; then it closes */
    window: Duration;
    /** a complaint without an answer for longer is a sign */
    complaintAnsweredWithin: Duration;
    /** when a rhythm slows down */
    decline: {
      purchaseDaysAtLeast: number;
      /** silent for longer than this many of the customer's own longest intervals */
      longestFactor: number;
      /** but never before this silence */
      silenceAtLeast: Duration;
    };
  };
  /** what work and contacts cost; cases that were opened before it was said take the standard's */
  costs?: Costs | undefined;
  /** how far ahead a task may be moved: what is further away would be forgotten */
  rescheduleAtMost: Duration;
  /** the longest pause of a case */
  pauseAtMost: Duration;
  /** a task this long past its due time is overdue, in working time */
  overdueAfter: Duration;
  /** so long past it, it is a manager's business; a remedy or approval is as soon as it is overdue. Left out: nothing escalates */
  escalateAfter?: Duration;
  /** left out: nothing is proposed, measured or found to rise */
  prevention?: PreventionPolicy;
  /** left out: nobody earns points */
  incentives?: IncentivePolicy;
  /** a loss of the last so long can be that of who appears under a new ID; left out: two years */
  recognisedWithin?: Duration;
};

/** A policy as a case carries it. `version` is `<name>-<n>`, counted by the database. */
export type VersionedPolicy = Policy & { version: string };

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

/** Cases opened in one transaction, which stays well under a second. */
const openedAtOnceAtMost = 20;

/** The steps in which waiting candidates get their cases: at most `limit` in each, and then a pause in milliseconds. */
export function openingPace({ startsPerMinute }: Pick<Policy['scan'], 'startsPerMinute'>): {
  limit: number;
  pauseMs: number;
} {
  // Steps of at most ten seconds, so that a dead worker is soon noticed.
  const limit = Math.min(openedAtOnceAtMost, Math.floor(startsPerMinute / 6));
  return { limit, pauseMs: (limit / startsPerMinute) * 60_000 };
}

/** What a mid-sized German company would start with. */
export const standardPolicy: Policy & { costs: Costs } = {
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
  successControl: { observation: '90d' },
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
  successControl: { observation: '25s' },
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
    threshold: { cases: 4 },
    causeKnownAfter: '5s',
    measuredOver: '60s',
    judgedAfter: '20s',
    judgedFrom: 10,
    rises: { period: '30s', casesAtLeast: 5, falseShare: 0.05 },
  },
};

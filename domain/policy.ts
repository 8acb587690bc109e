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

/** When a returner's silence is an alarm. */
export type EarlyWarning = {
  /** silence ÷ the customer's own median interval between purchase days; lower than any rule of detection */
  intervals: number;
  /** whose rhythm is not known so well gets none */
  purchaseDaysAtLeast: number;
};

export const afterCareTasks = [
  'welcome-call',
  'aftercare-call',
  'satisfaction-call',
  'satisfaction-mail',
] as const;

/** One contact of the second loyalty, `after` the return. */
export type AfterCare = { task: (typeof afterCareTasks)[number]; after: Duration };

/** What of a customer's earlier pattern is compared. */
export const patternMeasures = ['purchase-days', 'spend', 'either', 'both'] as const;

/** What a customer must do to count as regained. */
export type RegainRule = {
  /** an explicitly withdrawn cancellation is enough */
  withdrawal: boolean;
  /** of the expected pattern, 0 to 100, over as long as the observation; 0: any purchase is enough */
  sharePercent: number;
  of: (typeof patternMeasures)[number];
};

export type RegainRules = Record<Trigger, RegainRule>;

/** By what one way is better than another: how often customers come back, or what a contacted one leaves us. */
export const objectives = ['regained', 'margin'] as const;
export type Objective = (typeof objectives)[number];

/**
 * How it is tried which of the playbooks that fit a case equally well does best, and which of the offers that may stand
 * for each other.
 */
export type OptimisationPolicy = {
  /** left out: `regained` */
  objective?: Objective | undefined;
  /** least share of the choices for each of them, 0 to 100, as far as there is room */
  floorPercent: number;
  /** the trial is over as soon as one is the best with this probability, 50 to 100 … */
  stopAtPercent: number;
  /** … or each of them has so many cases with a known result: then the likeliest is taken */
  casesAtMost: number;
  /** so long after its opening the result of a case is known */
  judgedAfter: Duration;
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
    /** also cancellations that are not yet effective; left out: none of them */
    controlGroupBeforeEffective?: boolean | undefined;
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
    /** the strict rule; left out: the standard's */
    regained?: RegainRules | undefined;
  };
  /** left out: nothing is tried, the playbook that fits best is taken */
  optimisation?: OptimisationPolicy;
  secondLoyalty: {
    afterCare: AfterCare[];
    call: CallRhythm;
    /** left out: as planned in `afterCare`; else a delivery has the next after-care call so long after it, or one more */
    afterDelivery?: Duration | undefined;
    /** from 0 to 10: up to this score somebody makes up for what is wrong at once; left out: nobody does */
    makeUpToScore?: number | undefined;
    /** left out: nobody is warned before the second loss */
    earlyWarning?: EarlyWarning | undefined;
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

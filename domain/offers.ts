import type { Names } from './causes.ts';
import type { Duration } from './duration.ts';
import type { Language } from './mails.ts';
import type { Cause, Tier, Trigger } from './words.ts';

export const offerKinds = [
  'discount',
  'credit',
  'gift',
  'upgrade',
  'pause',
  'contract-change',
] as const;
export type OfferKind = (typeof offerKinds)[number];

/** A concession of the catalogue. Money in minor units of the policy's currency; an empty list fits all. */
export type Offer = {
  /** what playbooks call it in `concession` */
  offerId: string;
  title: string;
  /** what it is called to customers; where there is none in a language: the title */
  names?: Partial<Names> | undefined;
  kind: OfferKind;
  /** what it costs us when it is accepted */
  cost: number;
  causes: Cause[];
  tiers: Tier[];
  /** share of the second lifetime value, 0 to 100, that the cost must leave */
  marginFloorPercent: number;
  /** what may be granted of it in a calendar month (UTC); null: only the team's budget counts */
  monthlyBudget: number | null;
  /** a discount is otherwise only for those whom the price drove off */
  forAnyCause: boolean;
  /** how many days its code can be redeemed */
  validDays: number;
  /** what goes out when this one may not, or no manager approves it in time */
  fallback: string | null;
};

/** Limits of concessions, whatever the offer. */
export type OfferLimits = {
  /** what costs more waits for a manager */
  approveAbove: number;
  /** a manager's silence for so long means no, in working time */
  approveWithin: Duration;
  /** what the team may grant in a calendar month (UTC); null: no limit */
  monthlyBudget: number | null;
  /** who cancels again within so long gets no concession without a manager */
  noRewardWithin: Duration;
};

/** What counts when an offer is to be made. */
export type OfferFacts = {
  trigger: Trigger;
  cause: Cause;
  tier: Tier;
  secondLifetimeValue: number;
  /** IDs of what the customer was granted before, in any case */
  grantedBefore: string[];
  /** IDs of what the customer has refused in this case */
  refusedBefore: string[];
  /** the customer had cancelled before this loss, within the limits' `noRewardWithin` */
  cancelledBefore: boolean;
  /** granted or about to be this month, of this offer and of all */
  spent: { offer: number; team: number };
  /** a manager said yes to it in this case */
  approved: boolean;
};

export const offerRefusals = [
  'retired',
  'not-for-cause',
  'not-for-tier',
  'discount-without-price',
  'given-before',
  'refused-before',
  'below-margin-floor',
  'budget-used-up',
  'not-approved',
] as const;
export type OfferRefusal = (typeof offerRefusals)[number];

export const approvalReasons = ['above-limit', 'second-cancellation'] as const;
export type ApprovalReason = (typeof approvalReasons)[number];

export type OfferVerdict =
  | { kind: 'allowed' }
  | { kind: 'approval'; reason: ApprovalReason }
  | { kind: 'refused'; reason: OfferRefusal };

/** What the offer is called to a customer who reads this language. */
export function nameOfOffer(
  { title, names }: Pick<Offer, 'title' | 'names'>,
  language: Language,
): string {
  return names?.[language] ?? title;
}

/** An offer that a playbook names and the catalogue does not: the limits of all concessions hold for it. */
export function offerOutsideCatalogue(offerId: string, cost: number): Offer {
  return {
    ...{ offerId, title: offerId, kind: 'credit', cost, causes: [], tiers: [] },
    ...{ marginFloorPercent: 0, monthlyBudget: null, forAnyCause: false, validDays: 42 },
    fallback: null,
  };
}

/**
 * Whether an offer may be made. What can never be is refused before anybody is asked; a manager can allow what costs
 * much and what rewards a second cancellation, but not what is not for this customer, or not paid for.
 */
export function offerVerdict(offer: Offer, facts: OfferFacts, limits: OfferLimits): OfferVerdict {
  const refusal = refusalOf(offer, facts, limits);
  if (refusal) return { kind: 'refused', reason: refusal };
  if (facts.approved) return { kind: 'allowed' };
  if (facts.trigger === 'cancellation' && facts.cancelledBefore) {
    return { kind: 'approval', reason: 'second-cancellation' };
  }
  if (offer.cost > limits.approveAbove) return { kind: 'approval', reason: 'above-limit' };
  return { kind: 'allowed' };
}

function refusalOf(
  { offerId, kind, cost, causes, tiers, marginFloorPercent, ...offer }: Offer,
  { cause, tier, secondLifetimeValue, grantedBefore, refusedBefore, spent }: OfferFacts,
  { monthlyBudget }: OfferLimits,
): OfferRefusal | undefined {
  if (causes.length > 0 && !causes.includes(cause)) return 'not-for-cause';
  if (tiers.length > 0 && !tiers.includes(tier)) return 'not-for-tier';
  if (kind === 'discount' && cause !== 'better-offer-price' && !offer.forAnyCause) {
    return 'discount-without-price';
  }
  if (grantedBefore.includes(offerId)) return 'given-before';
  if (refusedBefore.includes(offerId)) return 'refused-before';
  if (cost > secondLifetimeValue * (1 - marginFloorPercent / 100)) return 'below-margin-floor';
  const exceeds = (sum: number, budget: number | null) => budget !== null && sum + cost > budget;
  const overBudget =
    exceeds(spent.offer, offer.monthlyBudget) || exceeds(spent.team, monthlyBudget);
  return overBudget ? 'budget-used-up' : undefined;
}

/**
 * `awaiting-approval` from when a manager is asked, `proposed` while it is being offered; `granted` once it is accepted, or
 * has gone out in place of a call.
 */
export const offerStatuses = ['awaiting-approval', 'proposed', 'granted', 'withdrawn'] as const;
export type OfferStatus = (typeof offerStatuses)[number];

export type OfferRecord = {
  offerId: string;
  content: Offer;
  changedAt: string;
  retiredAt: string | null;
  /** granted and set aside, minor units */
  spentThisMonth: number;
};

/** An offer in a case. */
export type CaseOffer = {
  caseId: string;
  measureId: string;
  offerId: string;
  customerId: string;
  cost: number;
  /** of its code, from the grant on */
  validDays: number;
  status: OfferStatus;
  approved: boolean;
  proposedAt: string;
  grantedAt: string | null;
  code: string | null;
  expiresAt: string | null;
  redeemedAt: string | null;
  orderId: string | null;
};

/** What the cost of is set aside. */
export const pendingOffer: OfferStatus[] = ['awaiting-approval', 'proposed'];

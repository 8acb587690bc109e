import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  offerKinds,
  offerVerdict,
  type Offer,
  type OfferFacts,
  type OfferLimits,
  type OfferVerdict,
} from '../../domain/offers.ts';
import { causes, tiers, triggers } from '../../domain/words.ts';

const offer: Offer = {
  ...{ offerId: 'credit', title: 'Credit', kind: 'credit', cost: 1_000, causes: [], tiers: [] },
  ...{ marginFloorPercent: 50, monthlyBudget: 10_000, forAnyCause: false, validDays: 30 },
  fallback: null,
};
const facts: OfferFacts = {
  ...{ trigger: 'dormancy', cause: 'neglected', tier: 'B', secondLifetimeValue: 10_000 },
  ...{
    grantedBefore: [],
    refusedBefore: [],
    cancelledBefore: false,
    approved: false,
    spent: { offer: 0, team: 0 },
  },
};
const limits: OfferLimits = {
  ...{ approveAbove: 2_000, approveWithin: '2d', monthlyBudget: 50_000, noRewardWithin: '365d' },
};

const allowed: OfferVerdict = { kind: 'allowed' };
const refused = (reason: string) => ({ kind: 'refused', reason }) as OfferVerdict;
const approval = (reason: string) => ({ kind: 'approval', reason }) as OfferVerdict;

describe('an offer', () => {
  it.each<[string, Partial<Offer>, Partial<OfferFacts>, OfferVerdict]>([
    ['that fits', {}, {}, allowed],
    ['for other causes', { causes: ['no-need'] }, {}, refused('not-for-cause')],
    ['for this cause', { causes: ['neglected'] }, {}, allowed],
    ['for other tiers', { tiers: ['A'] }, {}, refused('not-for-tier')],
    ['that is a discount', { kind: 'discount' }, {}, refused('discount-without-price')],
    [
      'that is a discount where the price drove off',
      { kind: 'discount' },
      { cause: 'better-offer-price' },
      allowed,
    ],
    ['that is a discount for any cause', { kind: 'discount', forAnyCause: true }, {}, allowed],
    [
      'that the customer has had',
      {},
      { grantedBefore: ['gift', 'credit'] },
      refused('given-before'),
    ],
    [
      'that the customer has refused in this case',
      {},
      { refusedBefore: ['credit'], approved: true },
      refused('refused-before'),
    ],
    ['that leaves just enough', {}, { secondLifetimeValue: 2_000 }, allowed],
    ['that leaves too little', {}, { secondLifetimeValue: 1_999 }, refused('below-margin-floor')],
    ['that uses its budget up', {}, { spent: { offer: 9_000, team: 9_000 } }, allowed],
    ['over its budget', {}, { spent: { offer: 9_001, team: 9_001 } }, refused('budget-used-up')],
    [
      'over the team’s budget',
      { monthlyBudget: null },
      { spent: { offer: 0, team: 49_001 } },
      refused('budget-used-up'),
    ],
    ['that costs as much as agents may grant', { cost: 2_000 }, {}, allowed],
    ['that costs more', { cost: 2_001 }, {}, approval('above-limit')],
    ['that costs more and was approved', { cost: 2_001 }, { approved: true }, allowed],
    [
      'after a second cancellation',
      {},
      { trigger: 'cancellation', cancelledBefore: true },
      approval('second-cancellation'),
    ],
    [
      'after a cancellation and a silence',
      {},
      { trigger: 'dormancy', cancelledBefore: true },
      allowed,
    ],
    [
      'over its budget, though approved',
      {},
      { spent: { offer: 9_001, team: 0 }, approved: true },
      refused('budget-used-up'),
    ],
  ])('%s', (_what, change, about, verdict) => {
    expect(offerVerdict({ ...offer, ...change }, { ...facts, ...about }, limits)).toEqual(verdict);
  });

  it('is never allowed twice, over a budget, or below the margin floor, whatever else holds', () => {
    const any = fc.record({
      kind: fc.constantFrom(...offerKinds),
      cost: fc.nat(20_000),
      marginFloorPercent: fc.nat(100),
      trigger: fc.constantFrom(...triggers),
      cause: fc.constantFrom(...causes),
      tier: fc.constantFrom(...tiers),
      secondLifetimeValue: fc.nat(40_000),
      approved: fc.boolean(),
      cancelledBefore: fc.boolean(),
      had: fc.boolean(),
      spent: fc.nat(60_000),
    });
    fc.assert(
      fc.property(any, ({ kind, cost, marginFloorPercent, had, spent, ...about }) => {
        const asked = { ...offer, kind, cost, marginFloorPercent };
        const given = {
          ...about,
          grantedBefore: had ? ['credit'] : [],
          refusedBefore: [],
          spent: { offer: spent, team: spent },
        };
        const verdict = offerVerdict(asked, given, limits);
        if (verdict.kind === 'refused') return;
        expect(had).toBe(false);
        expect(spent + cost).toBeLessThanOrEqual(offer.monthlyBudget!);
        expect(cost).toBeLessThanOrEqual(
          about.secondLifetimeValue * (1 - marginFloorPercent / 100),
        );
        if (kind === 'discount') expect(about.cause).toBe('better-offer-price');
        if (verdict.kind === 'allowed' && !about.approved) {
          expect(cost).toBeLessThanOrEqual(limits.approveAbove);
          expect(about.trigger === 'cancellation' && about.cancelledBefore).toBe(false);
        }
      }),
    );
  });
});

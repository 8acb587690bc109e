import { describe, expect, it } from '@jest/globals';
import {
  offersAllowedIn,
  offersOfCase,
  proposeOffer,
  putOffer,
  retireOffer,
  type OfferLot,
} from '../../db/offers.ts';
import type { Db } from '../../db/open.ts';
import { caseOffers, events, offerDraws } from '../../db/schema.ts';
import type { Offer } from '../../domain/offers.ts';
import type { CaseRecord } from '../../domain/records.ts';
import type { Cause } from '../../domain/words.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { withDatabase } from '../support/database.ts';
import { accept, anna, anOpenCase, event, minute } from './given.ts';

it('a code is redeemed by the customer to whom it was granted, however it was typed, and once', () =>
  withDatabase(async ({ db }) => {
    const code = 'WB-7KQ4-M2XP';
    const offer = { caseId: 'C1-e1', measureId: 'offer', offerId: 'tenth-off', customerId: 'C1' };
    const terms = { cost: 900, validDays: 14, status: 'granted', code } as const;
    db.insert(caseOffers)
      .values({ ...offer, ...terms, proposedAt: minute(0) })
      .run();
    const redeem = async (customerId: string, code: string, orderId: string, time: string) => {
      await accept(db, [event('offer.redeemed', customerId, { data: { code, orderId }, time })]);
      return (await offersOfCase(db, 'C1-e1'))[0]!;
    };
    expect(await redeem('C2', code, 'O-1', minute(1))).toMatchObject({ redeemedAt: null });
    expect(await redeem('C1', 'WB-7KQ4-M2XQ', 'O-2', minute(2))).toMatchObject({ orderId: null });
    const redeemed = { redeemedAt: minute(3), orderId: 'O-3' };
    expect(await redeem('C1', ' wb-7kq4-m2xp ', 'O-3', minute(3))).toMatchObject(redeemed);
    expect(await redeem('C1', code, 'O-4', minute(4))).toMatchObject(redeemed);
    expect(db.select().from(events).all()).toHaveLength(4);
  }));

it('what may be offered in a case is said by its cause, what was made for that first, with who must approve', () =>
  withDatabase(async ({ db }) => {
    const offer: Offer = {
      ...{ offerId: 'credit', title: 'Credit', kind: 'credit', cost: 900, causes: [], tiers: [] },
      ...{ marginFloorPercent: 0, monthlyBudget: null, forAnyCause: false, validDays: 14 },
      fallback: null,
    };
    const { approveAbove } = standardPolicy.offers;
    const asked = { actor: anna, request: {}, idempotencyKey: null };
    for (const change of [
      offer,
      { offerId: 'gift', cost: 100 },
      { offerId: 'amends', cost: approveAbove + 1, causes: ['disappointed-service'] },
      { offerId: 'discount', kind: 'discount' },
      { offerId: 'too-dear', cost: 9_000_000 },
      { offerId: 'old' },
    ] as Partial<Offer>[]) {
      await putOffer(db, { ...offer, ...change }, { asked, at: minute(0) });
    }
    await retireOffer(db, 'old', { asked, at: minute(0) });
    const opened = await anOpenCase(db, 'C1');
    const allowed = async (cause: Cause, change: Partial<CaseRecord>) => {
      const record = { ...opened, tier: 'A' as const, secondLifetimeValue: 90_000, ...change };
      const how = { cause, limits: standardPolicy.offers, at: minute(1) };
      const found = await offersAllowedIn(db, record, how);
      return found.map((one) => [one.offer.offerId, one.approval]);
    };
    const unknown = [
      ['gift', null],
      ['credit', null],
    ];
    expect(await allowed('unknown', {})).toEqual(unknown);
    expect(await allowed('disappointed-service', {})).toEqual([
      ['amends', 'above-limit'],
      ...unknown,
    ]);
    expect(await allowed('better-offer-price', {})).toEqual([...unknown, ['discount', null]]);
    expect(await allowed('unknown', { tier: null })).toEqual([]);
  }));

describe('an offer for which others may stand', () => {
  const lot: OfferLot = {
    alternatives: ['gift', 'upgrade'],
    policy: { floorPercent: 10, stopAtPercent: 95, casesAtMost: 100, judgedAfter: '180d' },
    currency: 'EUR',
  };
  const offer: Offer = {
    ...{ offerId: 'credit', title: 'An offer', kind: 'credit', cost: 900, causes: [], tiers: [] },
    ...{ marginFloorPercent: 0, monthlyBudget: null, forAnyCause: false, validDays: 14 },
    fallback: null,
  };
  const asked = { actor: anna, request: {}, idempotencyKey: null };
  const put = (db: Db, change: Partial<Offer>) =>
    putOffer(db, { ...offer, ...change }, { asked, at: minute(0) });
  const all = async (db: Db, change: Partial<Offer> = {}) => {
    for (const offerId of ['credit', 'gift', 'upgrade']) await put(db, { ...change, offerId });
  };
  const ask = (db: Db, caseId: string, how: { lot?: OfferLot; measureId?: string } = { lot }) =>
    proposeOffer(
      db,
      {
        ...{ caseId, customerId: caseId, measureId: 'sweeten', offerId: 'credit', cost: 1 },
        ...{ trigger: 'manual', cause: 'neglected', tier: 'A', secondLifetimeValue: 90_000 },
        ...{ approved: false, limits: standardPolicy.offers, ...how },
      },
      minute(1),
    );

  it('is one of them by lot: with its probability, each about as often, and set aside', () =>
    withDatabase(async ({ db }) => {
      await all(db);
      const counts: Record<string, number> = {};
      for (let i = 0; i < 90; i += 1) {
        const { kind, offerId, tried } = await ask(db, `L${i}`);
        expect({ kind, tried }).toEqual({
          kind: 'allowed',
          tried: {
            ...{ probability: expect.closeTo(1 / 3, 4), trial: 'running', objective: 'regained' },
            ...{ arms: 'credit 0.3333, gift 0.3333, upgrade 0.3333', leftOut: '' },
          },
        });
        counts[offerId!] = (counts[offerId!] ?? 0) + 1;
        expect(await offersOfCase(db, `L${i}`)).toMatchObject([{ offerId, status: 'proposed' }]);
      }
      // Of 90 a third: 30, standard deviation 4.5.
      for (const offerId of ['credit', 'gift', 'upgrade']) {
        expect(counts[offerId]).toBeGreaterThan(11);
      }
    }));

  it('is drawn once for a measure of a case, whatever is known later, and anew for another', () =>
    withDatabase(async ({ db }) => {
      await all(db);
      const first = await ask(db, 'L1');
      await put(db, { offerId: 'best' });
      const more = { ...lot, alternatives: ['best'] };
      expect(await ask(db, 'L1', { lot: more })).toEqual(first);
      expect(await offersOfCase(db, 'L1')).toHaveLength(1);
      const other = await ask(db, 'L1', { lot: more, measureId: 'again' });
      expect(other.tried!.arms).toMatch(/^credit 0.5000, best 0.5000$/);
      expect(db.select().from(offerDraws).all()).toMatchObject([
        { caseId: 'L1', measureId: 'sweeten', offerId: first.offerId, ...first.tried },
        { caseId: 'L1', measureId: 'again', offerId: other.offerId, drawnAt: minute(1) },
      ]);
      await retireOffer(db, first.offerId!, { asked, at: minute(1) });
      // What cannot be made any more is refused, and nothing else is drawn in its place.
      expect(await ask(db, 'L1')).toMatchObject({ kind: 'refused', offerId: first.offerId });
    }));

  it('is drawn among those alone that may be made without asking anybody', () =>
    withDatabase(async ({ db }) => {
      await all(db);
      const { approveAbove } = standardPolicy.offers;
      await put(db, { offerId: 'credit', cost: 80_000, marginFloorPercent: 90 });
      await put(db, { offerId: 'upgrade', cost: approveAbove + 1 });
      expect(await ask(db, 'L1')).toMatchObject({
        ...{ kind: 'allowed', offerId: 'gift' },
        tried: {
          ...{ probability: 1, arms: 'gift 1.0000' },
          leftOut: 'credit below-margin-floor, upgrade above-limit',
        },
      });
      await put(db, { offerId: 'gift', monthlyBudget: 900 });
      const { offerId, ...answer } = await ask(db, 'L2');
      // No lot is left: a manager is asked about none but the first, which here is refused for good.
      expect({ offerId, ...answer }).toMatchObject({ kind: 'refused', offerId: 'credit' });
      expect(answer).not.toHaveProperty('tried');
      expect(db.select().from(offerDraws).all()).toHaveLength(1);
    }));

  it('is the one of the playbook where all would need a manager, or nothing is tried', () =>
    withDatabase(async ({ db }) => {
      await all(db);
      expect(await ask(db, 'L1', {})).toEqual({
        ...{ kind: 'allowed', offerId: 'credit', cost: 900, fallback: null },
      });
      await all(db, { cost: standardPolicy.offers.approveAbove + 1 });
      const answer = await ask(db, 'L2');
      expect(answer).toMatchObject({ kind: 'approval', offerId: 'credit' });
      expect(answer).not.toHaveProperty('tried');
      expect(db.select().from(offerDraws).all()).toEqual([]);
    }));
});

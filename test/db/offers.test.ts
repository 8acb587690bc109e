import { expect, it } from '@jest/globals';
import { offersOfCase } from '../../db/offers.ts';
import { caseOffers, events } from '../../db/schema.ts';
import { withDatabase } from '../support/database.ts';
import { accept, event, minute } from './given.ts';

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

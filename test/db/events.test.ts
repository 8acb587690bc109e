import { describe, expect, it } from '@jest/globals';
import { getCustomer, currentPermissions, listCustomers } from '../../db/customers.ts';
import { getCase, openCaseOf, projectCase } from '../../db/cases.ts';
import { acceptEvents } from '../../db/events.ts';
import { events, outbox } from '../../db/schema.ts';
import type { Db } from '../../db/open.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anna,
  anOpenCase,
  aPolicy,
  closedAsLost,
  event,
  messages,
  minute,
  projection,
  purchase,
} from './given.ts';

/** In the order of their acceptance, whether or not their turn has come. */
function factsOf(db: Db): Record<string, unknown>[] {
  return db
    .select()
    .from(outbox)
    .all()
    .filter(({ kind }) => kind === 'fact')
    .map(({ payload }) => payload as Record<string, unknown>);
}

describe('a batch of events', () => {
  it('is accepted with all its effects', () =>
    withDatabase(async ({ db }) => {
      const batch = [
        event('customer.updated', 'C1', {
          data: { name: 'Eva Ernst', kind: 'consumer', vip: true },
        }),
        purchase('C1', 'o1', { time: minute(1), amount: 500 }),
        purchase('C1', 'o2', { time: minute(2), amount: 700 }),
        event('order.delivered', 'C2', { data: { orderId: 'o9' } }),
      ];
      expect(await accept(db, batch)).toEqual({ accepted: 4, duplicates: 0 });
      const senders = db.select({ sentBy: events.sentBy }).from(events).all();
      expect(new Set(senders.map(({ sentBy }) => sentBy))).toEqual(new Set(['shop-key']));
      expect(await getCustomer(db, 'C1')).toEqual({
        customerId: 'C1',
        kind: 'consumer',
        name: 'Eva Ernst',
        email: null,
        phone: null,
        country: null,
        language: null,
        timeZone: null,
        createdAt: minute(0),
        updatedAt: minute(0),
        objectedAt: null,
        deceasedAt: null,
        cancelledAt: null,
        purchases: 2,
        totalAmount: 1_200,
        currency: 'EUR',
        lastPurchaseAt: minute(2),
        profileAt: minute(0),
      });
      expect(await getCustomer(db, 'C2')).toMatchObject({ name: null, purchases: 0 });
    }));

  it('is all or nothing', () =>
    withDatabase(async ({ db }) => {
      const broken = event('purchase.recorded', 'C3', { data: { orderId: 'o3', currency: 'EUR' } });
      const batch = [purchase('C1', 'o1'), event('cancellation.received', 'C2'), broken];
      await expect(accept(db, batch)).rejects.toThrow();
      expect(await listCustomers(db, { limit: 10 })).toMatchObject({ items: [] });
      expect(await openCaseOf(db, 'C2')).toBeUndefined();
      expect(await messages(db)).toEqual([]);
      expect(await accept(db, batch.slice(0, 2))).toEqual({ accepted: 2, duplicates: 0 });
    }));

  it('is all or nothing by itself when it comes together with others', () =>
    withDatabase(async ({ db }) => {
      const broken = event('purchase.recorded', 'C2', { data: { orderId: 'o9', currency: 'EUR' } });
      const again = purchase('C1', 'o1');
      const answers = await Promise.allSettled([
        accept(db, [again]),
        accept(db, [purchase('C2', 'o2'), broken]),
        accept(db, [again, purchase('C3', 'o3')]),
      ]);
      expect(answers).toMatchObject([
        { status: 'fulfilled', value: { accepted: 1, duplicates: 0 } },
        { status: 'rejected' },
        { status: 'fulfilled', value: { accepted: 1, duplicates: 1 } },
      ]);
      const { items } = await listCustomers(db, { limit: 10 });
      expect(items.map(({ customerId }) => customerId)).toEqual(['C1', 'C3']);
    }));

  it('is refused, and with it all that wait, when another process writes for too long', () =>
    withDatabase(async ({ db, connect }) => {
      const { $client: other } = await connect();
      db.$client.pragma('busy_timeout = 1');
      const context = { policy: await aPolicy(db), at: minute(0), actor: anna };
      const send = () =>
        Promise.allSettled(
          ['C1', 'C2'].map((customerId) =>
            acceptEvents(db, { events: [purchase(customerId, 'o1')], ...context }),
          ),
        );
      other.exec('begin immediate');
      const busy = { status: 'rejected', reason: { code: 'SQLITE_BUSY' } };
      expect(await send()).toMatchObject([busy, busy]);
      other.exec('rollback');
      expect(await send()).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    }));

  it('changes nothing where an event was seen before, in another batch or in this one', () =>
    withDatabase(async ({ db }) => {
      const first = purchase('C1', 'o1');
      const second = purchase('C1', 'o2');
      await accept(db, [first]);
      expect(await accept(db, [first, second, second])).toEqual({ accepted: 1, duplicates: 2 });
      expect(await getCustomer(db, 'C1')).toMatchObject({ purchases: 2, totalAmount: 2_000 });
    }));

  it('tells the same event ID of two sources apart', () =>
    withDatabase(async ({ db }) => {
      const first = purchase('C1', 'o1');
      const other = { ...purchase('C1', 'o2'), eventId: first.eventId, source: 'billing' };
      expect(await accept(db, [first, other])).toEqual({ accepted: 2, duplicates: 0 });
    }));

  it('gives facts of different events different identities, whatever slashes they hold', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1');
      await accept(db, [
        { ...event('customer.objected', 'C1'), source: 'a/b', eventId: 'd' },
        { ...event('customer.deceased', 'C1'), source: 'a', eventId: 'b/d' },
      ]);
      const ids = factsOf(db).map(({ eventId }) => eventId);
      expect(new Set(ids).size).toBe(2);
    }));

  it('keeps events of unknown types without any effect', () =>
    withDatabase(async ({ db }) => {
      const unknown = event('stock.counted', 'SKU-1', { data: { left: 3 } });
      expect(await accept(db, [unknown])).toEqual({ accepted: 1, duplicates: 0 });
      expect(db.select().from(events).get()).toMatchObject({
        type: 'stock.counted',
        data: { left: 3 },
      });
      expect(await getCustomer(db, 'SKU-1')).toBeUndefined();
    }));
});

describe('what is known of a customer', () => {
  const named = (name: string, time: string) =>
    event('customer.updated', 'C1', { time, data: { name, kind: 'consumer' } });

  it('is what the latest update says, in whatever order updates arrive', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [named('second', minute(2)), named('first', minute(1))]);
      expect(await getCustomer(db, 'C1')).toMatchObject({ name: 'second' });
      await accept(db, [named('second', minute(4)), named('third', minute(3))]);
      expect(await getCustomer(db, 'C1')).toMatchObject({ name: 'second' });
    }));

  it('is taken from an update that is older than the first purchase', () =>
    withDatabase(async ({ db }) => {
      await accept(
        db,
        [purchase('C1', 'o1', { time: minute(5) }), named('Eva', minute(1))],
        minute(9),
      );
      expect(await getCustomer(db, 'C1')).toMatchObject({ name: 'Eva', purchases: 1 });
    }));

  it('keeps the fields that an update does not name', () =>
    withDatabase(async ({ db }) => {
      const data = { name: 'Eva', kind: 'consumer', phone: '+49 30 1' };
      await accept(db, [event('customer.updated', 'C1', { data }), named('Eva Ernst', minute(1))]);
      expect(await getCustomer(db, 'C1')).toMatchObject({ name: 'Eva Ernst', phone: '+49 30 1' });
    }));

  it('remembers the first objection and the death', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [
        event('customer.objected', 'C1', { time: minute(1) }),
        event('customer.objected', 'C1', { time: minute(2) }),
        event('customer.deceased', 'C1', { time: minute(3) }),
      ]);
      expect(await getCustomer(db, 'C1')).toMatchObject({
        objectedAt: minute(1),
        deceasedAt: minute(3),
      });
    }));

  it('counts an order once, by whatever event it is reported', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'o1'), purchase('C1', 'o1', { amount: 9_999 })]);
      expect(await getCustomer(db, 'C1')).toMatchObject({ purchases: 1, totalAmount: 1_000 });
    }));

  it('includes the newest word on each channel, in whatever order it arrives', () =>
    withDatabase(async ({ db }) => {
      const permission = (channel: string, granted: boolean, time: string) =>
        event('permission.changed', 'C1', { time, data: { channel, granted, proof: `p ${time}` } });
      await accept(db, [
        permission('phone', false, minute(3)),
        permission('phone', true, minute(1)),
        permission('email', true, minute(2)),
        permission('email', false, minute(2)),
      ]);
      expect(await currentPermissions(db, 'C1')).toEqual([
        {
          channel: 'email',
          purpose: null,
          granted: false,
          legalBasis: null,
          proof: `p ${minute(2)}`,
          at: minute(2),
        },
        {
          channel: 'phone',
          purpose: null,
          granted: false,
          legalBasis: null,
          proof: `p ${minute(3)}`,
          at: minute(3),
        },
      ]);
    }));
});

describe('a cancellation', () => {
  it('opens a case with the stated cause and has its workflow started', () =>
    withDatabase(async ({ db }) => {
      const data = { reason: 'better-offer-price', effectiveAt: '2026-12-31T23:00:00+01:00' };
      await accept(
        db,
        [event('cancellation.received', 'C1', { time: minute(1), data })],
        minute(2),
      );
      const record = await getCase(db, 'C1-e1');
      expect(record).toMatchObject({
        customerId: 'C1',
        episode: 1,
        trigger: 'cancellation',
        status: 'open',
        step: 'identification',
        cause: 'better-offer-price',
        statedCause: 'better-offer-price',
        statedReason: null,
        effectiveAt: '2026-12-31T22:00:00.000Z',
        openedAt: minute(2),
        openedBy: 'shop-key',
        policyVersion: 'standard-1',
        revision: 0,
      });
      expect(await getCustomer(db, 'C1')).toMatchObject({ cancelledAt: minute(1) });
      const [start] = await messages(db);
      expect(start).toMatchObject({ kind: 'start-case', orderKey: 'C1' });
      expect(start?.payload).toMatchObject({
        caseId: 'C1-e1',
        statedCause: 'better-offer-price',
        policy: { version: 'standard-1' },
      });
    }));

  it('keeps a reason in free text in the database alone', () =>
    withDatabase(async ({ db }) => {
      const data = { reason: 'Frau Meier war unfreundlich' };
      await accept(db, [event('cancellation.received', 'C1', { data })]);
      expect(await getCase(db, 'C1-e1')).toMatchObject({
        statedReason: 'Frau Meier war unfreundlich',
        statedCause: null,
      });
      expect(JSON.stringify(await messages(db))).not.toContain('Meier');
    }));

  it('is a fact for the case that is already open', () =>
    withDatabase(async ({ db }) => {
      const { caseId } = await anOpenCase(db, 'C1');
      await accept(db, [event('cancellation.received', 'C1', { data: { reason: 'no-need' } })]);
      expect(factsOf(db)).toEqual([
        {
          kind: 'cancellation',
          cause: 'no-need',
          effectiveAt: null,
          at: minute(0),
          eventId: expect.stringMatching(/^[0-9a-f]{24}$/),
          customerId: 'C1',
          caseId,
        },
      ]);
    }));

  it('no longer stands once it is withdrawn, or the customer has bought again', () =>
    withDatabase(async ({ db }) => {
      for (const customerId of ['C1', 'C2', 'C3']) {
        await accept(db, [event('cancellation.received', customerId, { time: minute(5) })]);
      }
      await accept(db, [
        event('cancellation.withdrawn', 'C1', { time: minute(6) }),
        purchase('C2', 'o1', { time: minute(6) }),
        purchase('C3', 'o1', { time: minute(4) }),
      ]);
      expect(await getCustomer(db, 'C1')).toMatchObject({ cancelledAt: null });
      expect(await getCustomer(db, 'C2')).toMatchObject({ cancelledAt: null });
      expect(await getCustomer(db, 'C3')).toMatchObject({ cancelledAt: minute(5) });
    }));
});

describe('a late cancellation', () => {
  it('opens nothing when its withdrawal or a later purchase is known', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [
        event('cancellation.withdrawn', 'C1', { time: minute(6) }),
        purchase('C2', 'o1', { time: minute(6) }),
      ]);
      await accept(db, [
        event('cancellation.received', 'C1', { time: minute(5) }),
        event('cancellation.received', 'C2', { time: minute(5) }),
      ]);
      expect(await messages(db)).toEqual([]);
      expect(await getCustomer(db, 'C1')).toMatchObject({ cancelledAt: null });
      expect(await getCustomer(db, 'C2')).toMatchObject({ cancelledAt: null });
    }));

  it('opens nothing when the case of the newer one has closed', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [event('cancellation.received', 'C1', { time: minute(5) })]);
      const record = (await openCaseOf(db, 'C1'))!;
      await projectCase(db, projection(record, 1, { state: closedAsLost }), minute(50));
      await accept(db, [event('cancellation.received', 'C1', { time: minute(4) })], minute(51));
      expect(await openCaseOf(db, 'C1')).toBeUndefined();
      await accept(db, [event('cancellation.received', 'C1', { time: minute(51) })], minute(52));
      expect(await openCaseOf(db, 'C1')).toMatchObject({ episode: 2 });
    }));
});

describe('an order that is reported twice', () => {
  it('counts with its earliest report, whichever came first', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [
        purchase('C1', 'o1', { time: minute(8), amount: 900 }),
        purchase('C1', 'o1', { time: minute(2), amount: 200 }),
        purchase('C1', 'o1', { time: minute(4), amount: 400 }),
      ]);
      expect(await getCustomer(db, 'C1')).toMatchObject({
        purchases: 1,
        totalAmount: 200,
        lastPurchaseAt: minute(2),
      });
    }));
});

describe('an open case', () => {
  it('hears of purchases, withdrawal, objection, death and permissions, in order', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1', { trigger: 'cancellation' });
      const permission = { channel: 'phone', granted: false };
      await accept(db, [
        purchase('C1', 'o1', { time: minute(1), amount: 300 }),
        event('permission.changed', 'C1', { time: minute(2), data: permission }),
        event('cancellation.withdrawn', 'C1', { time: minute(3) }),
        event('customer.objected', 'C1', { time: minute(4) }),
        event('customer.deceased', 'C1', { time: minute(5) }),
      ]);
      expect(factsOf(db)).toMatchObject([
        { kind: 'purchase', at: minute(1), amount: 300, currency: 'EUR' },
        { kind: 'permission', at: minute(2), channel: 'phone', granted: false },
        { kind: 'cancellation-withdrawn', at: minute(3) },
        { kind: 'objection', at: minute(4) },
        { kind: 'death', at: minute(5) },
      ]);
    }));

  it('hears nothing of news about others and of repeated orders', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'o1')]);
      await anOpenCase(db, 'C1', { at: minute(1) });
      await accept(db, [
        purchase('C2', 'o2', { time: minute(5) }),
        purchase('C1', 'o1', { time: minute(5) }),
        event('complaint.recorded', 'C1'),
      ]);
      expect(factsOf(db)).toEqual([]);
    }));

  it('hears nothing of a permission that is already outdated', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1');
      const permission = (granted: boolean, time: string) =>
        event('permission.changed', 'C1', { time, data: { channel: 'phone', granted } });
      await accept(db, [permission(false, minute(3)), permission(true, minute(2))]);
      expect(factsOf(db)).toMatchObject([{ granted: false }]);
    }));

  it('hears nothing of a withdrawal where nothing was cancelled, or before the cancellation', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1');
      await accept(db, [event('cancellation.received', 'C2', { time: minute(5) })]);
      await accept(db, [
        event('cancellation.withdrawn', 'C1', { time: minute(3) }),
        event('cancellation.withdrawn', 'C2', { time: minute(4) }),
      ]);
      expect(factsOf(db)).toEqual([]);
    }));

  it('hears of a cancellation together with its withdrawal when that came first', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1', { trigger: 'dormancy' });
      const withdrawn = event('cancellation.withdrawn', 'C1', { time: minute(4) });
      await accept(db, [withdrawn]);
      expect(factsOf(db)).toEqual([]);
      await accept(db, [event('cancellation.received', 'C1', { time: minute(3) })]);
      expect(factsOf(db)).toMatchObject([
        { kind: 'cancellation', at: minute(3) },
        { kind: 'cancellation-withdrawn', at: minute(4) },
      ]);
    }));

  it('does not take a late report of an old purchase for a return', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [event('cancellation.received', 'C1', { time: minute(5) })], minute(9));
      await accept(db, [purchase('C2', 'o1', { time: minute(5) })]);
      await anOpenCase(db, 'C2', { trigger: 'dormancy', at: minute(9) });
      await accept(db, [
        purchase('C1', 'before', { time: minute(4) }),
        purchase('C2', 'before', { time: minute(4) }),
      ]);
      expect(factsOf(db)).toEqual([]);
      await accept(db, [
        purchase('C1', 'after', { time: minute(6) }),
        purchase('C2', 'after', { time: minute(6) }),
      ]);
      expect(factsOf(db)).toMatchObject([{ customerId: 'C1' }, { customerId: 'C2' }]);
    }));
});

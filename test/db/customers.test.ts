import { describe, expect, it } from '@jest/globals';
import {
  countCustomersForScan,
  customersForScan,
  getCustomer,
  listCustomers,
  buyers,
  countBuyers,
  purchaseHistory,
} from '../../db/customers.ts';
import { recordPurchases, upsertCustomers } from '../../db/imports.ts';
import { projectCase } from '../../db/cases.ts';
import { messagesDone } from '../../db/outbox.ts';
import { DomainError } from '../../domain/errors.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anOpenCase,
  closedAsLost,
  event,
  everyPage,
  messages,
  minute,
  projection,
  purchase,
} from './given.ts';

const bought = (customerId: string, orderId: string, purchasedAt: string, amount = 100) => ({
  customerId,
  orderId,
  purchasedAt,
  amount,
  currency: 'EUR',
});

describe('importing customers', () => {
  it('tells new, changed and unchanged ones apart and keeps what is not given', () =>
    withDatabase(async ({ db }) => {
      const one = { customerId: 'C1', name: 'Eva', phone: '1', extra: { vip: true } };
      const two = { customerId: 'C2', name: 'Udo' };
      expect(await upsertCustomers(db, { customers: [one, two], at: minute(1) })).toEqual({
        created: 2,
        updated: 0,
        unchanged: 0,
      });
      const again = [{ customerId: 'C1', name: 'Eva', phone: '2' }, two];
      expect(await upsertCustomers(db, { customers: again, at: minute(2) })).toEqual({
        created: 0,
        updated: 1,
        unchanged: 1,
      });
      expect(await getCustomer(db, 'C1')).toMatchObject({ name: 'Eva', phone: '2' });
    }));

  it('fills in a customer of whom only purchases were known', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'o1')], minute(5));
      await upsertCustomers(db, { customers: [{ customerId: 'C1', name: 'Eva' }], at: minute(1) });
      expect(await getCustomer(db, 'C1')).toMatchObject({ name: 'Eva', purchases: 1 });
    }));
});

describe('importing purchases', () => {
  it('counts each order once', () =>
    withDatabase(async ({ db }) => {
      const purchases = [
        bought('C1', 'o1', '2026-01-05', 100),
        bought('C1', 'o2', '2026-01-02', 50),
        bought('C1', 'o1', '2026-01-09', 100),
      ];
      expect(await recordPurchases(db, { purchases, at: minute(0) })).toEqual({
        inserted: 2,
        unchanged: 1,
      });
      expect(await getCustomer(db, 'C1')).toMatchObject({
        purchases: 2,
        totalAmount: 150,
        lastPurchaseAt: '2026-01-05T00:00:00.000Z',
      });
    }));

  it('is a fact for an open case only if dated after its opening', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1', { at: minute(5) });
      const purchases = [bought('C1', 'old', minute(4)), bought('C1', 'new', minute(6), 70)];
      await recordPurchases(db, { purchases, at: minute(9) });
      const [start] = await messages(db);
      expect(start?.kind).toBe('start-case');
      await messagesDone(db, [start!.outboxId], minute(9));
      expect(await messages(db)).toMatchObject([
        { kind: 'fact', payload: { kind: 'purchase', amount: 70, at: minute(6) } },
      ]);
    }));

  it('is all or nothing', () =>
    withDatabase(async ({ db }) => {
      const purchases = [bought('C1', 'o1', minute(0)), bought('C1', 'o2', 'yesterday')];
      await expect(recordPurchases(db, { purchases, at: minute(0) })).rejects.toThrow();
      expect(await getCustomer(db, 'C1')).toBeUndefined();
    }));
});

describe('a purchase history', () => {
  it('has each UTC day once, in order, and the sum of everything', () =>
    withDatabase(async ({ db }) => {
      const purchases = [
        bought('C1', 'o3', '2026-01-03T23:30:00Z', 7),
        bought('C1', 'o1', '2026-01-01T08:00:00Z', 1),
        bought('C1', 'o2', '2026-01-01T18:00:00Z', 2),
        bought('C1', 'o4', '2026-01-04T01:00:00+02:00', 5),
      ];
      await recordPurchases(db, { purchases, at: minute(0) });
      const history = {
        days: [20_454, 20_456],
        lastPurchaseAt: '2026-01-03T23:30:00.000Z',
        totalAmount: 15,
        firstDayAmount: 3,
      };
      expect(await purchaseHistory(db, 'C1')).toEqual(history);
      expect(await customersForScan(db, { after: null, limit: 5 })).toEqual([
        { customerId: 'C1', history },
      ]);
      expect(await purchaseHistory(db, 'nobody')).toEqual({
        days: [],
        lastPurchaseAt: null,
        totalAmount: 0,
        firstDayAmount: 0,
      });
      expect(await buyers(db, { after: null, limit: 5 })).toEqual({
        past: [{ days: [20_454, 20_456], spend: [3, 12] }],
        last: 'C1',
      });
      expect(await countBuyers(db)).toBe(1);
      expect(await buyers(db, { after: 'C1', limit: 5 })).toEqual({ past: [], last: null });
    }));
});

describe('the dormancy scan', () => {
  it('looks at whoever bought, unless they objected, died, cancelled or have an open case', () =>
    withDatabase(async ({ db }) => {
      const ids = ['bought', 'cancelled', 'deceased', 'objected', 'open'];
      await accept(db, [
        ...ids.map((customerId) => purchase(customerId, 'o1')),
        event('customer.updated', 'never-bought', { data: { name: 'N', kind: 'consumer' } }),
        event('customer.objected', 'objected'),
        event('customer.deceased', 'deceased'),
        event('cancellation.received', 'cancelled', { time: minute(1) }),
      ]);
      await anOpenCase(db, 'open');
      const found = await customersForScan(db, { after: null, limit: 10 });
      expect(found.map(({ customerId }) => customerId)).toEqual(['bought']);
      expect(await countCustomersForScan(db)).toBe(1);
    }));

  it('does not look again at a silence that was a case already', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'o1')]);
      const record = await anOpenCase(db, 'C1', { trigger: 'dormancy', at: minute(5) });
      await projectCase(db, projection(record, 1, { state: closedAsLost }), minute(6));
      expect(await countCustomersForScan(db)).toBe(0);
      await accept(db, [purchase('C1', 'o2', { time: minute(7) })]);
      expect(await countCustomersForScan(db)).toBe(1);
    }));

  it('pages by customer without gap or repetition', () =>
    withDatabase(async ({ db }) => {
      const ids = Array.from({ length: 7 }, (_, i) => `C${i}`);
      await accept(
        db,
        ids.map((id) => purchase(id, 'o1')),
      );
      const seen: string[] = [];
      for (let after: string | null = null; ;) {
        const page = await customersForScan(db, { after, limit: 3 });
        if (page.length === 0) break;
        seen.push(...page.map(({ customerId }) => customerId));
        after = seen.at(-1)!;
      }
      expect(seen).toEqual(ids);
    }));
});

describe('the list of customers', () => {
  it('is complete over its pages, by ID', () =>
    withDatabase(async ({ db }) => {
      const ids = Array.from({ length: 7 }, (_, i) => `C${i}`);
      await accept(
        db,
        ids.toReversed().map((id) => purchase(id, 'o1')),
      );
      const pages = await everyPage((cursor) => listCustomers(db, { limit: 3, cursor }));
      expect(pages.map((page) => page.map(({ customerId }) => customerId))).toEqual([
        ['C0', 'C1', 'C2'],
        ['C3', 'C4', 'C5'],
        ['C6'],
      ]);
    }));

  it('gives no cursor when the last page is exactly full', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'o1'), purchase('C2', 'o1')]);
      expect((await listCustomers(db, { limit: 2 })).nextCursor).toBeNull();
    }));

  it.each([
    'nonsense',
    '',
    Buffer.from('["customers"]').toString('base64url'),
    'WyJ0YXNrcyIsIngiXQ',
  ])('refuses the cursor "%s"', (cursor) =>
    withDatabase(async ({ db }) => {
      const refusal = await listCustomers(db, { limit: 2, cursor }).catch((error) => error);
      expect(refusal).toBeInstanceOf(DomainError);
      expect(refusal).toMatchObject({ code: 'invalid', fields: [{ field: 'cursor' }] });
    }),
  );
});

import { describe, expect, it } from '@jest/globals';
import { currentPermissions, getCustomer } from '../../db/customers.ts';
import {
  openCancelledCases,
  recordCancellations,
  recordPermissions,
  recordPurchases,
} from '../../db/imports.ts';
import { listCases } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import type { Cancellation, PermissionChange } from '../../domain/records.ts';
import { withDatabase } from '../support/database.ts';
import { accept, anOpenCase, aPolicy, event, messages, minute } from './given.ts';

const cancelled = (receivedAt: string, more: Partial<Cancellation> = {}): Cancellation => ({
  customerId: 'C1',
  receivedAt,
  ...more,
});
const cancellationsIn = (db: Db, ...cancellations: Cancellation[]) =>
  recordCancellations(db, { cancellations, at: minute(50) });
const bought = (purchasedAt: string) => ({
  ...{ customerId: 'C1', orderId: purchasedAt, purchasedAt, amount: 100, currency: 'EUR' },
});
const cancelledAt = async (db: Db) => (await getCustomer(db, 'C1'))?.cancelledAt;

describe('importing cancellations', () => {
  it('makes history: the customer counts as cancelled as of the last one, and no case opens', () =>
    withDatabase(async ({ db }) => {
      const lines = [cancelled(minute(5)), cancelled(minute(9)), cancelled(minute(7))];
      expect(await cancellationsIn(db, ...lines)).toEqual({ inserted: 3, unchanged: 0 });
      expect(await cancelledAt(db)).toBe(minute(9));
      expect(await messages(db)).toEqual([]);
      expect(await cancellationsIn(db, ...lines)).toEqual({ inserted: 0, unchanged: 3 });
    }));

  it('leaves whoever bought or withdrew it later a customer, however often it is repeated', () =>
    withDatabase(async ({ db }) => {
      await recordPurchases(db, { purchases: [bought(minute(6))], at: minute(50) });
      await cancellationsIn(db, cancelled(minute(5)));
      expect(await cancelledAt(db)).toBeNull();

      await accept(db, [event('cancellation.withdrawn', 'C1', { time: minute(20) })]);
      await cancellationsIn(db, cancelled(minute(15)));
      expect(await cancelledAt(db)).toBeNull();

      await cancellationsIn(db, cancelled(minute(25)));
      expect(await cancelledAt(db)).toBe(minute(25));
      await accept(db, [event('cancellation.withdrawn', 'C1', { time: minute(30) })]);
      await cancellationsIn(db, cancelled(minute(25)));
      expect(await cancelledAt(db)).toBeNull();
    }));

  it('is news for an open case only if dated after its opening', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1', { at: minute(10) });
      await cancellationsIn(db, cancelled(minute(9)), cancelled(minute(11), { reason: 'no-need' }));
      const facts = db.$client
        .prepare(`select payload from outbox where kind = 'fact'`)
        .all()
        .map((row) => JSON.parse((row as { payload: string }).payload) as unknown);
      expect(facts).toMatchObject([
        { kind: 'cancellation', at: minute(11), cause: 'no-need', effectiveAt: null },
      ]);
    }));

  it('opens a case on demand, for the last cancellation that stands, and once', () =>
    withDatabase(async ({ db }) => {
      const lines = [
        cancelled(minute(5), { reason: 'no-need' }),
        cancelled(minute(9), { reason: 'zu teuer', effectiveAt: '2027-01-01T00:00:00Z' }),
        cancelled(minute(9), { customerId: 'C2' }),
      ];
      await cancellationsIn(db, ...lines);
      const purchases = [{ ...bought(minute(10)), customerId: 'C2' }];
      await recordPurchases(db, { purchases, at: minute(50) });
      const request = { cancellations: lines, policy: await aPolicy(db), at: minute(60) };
      expect(await openCancelledCases(db, request)).toBe(1);
      expect(await openCancelledCases(db, request)).toBe(0);
      expect((await listCases(db, {}, { limit: 5 })).items).toMatchObject([
        {
          ...{ customerId: 'C1', trigger: 'cancellation', statedCause: null, openedBy: 'import' },
          ...{ statedReason: 'zu teuer', effectiveAt: '2027-01-01T00:00:00.000Z' },
        },
      ]);
    }));
});

describe('importing permissions', () => {
  const permission = (granted: boolean, at: string): PermissionChange => ({
    ...{ customerId: 'C1', channel: 'email', granted, at, legalBasis: 'consent' },
  });
  const permissionsIn = (db: Db, ...permissions: PermissionChange[]) =>
    recordPermissions(db, { permissions, at: minute(50) });
  const allowed = async (db: Db) =>
    (await currentPermissions(db, 'C1')).map(({ granted }) => granted);

  it('keeps their history, of which the newest counts, and changes nothing when repeated', () =>
    withDatabase(async ({ db }) => {
      const lines = [permission(false, minute(9)), permission(true, minute(5))];
      expect(await permissionsIn(db, ...lines)).toEqual({ inserted: 2, unchanged: 0 });
      expect(await allowed(db)).toEqual([false]);
      expect(await permissionsIn(db, ...lines)).toEqual({ inserted: 0, unchanged: 2 });
    }));

  it('takes a later word of the same moment, and does not go back when the first is repeated', () =>
    withDatabase(async ({ db }) => {
      await permissionsIn(db, permission(true, minute(5)));
      await permissionsIn(db, permission(false, minute(5)));
      await permissionsIn(db, permission(true, minute(5)));
      expect(await allowed(db)).toEqual([false]);
    }));

  it('tells an open case what has changed for it now', () =>
    withDatabase(async ({ db }) => {
      await permissionsIn(db, permission(true, minute(5)));
      await anOpenCase(db, 'C1', { at: minute(10) });
      await permissionsIn(db, permission(false, minute(3)), permission(true, minute(6)));
      await permissionsIn(db, permission(false, minute(7)));
      const facts = db.$client
        .prepare(`select payload from outbox where kind = 'fact'`)
        .all()
        .map((row) => JSON.parse((row as { payload: string }).payload) as unknown);
      expect(facts).toMatchObject([{ kind: 'permission', granted: false, at: minute(7) }]);
    }));
});

import { describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { projectCase } from '../../db/cases.ts';
import { currentPermissions, getCustomer } from '../../db/customers.ts';
import { confirmDuplicate, rejectDuplicate } from '../../db/duplicate-decisions.ts';
import { findDuplicates, listDuplicates, markCustomers } from '../../db/duplicates.ts';
import { recordCancellations, recordPurchases, upsertCustomers } from '../../db/imports.ts';
import type { Db } from '../../db/open.ts';
import { outbox } from '../../db/schema.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anOpenCase,
  boss,
  closedAsLost,
  event,
  everyPage,
  minute,
  projection,
  purchase,
} from './given.ts';

const anna = { name: 'Anna Meier', kind: 'consumer', email: 'anna@mail.example', country: 'DE' };
const profile = (customerId: string, data: object, time = minute(30)) =>
  event('customer.updated', customerId, { time, data: { ...data } });
const open = async (db: Db, page = { limit: 50 }) =>
  (await listDuplicates(db, { status: 'open', within: '730d' }, page)).items;
const told = { asked: { actor: boss, request: {}, idempotencyKey: null }, at: minute(50) };

/** A lost customer with an open case. */
async function lost(db: Db, customerId = 'F', data: object = anna) {
  await accept(db, [profile(customerId, data, minute(0)), purchase(customerId, 'O1')], minute(0));
  return anOpenCase(db, customerId, { at: minute(10) });
}

/** What cases are to hear of, in its order. */
const facts = async (db: Db) =>
  db
    .select()
    .from(outbox)
    .where(eq(outbox.kind, 'fact'))
    .orderBy(outbox.outboxId)
    .all()
    .map(({ orderKey, payload }) => [orderKey, (payload as { kind: string }).kind]);

describe('a possible duplicate', () => {
  it('is reported when somebody appears who is like a lost customer, with what is alike', () =>
    withDatabase(async ({ db }) => {
      const { caseId } = await lost(db, 'F', { ...anna, phone: '030 1234567' });
      const new_ = {
        ...anna,
        name: 'A. Meier',
        email: 'ANNA+x@mail.example',
        phone: '+49301234567',
      };
      await accept(db, [profile('X', new_)], minute(30));
      await accept(db, [profile('Y', { ...anna, email: 'other@mail.example' })], minute(30));
      expect(await open(db)).toMatchObject([
        {
          ...{ customerId: 'X', formerId: 'F', caseId, alike: ['email', 'phone'] },
          ...{ foundAt: minute(30), status: 'open', decidedBy: null },
        },
      ]);
    }));

  it('is found in imported customers, too, and by name and address', () =>
    withDatabase(async ({ db }) => {
      const home = { street: 'Hauptstraße 5', postalCode: '80331', city: 'München' };
      await lost(db, 'F', { name: 'Anna Meier', kind: 'consumer', ...home });
      const extra = { ...home, street: 'Hauptstr. 5' };
      const customers = [{ customerId: 'X', name: 'Meier, Anna', extra }];
      await upsertCustomers(db, { customers, at: minute(30) });
      expect(await open(db)).toMatchObject([{ customerId: 'X', alike: ['name-and-address'] }]);
    }));

  it('is none among customers of whom none was lost, or who were there before and did not buy since', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [profile('A', anna, minute(0)), profile('B', anna, minute(1))], minute(1));
      await anOpenCase(db, 'A', { at: minute(10) });
      await findDuplicates(db, minute(20));
      expect(await open(db)).toEqual([]);
      await accept(db, [purchase('B', 'O1', { time: minute(25) })], minute(25));
      await findDuplicates(db, minute(30));
      expect(await open(db)).toMatchObject([{ customerId: 'B', formerId: 'A' }]);
    }));

  it('is found however many cases are open', () =>
    withDatabase(async ({ db }) => {
      for (let i = 0; i < 450; i += 1) await anOpenCase(db, `C${i}`, { at: minute(10) });
      await lost(db);
      await accept(db, [profile('B', anna, minute(1))], minute(1));
      await accept(db, [purchase('B', 'O2', { time: minute(25) })], minute(25));
      await findDuplicates(db, minute(30));
      expect(await open(db)).toMatchObject([{ customerId: 'B', formerId: 'F' }]);
    }));

  it('is none by what many share', () =>
    withDatabase(async ({ db }) => {
      await lost(db);
      for (let i = 0; i < 12; i += 1) await accept(db, [profile(`X${i}`, anna)], minute(30));
      const before = (await open(db)).length;
      await accept(db, [profile('Y', anna)], minute(31));
      expect(await open(db)).toHaveLength(before);
      expect(before).toBe(9);
    }));

  it('of a loss long ago is not shown, and the list goes page by page', () =>
    withDatabase(async ({ db }) => {
      await lost(db);
      for (const id of ['X', 'Y', 'Z']) await accept(db, [profile(id, anna)], minute(30));
      const filter = { status: 'open', within: '10m' } as const;
      expect((await listDuplicates(db, filter, { limit: 50 })).items).toEqual([]);
      const pages = await everyPage((cursor) =>
        listDuplicates(db, { ...filter, within: '20m' }, { limit: 2, cursor }),
      );
      expect(pages.map((page) => page.length)).toEqual([2, 1]);
    }));

  it('is found in customers who were stored before there were marks', () =>
    withDatabase(async ({ db }) => {
      await lost(db);
      await accept(db, [profile('X', anna)], minute(30));
      db.$client.exec('delete from customer_marks; delete from duplicates');
      // E is known by what they bought alone.
      await accept(db, [purchase('E', 'O2')], minute(30));
      const looked = [await markCustomers(db, 1), await markCustomers(db, 1)];
      expect([...looked, await markCustomers(db, 5)]).toEqual([1, 1, 1]);
      expect(await markCustomers(db, 5)).toBe(0);
      await findDuplicates(db, minute(40));
      expect(await open(db)).toHaveLength(1);
    }));
});

describe('a duplicate that a manager confirms', () => {
  it('makes what was bought the return of the lost customer, by the way of every purchase', () =>
    withDatabase(async ({ db }) => {
      await lost(db);
      await accept(
        db,
        [
          profile('X', anna),
          purchase('X', 'N1', { time: minute(30), amount: 900 }),
          ...['N1', 'N2'].map((orderId) =>
            event('order.returned', 'X', { data: { orderId, amount: 200 } }),
          ),
        ],
        minute(30),
      );
      const [found] = await open(db);
      const record = await confirmDuplicate(db, found!.duplicateId, told);
      expect(record).toMatchObject({ status: 'confirmed', decidedBy: 'boss' });
      expect(await facts(db)).toEqual([['F', 'purchase']]);
      expect(await getCustomer(db, 'F')).toMatchObject({
        ...{ purchases: 2, totalAmount: 1_700, lastPurchaseAt: minute(30) },
      });
      expect(await getCustomer(db, 'X')).toMatchObject({
        ...{ purchases: 0, totalAmount: 0, lastPurchaseAt: null, currency: null },
      });
      // What came back of an order that is heard of only now.
      await accept(db, [purchase('X', 'N2', { time: minute(31), amount: 500 })], minute(31));
      expect(await getCustomer(db, 'F')).toMatchObject({ totalAmount: 2_000 });
      await expect(rejectDuplicate(db, found!.duplicateId, told)).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(await open(db)).toEqual([]);
    }));

  it('lets all that comes under the new ID happen to the former customer', () =>
    withDatabase(async ({ db }) => {
      await lost(db);
      await accept(db, [profile('X', anna)], minute(30));
      await confirmDuplicate(db, (await open(db))[0]!.duplicateId, told);
      await accept(db, [purchase('X', 'N1', { time: minute(60) })], minute(60));
      await accept(db, [purchase('X', 'N1', { time: minute(60) })], minute(61));
      const imported = { customerId: 'X', orderId: 'N2', amount: 5, currency: 'EUR' };
      const purchases = [{ ...imported, purchasedAt: minute(70) }];
      await recordPurchases(db, { purchases, at: minute(70) });
      await accept(db, [event('customer.objected', 'X', { time: minute(80) })], minute(80));
      const cancellations = [{ customerId: 'X', receivedAt: minute(90) }];
      await recordCancellations(db, { cancellations, at: minute(90) });
      expect(await facts(db)).toEqual([
        ['F', 'purchase'],
        ['F', 'purchase'],
        ['F', 'objection'],
        ['F', 'cancellation'],
      ]);
      expect(await getCustomer(db, 'F')).toMatchObject({ purchases: 3, objectedAt: minute(80) });
      expect(await getCustomer(db, 'X')).toMatchObject({ purchases: 0, objectedAt: null });
    }));

  it('carries what was refused under the new ID, and the open case hears of it', () =>
    withDatabase(async ({ db }) => {
      await lost(db);
      await accept(db, [profile('X', anna)], minute(30));
      const refused = { channel: 'phone', granted: false };
      await accept(db, [
        event('permission.changed', 'F', { time: minute(30), data: { ...refused, granted: true } }),
        event('permission.changed', 'X', { time: minute(31), data: refused }),
        event('customer.objected', 'X', { time: minute(32) }),
        event('customer.deceased', 'X', { time: minute(33) }),
      ]);
      await confirmDuplicate(db, (await open(db))[0]!.duplicateId, told);
      expect(await getCustomer(db, 'F')).toMatchObject({
        ...{ objectedAt: minute(32), deceasedAt: minute(33) },
      });
      expect(await currentPermissions(db, 'F')).toMatchObject([{ ...refused, at: minute(31) }]);
      expect(await facts(db)).toEqual([
        ['F', 'permission'],
        ['F', 'objection'],
        ['F', 'death'],
      ]);
    }));

  it('is not one as long as a case of the new ID is open, and never its own former self', () =>
    withDatabase(async ({ db }) => {
      await lost(db);
      await accept(db, [profile('X', anna), purchase('X', 'N1', { time: minute(30) })], minute(30));
      const [found] = await open(db);
      const second = await anOpenCase(db, 'X', { at: minute(40) });
      const confirm = () => confirmDuplicate(db, found!.duplicateId, told);
      await expect(confirm()).rejects.toThrow('Close the open case');
      await projectCase(db, projection(second, 1, { state: closedAsLost }), minute(50));
      await confirm();
      await expect(confirmDuplicate(db, 'none', told)).rejects.toMatchObject({ code: 'not-found' });
    }));
});

it('a duplicate that a manager rejects is never reported again', () =>
  withDatabase(async ({ db }) => {
    await lost(db);
    await accept(db, [profile('X', anna)], minute(30));
    await rejectDuplicate(db, (await open(db))[0]!.duplicateId, told);
    await accept(db, [profile('X', { ...anna, phone: '030 1234567' }, minute(60))], minute(60));
    await accept(db, [profile('F', { ...anna, phone: '030 1234567' }, minute(60))], minute(60));
    await findDuplicates(db, minute(61));
    expect(await open(db)).toEqual([]);
    expect(await facts(db)).toEqual([]);
  }));

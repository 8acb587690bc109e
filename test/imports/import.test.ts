import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ImportProgress } from '../../imports/files.ts';
import { getCustomer, listCustomers } from '../../db/customers.ts';
import { permissionHistory } from '../../db/permissions.ts';
import {
  bad,
  contents,
  customersHeader,
  db,
  eachOnItsOwn,
  file,
  importCustomers,
  importing,
  importPurchases,
  moments,
  purchasesHeader,
  root,
} from './given-import.ts';

eachOnItsOwn();

describe('an import', () => {
  test('takes customers and their purchases, with columns in any order', async () => {
    const summary = await importing({
      customers: file('c.csv', [
        'country,kind,customerId,phone,email,name',
        'DE,business,c1,+49 30 123456,office@example.com,"Meyer, Müller & ""Co"""',
        ',,c2,,,',
      ]),
      purchases: file('p.csv', [
        'currency,amount,purchasedAt,orderId,customerId',
        'EUR,29.33,2026-03-24,o1,c1',
        'EUR,0.7,2026-03-24T16:30:00+02:00,o2,c1',
        'EUR,12,2026-05-01T08:00:00Z,o1,unheard-of',
      ]),
    });
    expect(summary).toMatchObject({
      customers: { created: 2, updated: 0, unchanged: 0, badLines: 0 },
      purchases: { inserted: 3, unchanged: 0, badLines: 0 },
    });
    expect(await getCustomer(db, 'c1')).toMatchObject({
      name: 'Meyer, Müller & "Co"',
      kind: 'business',
      email: 'office@example.com',
      phone: '+49 30 123456',
      country: 'DE',
      purchases: 2,
      totalAmount: 3_003,
      currency: 'EUR',
      lastPurchaseAt: '2026-03-24T14:30:00.000Z',
    });
    expect(await getCustomer(db, 'c2')).toMatchObject({ kind: 'consumer', name: null });
    expect(await getCustomer(db, 'unheard-of')).toMatchObject({ name: null, totalAmount: 1_200 });
  });

  test('of the same files once more changes nothing', async () => {
    const files = {
      customers: file('c.csv', [customersHeader, 'c1,Ann,,,,', 'c2,Ben,,,,']),
      purchases: file('p.csv', [purchasesHeader, 'c1,o1,2026-03-24,29.33,EUR']),
    };
    await importing(files);
    const before = await contents();
    expect(await importing(files)).toMatchObject({
      customers: { created: 0, updated: 0, unchanged: 2, badLines: 0 },
      purchases: { inserted: 0, unchanged: 1, badLines: 0 },
    });
    expect(await contents()).toEqual(before);
  });

  test('leaves what an empty cell does not name as it was', async () => {
    await importCustomers('c1,Ann,ann@example.com,,,');
    const { customers } = await importCustomers('c1,Ann Smith,,,,');
    expect(customers).toMatchObject({ updated: 1 });
    expect(await getCustomer(db, 'c1')).toMatchObject({
      name: 'Ann Smith',
      email: 'ann@example.com',
    });
  });

  test('counts an amount to the cent, without floating-point errors', async () => {
    await importPurchases('c1,o1,2026-01-01,1.1,EUR', 'c1,o2,2026-01-02,2.2,EUR');
    await importPurchases('c2,o1,2026-01-01,9999999999.99,EUR', 'c3,o1,2026-01-01,0.00,EUR');
    expect((await getCustomer(db, 'c1'))?.totalAmount).toBe(330);
    expect((await getCustomer(db, 'c2'))?.totalAmount).toBe(999_999_999_999);
    expect((await getCustomer(db, 'c3'))?.totalAmount).toBe(0);
    expect(bad).toEqual([]);
  });

  test('tells how far it is', async () => {
    const seen: ImportProgress[] = [];
    const lines = Array.from({ length: 2_500 }, (_, i) => `c${i},o1,2026-01-01,1.00,EUR`);
    const purchases = file('p.csv', [purchasesHeader, ...lines]);
    await importing({ purchases, onProgress: (progress) => seen.push(progress) });
    const bytesTotal = statSync(purchases).size;
    expect(seen.at(-1)).toEqual({
      file: purchases,
      phase: 'importing',
      rows: 2_500,
      bytesRead: bytesTotal,
      bytesTotal,
    });
    expect(seen.length).toBeGreaterThan(1);
  });
});

describe('a bad line', () => {
  test('is reported with its number, field and reason, and the others are imported', async () => {
    const time = 'must be a date like 2026-03-24 or 24.03.2026, perhaps with a time like 16:30';
    const amount = 'must be an amount like 1,234.50, not negative';
    const places = 'must have at most 2 decimal places in EUR';
    const { purchases } = await importPurchases(
      'c1,o1,2026-03-24,1.00,EUR',
      'c1,o2,24.13.2026,1.00,EUR',
      'c1,o3,2026-02-29,1.00,EUR',
      'c1,o4,2026-03-24T24:30:00,1.00,EUR',
      'c1,o5,2026-11-24,1.00,EUR',
      'c1,o6,2026-03-24,"1,00",EUR',
      'c1,o7,2026-03-24,-1.00,EUR',
      'c1,o8,2026-03-24,1.005,EUR',
      'c1,o9,2026-03-24,1e3,EUR',
      'c1,o10,2026-03-24,1.00,eur',
      'c1,,2026-03-24,1.00,EUR',
      'ann@example.com,o1,2026-03-24,1.00,EUR',
      'c1,o1,2026-03-24,1.00',
      'c1,o1,2026-03-24,1.00,EUR,',
      '',
      'c1,o11,never,nothing,EUR',
      'c1,o2,2026-03-24,1.00,EUR',
    );
    expect(purchases).toEqual({ inserted: 2, unchanged: 0, badLines: 14 });
    expect(bad).toEqual([
      { line: 3, field: 'purchasedAt', reason: time, value: '24.13.2026' },
      { line: 4, field: 'purchasedAt', reason: time, value: '2026-02-29' },
      { line: 5, field: 'purchasedAt', reason: time },
      {
        ...{ line: 6, field: 'purchasedAt', value: '2026-11-24' },
        reason: 'must not lie in the future',
      },
      { line: 7, field: 'amount', reason: amount, value: '1,00' },
      { line: 8, field: 'amount', reason: amount, value: '-1.00' },
      { line: 9, field: 'amount', reason: places, value: '1.005' },
      { line: 10, field: 'amount', reason: amount },
      {
        ...{ line: 11, field: 'currency', value: 'eur' },
        reason: 'must be three capital letters like EUR',
      },
      { line: 12, field: 'orderId', reason: 'must not be empty' },
      { line: 13, field: 'customerId', reason: expect.stringContaining('no mail address') },
      { line: 14, field: '', reason: 'has 4 fields instead of 5' },
      { line: 15, field: '', reason: 'has 6 fields instead of 5' },
      { line: 17, field: 'purchasedAt', reason: time },
      { line: 17, field: 'amount', reason: amount },
    ]);
  });

  test('of a customer is reported as well', async () => {
    const { customers } = await importCustomers(
      'c1,Ann,no address,,,',
      'c2,Ben,,,nobody,',
      'c3,Cem,,,,Germany',
      `c4,${'x'.repeat(301)},,,,`,
      // As long as an event may make it.
      `c5,${'x'.repeat(300)},eve@example.com,,consumer,AT`,
    );
    expect(customers).toEqual({ created: 1, updated: 0, unchanged: 0, badLines: 4 });
    expect(bad).toEqual([
      { line: 2, field: 'email', reason: 'must be a mail address' },
      {
        ...{ line: 3, field: 'kind', value: 'nobody' },
        reason: 'must be consumer or business, or empty for consumer',
      },
      {
        ...{ line: 4, field: 'country', value: 'Germany' },
        reason: 'must be two capital letters like DE, or empty',
      },
      { line: 5, field: 'name', reason: 'must have at most 300 characters' },
    ]);
  });

  test('with a wrong quote spoils no other line, even where a later quote seems to close it', async () => {
    const { purchases } = await importPurchases(
      'c1,o1,2026-03-24,1.00,EUR',
      'c1,"o2,2026-03-24,1.00,EUR',
      'c1,o3,2026-03-24,1.00,EUR',
      'c1,o4",2026-03-24,1.00,EUR',
      'c1,"o"5,2026-03-24,1.00,EUR',
      'c1,"o6",2026-03-24,1.00,EUR',
      'c1,"o7,2026-03-24,1.00,EUR',
    );
    expect(purchases).toEqual({ inserted: 3, unchanged: 0, badLines: 4 });
    const reason = 'has a quote that is not closed or stands in the wrong place';
    expect(bad).toEqual([3, 5, 6, 8].map((line) => ({ line, field: '', reason })));
  });

  test('with NUL bytes or bytes that are not UTF-8 is reported', async () => {
    const { customers } = await importing({
      customers: file(
        'c.csv',
        Buffer.concat([
          Buffer.from(`${customersHeader}\nc1,An\0n,,,,\nc2,M`),
          Buffer.from([0xfc]), // ü in Windows-1252
          Buffer.from('ller,,,,\nc3,Müller,,,,\n'),
        ]),
      ),
    });
    expect(customers).toMatchObject({ created: 1, badLines: 2 });
    expect(await getCustomer(db, 'c3')).toMatchObject({ name: 'Müller' });
    const reason = 'must be readable text without control characters';
    expect(bad).toEqual([2, 3].map((line) => ({ line, field: 'name', reason })));
  });

  test('of a megabyte is reported, and the line after it has the right number', async () => {
    const { customers } = await importCustomers(
      'c1,Ann,,,,',
      `c2,${'x'.repeat(1_000_000)},,,,`,
      'c3,Cem,,,,',
      'c4,Dan,wrong,,,',
    );
    expect(customers).toMatchObject({ created: 2, badLines: 2 });
    expect(bad).toEqual([
      { line: 3, field: '', reason: 'is longer than 65536 characters' },
      { line: 5, field: 'email', reason: 'must be a mail address' },
    ]);
  });

  test('is one that contradicts an earlier line about the same order or customer', async () => {
    const files = {
      customers: file('c.csv', [customersHeader, 'c1,Ann,,,,', 'c1,Ben,,,,']),
      purchases: file('p.csv', [
        purchasesHeader,
        'c1,o1,2026-03-24,1.00,EUR',
        'c2,o1,2026-03-24,2.00,EUR',
        'c1,o1,2026-03-24,1.00,EUR',
        'c1,o1,2026-03-24,3.00,EUR',
      ]),
    };
    const { purchases } = await importing(files);
    expect(purchases).toEqual({ inserted: 2, unchanged: 1, badLines: 1 });
    expect(bad).toEqual([
      { line: 3, field: 'customerId', reason: 'is already on line 2, with other content' },
      { line: 5, field: 'orderId', reason: 'is already on line 2, with other content' },
    ]);
    expect(await getCustomer(db, 'c1')).toMatchObject({ name: 'Ann', totalAmount: 100 });
  });
});

test('the purpose of a permission and a customer’s time zone are read, and checked as elsewhere', async () => {
  const customers = file('c.csv', [
    'Kunde;Name;Zeitzone',
    'K-1;Erika;Europe/Vienna',
    'K-2;Max;Entenhausen',
    'K-3;Moritz;',
  ]);
  const permissions = file('e.csv', [
    'Kunde;Kanal;Zweck;Einwilligung;Seit',
    'K-1;Telefon;Service;nein;05.01.2026',
    'K-1;Telefon;Werbung;ja;05.01.2026',
    'K-1;E-Mail;;ja;05.01.2026',
    'K-1;Brief;Spaß;ja;05.01.2026',
  ]);
  const summary = { permissions: { inserted: 3, unchanged: 0, badLines: 1 } };
  expect(await importing({ customers, permissions })).toMatchObject(summary);
  expect(await importing({ customers, permissions })).toMatchObject({
    permissions: { inserted: 0, unchanged: 3 },
  });
  expect(bad.slice(0, 2)).toEqual([
    {
      ...{ line: 3, field: 'timeZone', value: 'Entenhausen' },
      reason: 'must be a known IANA time zone like Europe/Berlin, or empty',
    },
    {
      ...{ line: 5, field: 'purpose', value: 'Spaß' },
      reason: 'must be recovery or service, or empty for every one',
    },
  ]);
  expect(await getCustomer(db, 'K-1')).toMatchObject({ timeZone: 'Europe/Vienna' });
  expect(await getCustomer(db, 'K-3')).toMatchObject({ timeZone: null });
  const said = (await permissionHistory(db, 'K-1')).map(({ channel, purpose, granted }) => ({
    ...{ channel, purpose, granted },
  }));
  expect(said).toHaveLength(3);
  expect(said).toContainEqual({ channel: 'phone', purpose: 'service', granted: false });
  expect(said).toContainEqual({ channel: 'phone', purpose: 'recovery', granted: true });
  expect(said).toContainEqual({ channel: 'email', purpose: null, granted: true });
});

describe('shifted', () => {
  const shifting = (...lines: string[]) =>
    importing({
      purchases: file('p.csv', [purchasesHeader, ...lines]),
      shiftLastPurchaseTo: '2026-11-20',
    });

  test('purchases move by whole days, the last one to the day asked for', async () => {
    await shifting(
      'c1,o1,1997-01-01,1.00,USD',
      'c1,o2,1998-06-30T18:00:00Z,1.00,USD',
      'c1,o3,2999-01-01,1.00,USD',
    );
    expect(await moments('c1')).toEqual(['2025-05-24T00:00:00.000Z', '2026-11-20T18:00:00.000Z']);
    expect(bad).toMatchObject([{ line: 4, reason: 'must not lie in the future' }]);
  });

  test('a file without purchases stays one', async () => {
    expect((await shifting()).purchases.inserted).toBe(0);
  });
});

describe('the CDNOW example', () => {
  // Counted in the original, CDNOW_sample.txt (see examples/cdnow/README.md):
  //   awk '{ sum += $5 * 100; seen[$2] } END { print NR, length(seen), sum }' CDNOW_sample.txt
  const original = {
    purchases: 6_919,
    customers: 2_357,
    amount: 24_409_194,
    lastDay: '1998-06-30T00:00:00.000Z',
  };

  test('holds the customers and purchases of the original', async () => {
    const summary = await importing({
      customers: join(root, 'examples/cdnow/customers.csv'),
      purchases: join(root, 'examples/cdnow/purchases.csv'),
    });
    expect(summary).toMatchObject({
      customers: { created: original.customers, updated: 0, unchanged: 0, badLines: 0 },
      purchases: { inserted: original.purchases, unchanged: 0, badLines: 0 },
    });
    const { items } = await listCustomers(db, { limit: 10_000 });
    expect(items).toHaveLength(original.customers);
    const sum = (of: (customer: (typeof items)[number]) => number) =>
      items.reduce((total, customer) => total + of(customer), 0);
    expect(sum(({ purchases }) => purchases)).toBe(original.purchases);
    expect(sum(({ totalAmount }) => totalAmount)).toBe(original.amount);
    expect(items.every(({ currency }) => currency === 'USD')).toBe(true);
    expect(await moments('cdnow-0001')).toEqual(
      ['1997-01-01', '1997-01-18', '1997-08-02', '1997-12-12'].map((day) => `${day}T00:00:00.000Z`),
    );
    const lastDays = items.map(({ lastPurchaseAt }) => lastPurchaseAt!);
    expect(lastDays.sort().at(-1)).toBe(original.lastDay);
  });
});

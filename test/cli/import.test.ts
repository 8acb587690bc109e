import { execFile } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  importFiles,
  planImport,
  type BadLine,
  type ImportProgress,
  type ImportSettings,
} from '../../cli/import/files.ts';
import { asc, eq } from 'drizzle-orm';
import {
  currentPermissions,
  getCustomer,
  listCustomers,
  purchaseHistory,
} from '../../db/customers.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { permissionHistory } from '../../db/permissions.ts';
import { storePolicy } from '../../db/policies.ts';
import { purchases as purchasesTable } from '../../db/schema.ts';
import { DomainError } from '../../domain/errors.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';

const root = join(import.meta.dirname, '../..');
const at = '2026-11-22T12:00:00.000Z';
const customersHeader = 'customerId,name,email,phone,kind,country';
const purchasesHeader = 'customerId,orderId,purchasedAt,amount,currency';

let folder: string;
let db: Db;
let bad: Omit<BadLine, 'file'>[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'winback-import-'));
  db = await openDatabase(join(folder, 'data'));
  bad = [];
});
afterEach(() => {
  closeDatabase(db);
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer | string[]): string {
  const path = join(folder, name);
  writeFileSync(path, Array.isArray(content) ? `${content.join('\n')}\n` : content);
  return path;
}

/** When a customer bought, in order. */
async function moments(customerId: string): Promise<string[]> {
  const rows = await db
    .select({ at: purchasesTable.purchasedAt })
    .from(purchasesTable)
    .where(eq(purchasesTable.customerId, customerId))
    .orderBy(asc(purchasesTable.purchasedAt));
  return rows.map(({ at }) => at);
}

type Options = Partial<ImportSettings & Parameters<typeof importFiles>[2]>;

async function importing(options: Options) {
  const plan = await planImport({ at, timeZone: 'Europe/Berlin', ...options });
  return importFiles(db, plan, {
    at,
    onBadLine: ({ file: _file, ...line }) => bad.push(line),
    ...options,
  });
}

function importPurchases(...lines: string[]) {
  return importing({ purchases: file('p.csv', [purchasesHeader, ...lines]) });
}

function importCustomers(...lines: string[]) {
  return importing({ customers: file('c.csv', [customersHeader, ...lines]) });
}

/** Everything in the tables that an import writes. */
async function contents(): Promise<unknown> {
  const { items } = await listCustomers(db, { limit: 100 });
  const histories = items.map(({ customerId }) => purchaseHistory(db, customerId));
  return { items, histories: await Promise.all(histories) };
}

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

describe('a file', () => {
  test.each([
    ['a byte order mark', `\uFEFF${purchasesHeader}\nc1,o1,2026-03-24,1.00,EUR\n`],
    ['CRLF', `${purchasesHeader}\r\nc1,o1,2026-03-24,1.00,"EUR"\r\n\r\n`],
    ['no line end at its end', `${purchasesHeader}\nc1,o1,2026-03-24,1.00,EUR`],
    [
      'spaces and quotes',
      `"customerId", "orderId",purchasedAt,amount,currency\n c1 , "o1",2026-03-24, 1.00,EUR\n\n`,
    ],
  ])('may have %s', async (_what, content) => {
    const { purchases } = await importing({ purchases: file('p.csv', content) });
    expect(purchases).toEqual({ inserted: 1, unchanged: 0, badLines: 0 });
    expect(await moments('c1')).toEqual(['2026-03-24T00:00:00.000Z']);
  });

  test('may have no line beside its header', async () => {
    const { purchases } = await importPurchases();
    expect(purchases).toEqual({ inserted: 0, unchanged: 0, badLines: 0 });
  });

  test.each<[string, string | Buffer, string]>([
    ['nothing', '', 'begins with an empty line or is empty'],
    ['an empty first line', `\n${purchasesHeader}\n`, 'begins with an empty line or is empty'],
    [
      'a missing column',
      'customerId,orderId,purchasedAt,Rabatt\n',
      'lacks "amount", "currency"; it names "customerId", "orderId", "purchasedAt", "Rabatt"',
    ],
    ['a column twice', `${purchasesHeader},amount\n`, 'names amount more than once'],
    [
      'a column under two names',
      `${purchasesHeader},Betrag\n`,
      'names amount more than once: "amount", "Betrag"',
    ],
    ['UTF-16 without its mark', Buffer.from(purchasesHeader, 'utf16le'), 'is not a text'],
    [
      'a megabyte without a line end',
      'x'.repeat(1_000_000),
      'has a first line that is longer than 65536 characters',
    ],
    [
      'a wrong quote in its header',
      `"${purchasesHeader}\n`,
      'has a first line with a quote that is not closed',
    ],
    [
      'amounts that may be German or English',
      `${purchasesHeader}\nc1,o1,2026-03-24,1.234,EUR\nc1,o2,2026-03-24,5,EUR\n`,
      'does not tell whether amount is written in German or in English, for example "1.234" on line 2. Say it by --numbers de',
    ],
    [
      'amounts in both ways',
      `${purchasesHeader}\nc1,o1,2026-03-24,1.00,EUR\nc1,o2,2026-03-24,"2,00",EUR\n`,
      'for example "2,00" on line 3',
    ],
    [
      'dates that may begin with the day or the month',
      `${purchasesHeader}\nc1,o1,03/04/2026,1.00,EUR\n`,
      'does not tell whether purchasedAt is written with the day or with the month first, for example "03/04/2026" on line 2. Say it by --dates de',
    ],
    [
      'dates in both ways',
      `${purchasesHeader}\nc1,o1,12/31/2025,1.00,EUR\nc1,o2,31/12/2025,1.00,EUR\n`,
      'for example "31/12/2025" on line 3',
    ],
  ])('with %s is refused as a whole, and the other file with it', async (_what, content, rule) => {
    const files = {
      customers: file('c.csv', [customersHeader, 'c1,Ann,,,,']),
      purchases: file('p.csv', content),
    };
    const refused = importing(files);
    await expect(refused).rejects.toThrow(DomainError);
    await expect(refused).rejects.toThrow(files.purchases);
    await expect(refused).rejects.toThrow(rule);
    expect((await listCustomers(db, { limit: 1 })).items).toEqual([]);
  });

  test('that is not there, or is a folder, is refused', async () => {
    await expect(importing({ purchases: join(folder, 'no.csv') })).rejects.toThrow(
      /no\.csv cannot be read: ENOENT/,
    );
    await expect(importing({ purchases: folder })).rejects.toThrow('it is no ordinary file');
  });

  test('of 200,000 purchases needs no more memory than one of half the size', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const purchases = file('p.csv', `${purchasesHeader}\n`);
    for (let block = 0; block < 20; block += 1) {
      const lines = Array.from({ length: 10_000 }, (_, i) => {
        const n = block * 10_000 + i;
        // Every tenth line is bad.
        return `c${n % 1_000},o${n},2026-03-24,${n % 10 ? n : 'free'},EUR`;
      });
      appendFileSync(purchases, `${lines.join('\n')}\n`);
    }
    const peaks = { firstHalf: 0, secondHalf: 0 };
    let badLines = 0;
    const summary = await importing({
      purchases,
      onBadLine: () => (badLines += 1),
      onProgress: ({ rows, phase }) => {
        if (phase === 'checking') return;
        if (Math.round(rows / 1_000) % 10 !== 0) return;
        collectGarbage();
        const half = rows <= 100_000 ? 'firstHalf' : 'secondHalf';
        peaks[half] = Math.max(peaks[half], process.memoryUsage().heapUsed);
      },
    });
    expect(summary.purchases).toEqual({ inserted: 180_000, unchanged: 0, badLines: 20_000 });
    expect(badLines).toBe(20_000);
    expect(peaks.secondHalf - peaks.firstHalf).toBeLessThan(10_000_000);
  }, 300_000);
});

describe('a file of a German company', () => {
  const lines = [
    'Kundennummer;Bestell-Nr.;Bestelldatum;Betrag;WÄHRUNG;Bemerkung',
    'K-1;4711;31.12.2025 14:30;1.234,50;EUR;"zwei',
    'Zeilen; für ""uns"""',
    'K-1;4712;01.07.2026 14:30 Uhr;1.000;JPY;',
    'K-1;4713;30.06.2026;0,125;KWD;',
    'K-1;4714;31.06.2026;1,00;EUR;',
  ];
  const text = lines.join('\r\n');

  test.each<[string, Buffer]>([
    ['windows-1252', Buffer.from(text, 'latin1')],
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\uFEFF${text}`)],
    ['utf-16le', Buffer.from(`\uFEFF${text.replaceAll(';', '\t')}`, 'utf16le')],
  ])('is understood in %s', async (encoding, content) => {
    const purchases = file('p.csv', content);
    const plan = await planImport({ purchases, at, timeZone: 'Europe/Berlin' });
    expect(plan.purchases).toMatchObject({
      layout: { encoding },
      ignored: ['Bemerkung'],
      notations: { amount: 'de' },
    });
    expect((await importing({ purchases })).purchases).toMatchObject({ inserted: 3, badLines: 1 });
    // The minor units of three currencies, in winter and in summer time, and a day alone.
    expect(await getCustomer(db, 'K-1')).toMatchObject({ totalAmount: 123_450 + 1_000 + 125 });
    expect(await moments('K-1')).toEqual([
      '2025-12-31T13:30:00.000Z',
      '2026-06-30T00:00:00.000Z',
      '2026-07-01T12:30:00.000Z',
    ]);
    expect(bad).toMatchObject([{ line: 6, field: 'purchasedAt', value: '31.06.2026' }]);
  });

  test('is read by what was said where it leaves things in doubt', async () => {
    const purchases = file('p.csv', [purchasesHeader, 'c1,o1,03/04/2026,1.234,EUR']);
    await importing({ purchases, numbers: 'de', dates: 'month-first' });
    expect(await getCustomer(db, 'c1')).toMatchObject({
      totalAmount: 123_400,
      lastPurchaseAt: '2026-03-04T00:00:00.000Z',
    });
  });

  test('leaves what it has no column for as it was', async () => {
    await importing({ customers: file('c.csv', 'Kunde;Kundenart\nK-1;Geschäftskunde\n') });
    await importing({ customers: file('c.csv', 'Kunde;E-Mail\nK-1;office@example.com\n') });
    expect(await getCustomer(db, 'K-1')).toMatchObject({
      kind: 'business',
      email: 'office@example.com',
    });
  });

  test('may tell of cancellations and permissions', async () => {
    const files = {
      cancellations: file(
        'k.csv',
        'Kunden-ID;Kündigungsdatum;Grund\nK-1;05.01.2026;"zu teuer,\nsagt er"\n',
      ),
      permissions: file('e.csv', 'Kunde;Kanal;Einwilligung;Seit\nK-1;Telefon;Nein;05.01.2026\n'),
    };
    expect(await importing(files)).toMatchObject({
      cancellations: { inserted: 1, unchanged: 0, casesOpened: 0, badLines: 0 },
      permissions: { inserted: 1, unchanged: 0, badLines: 0 },
    });
    expect(await getCustomer(db, 'K-1')).toMatchObject({
      cancelledAt: '2026-01-05T00:00:00.000Z',
    });
    expect(await currentPermissions(db, 'K-1')).toMatchObject([
      { channel: 'phone', granted: false },
    ]);
    const openCases = await storePolicy(db, standardPolicy, at);
    expect(await importing({ ...files, openCases })).toMatchObject({
      cancellations: { inserted: 0, unchanged: 1, casesOpened: 1 },
    });
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

describe('the command', () => {
  type Ended = { code: number; stdout: string; stderr: string };
  const command = (...commandArguments: string[]) =>
    new Promise<Ended>((resolve) => {
      execFile(
        process.execPath,
        [join(root, 'cli/import.ts'), ...commandArguments],
        { env: { ...process.env, NODE_OPTIONS: '', WINBACK_DATA_DIR: join(folder, 'data') } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  const errorFiles = () =>
    readdirSync(join(folder, 'data')).filter((name) => name.startsWith('import-errors-'));

  test('imports while another process has the database open', async () => {
    const customers = file('c.csv', [customersHeader, 'c1,Ann,,,,']);
    const purchases = file('p.csv', [purchasesHeader, 'c1,o1,2026-03-24,1.00,EUR']);
    const ended = await command('--customers', customers, '--purchases', purchases);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toBe(
      'Customers: 1 new, 0 updated, 0 unchanged, 0 bad lines\n' +
        '  c.csv was read as utf-8 with commas\n' +
        'Purchases: 1 new, 0 already there, 0 bad lines\n' +
        '  p.csv was read as utf-8 with commas, amount with English numbers\n',
    );
    expect(ended.stderr).toMatch(
      /^p\.csv looked through .*\nc\.csv 100 %, 1 rows, .* rows\/s\np\.csv 100 %, 1 rows, /,
    );
    expect(await getCustomer(db, 'c1')).toMatchObject({ name: 'Ann', totalAmount: 100 });
    expect(errorFiles()).toEqual([]);
  });

  test('shows the first 20 bad lines, lists all in a file, with values that are no personal data, and still succeeds', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `c${i},o1,2026-03-24,secret,EUR`);
    const purchases = file('p, "q".csv', [
      ...[purchasesHeader, ...lines],
      ...['c1,o1,2026-03-24,1.00,EUR', 'c1,o2,2026-03-24,-2.00,EUR'],
    ]);
    const ended = await command('--purchases', purchases);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('Purchases: 1 new, 0 already there, 31 bad lines\n');
    expect(ended.stderr.match(/, line \d+: amount must be an amount/g)).toHaveLength(20);
    expect(ended.stderr).toContain('and 11 more\n');

    const [name] = errorFiles();
    expect(ended.stderr).toContain(`All bad lines: ${join(folder, 'data', name!)}\n`);
    const listed = readFileSync(join(folder, 'data', name!), 'utf8').split('\n');
    expect(listed).toHaveLength(33);
    expect(listed[0]).toBe('file,line,field,reason,value');
    expect(listed[1]).toMatch(/p, ""q""\.csv",2,"amount","must be an amount like .*",""$/);
    expect(listed[31]).toMatch(/,33,"amount","must be an amount like .*","-2.00"$/);
    expect(listed.join() + ended.stderr).not.toContain('secret');
  });

  test('counts in a dry run exactly what it would import, and imports nothing', async () => {
    await importPurchases('c1,o1,2026-03-24,1.00,EUR');
    const purchases = file('q.csv', [
      ...[purchasesHeader, 'c1,o1,2026-03-24,1.00,EUR', 'c1,o2,2026-03-24,1.00,EUR'],
      ...['c1,o2,2026-03-24,1.00,EUR', 'c1,o3,2026-03-24,?,EUR'],
    ]);
    const before = await contents();
    const ended = await command('--purchases', purchases, '--dry-run');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(
      'Purchases: 1 would be new, 2 already there, 1 bad line\n  q.csv was read',
    );
    expect(ended.stdout).toContain('This was a dry run: nothing was imported.');
    expect(await contents()).toEqual(before);
    expect(readdirSync(join(folder, 'data')).filter((name) => name.includes('dry'))).toEqual([]);

    const real = await command('--purchases', purchases);
    expect(real.stdout).toContain('Purchases: 1 new, 2 already there, 1 bad line');
    const again = await command('--purchases', purchases);
    expect(again.stdout).toContain('Nothing has changed.');
  });

  test('removes the copies of dry runs that were killed, and of no others', async () => {
    const purchases = file('p.csv', [purchasesHeader, 'c1,o1,2026-03-24,1.00,EUR']);
    // No process has such an ID; ours is alive.
    const [killed, running] = ['winback-dry-run-99999999-x', `winback-dry-run-${process.pid}-x`];
    for (const name of [killed, running]) mkdirSync(join(folder, 'data', name));
    expect((await command('--purchases', purchases, '--dry-run')).code).toBe(0);
    const left = readdirSync(join(folder, 'data')).filter((name) => name.includes('dry'));
    expect(left).toEqual([running]);
  });

  test('ends with 1 when no line was good', async () => {
    const purchases = file('p.csv', [purchasesHeader, 'nothing']);
    expect((await command('--purchases', purchases)).code).toBe(1);
  });

  test.each([
    [[], 'Name a file with --customers, --purchases, '],
    [['--file', 'x.csv'], "Unknown option '--file'"],
    [['x.csv'], 'Unexpected argument'],
    [['--purchases', 'nowhere.csv'], 'nowhere.csv cannot be read'],
    [['--purchases', 'p.csv', '--numbers', 'fr'], '--numbers must be de or en'],
    [['--purchases', 'p.csv', '--dates', 'iso'], '--dates must be de, en or us'],
    [['--purchases', 'p.csv', '--time-zone', 'CEST+1'], '--time-zone must be an IANA time zone'],
  ])('ends with 2 and says why for %j', async (commandArguments, reason) => {
    const ended = await command(...commandArguments);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(reason);
    expect(ended.stderr).toContain('Nothing was imported.');
    expect(ended.stderr).not.toContain('    at ');
  });

  test('helps', async () => {
    const { code, stdout } = await command('--help');
    expect(code).toBe(0);
    expect(stdout).toContain(purchasesHeader.replaceAll(',', ', '));
    expect(stdout).toContain('Kundennummer;Bestellnummer;Bestelldatum;Betrag;Währung');
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

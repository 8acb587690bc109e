import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { planImport } from '../../imports/files.ts';
import { currentPermissions, getCustomer, listCustomers } from '../../db/customers.ts';
import { storePolicy } from '../../db/policies.ts';
import { DomainError } from '../../domain/errors.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import {
  at,
  bad,
  customersHeader,
  db,
  eachOnItsOwn,
  file,
  folder,
  importing,
  importPurchases,
  moments,
  purchasesHeader,
} from './given-import.ts';

eachOnItsOwn();

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

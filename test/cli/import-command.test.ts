import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { getCustomer } from '../../db/customers.ts';
import {
  contents,
  customersHeader,
  db,
  eachOnItsOwn,
  file,
  folder,
  importPurchases,
  purchasesHeader,
  root,
} from '../imports/given-import.ts';

eachOnItsOwn();

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

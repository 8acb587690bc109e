import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const cdnow = join(root, 'examples/cdnow/purchases.csv');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winback-backtest-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function backtest(...given: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'cli/backtest.ts'), ...given],
      // Without the flags of the test runner.
      { env: { ...process.env, NODE_OPTIONS: '' } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('npm run backtest', () => {
  it('prints JSON and nothing else, with the published fit', async () => {
    const { code, stdout } = await backtest(
      '--purchases',
      cdnow,
      '--split',
      '1997-09-30',
      '--json',
    );
    expect(code).toBe(0);
    const { fit, rules, recommended } = JSON.parse(stdout);
    expect(fit.bgNbd).toMatchObject({ customers: 2357, firstTimeBuyers: 1411 });
    expect(fit.bgNbd.logLikelihood).toBeCloseTo(-9582.429, 2);
    expect(fit.mbgNbd.r).toBeCloseTo(0.525, 3);
    expect(fit.gammaGamma.q).toBeCloseTo(3.744, 2);
    expect(rules[0]).toMatchObject({ rule: 'fixed-days', threshold: 180 });
    expect(rules.map(({ rule }: { rule: string }) => rule)).toContain(recommended.rule);
  });

  it('prints tables and writes a picture', async () => {
    const svg = join(folder, 'rules.svg');
    const { code, stdout } = await backtest(
      ...['--purchases', cdnow, '--split', '1997-09-30', '--horizon-days', '90', '--svg', svg],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('likely to buy in 90 days');
    expect(stdout).toContain('Recommended: ');
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [^>]+>[^]+<\/svg>\n$/);
    expect(readFileSync(svg, 'utf8')).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('leaves bad lines and repeated orders out, and falls back where there are few customers', async () => {
    const path = join(folder, 'few.csv');
    const lines = ['customerId,orderId,purchasedAt,amount,currency', 'c-0,1,someday,1.00,EUR'];
    for (let i = 1; i <= 40; i += 1) {
      lines.push(
        `c-${i},1,2026-0${1 + (i % 5)}-01,10.00,EUR`,
        `c-${i},1,2026-0${1 + (i % 5)}-01,10.00,EUR`,
      );
      if (i % 2) lines.push(`c-${i},2,2026-08-01,10.00,EUR`);
    }
    writeFileSync(path, `${lines.join('\n')}\n`);
    const { code, stdout, stderr } = await backtest(
      '--purchases',
      path,
      '--split',
      '2026-06-30',
      '--json',
    );
    expect(code).toBe(0);
    expect(stderr).toContain('line 2: purchasedAt');
    expect(stderr).toContain('1 problem in a bad line, which is left out');
    const { fit, rules, customers } = JSON.parse(stdout);
    expect(customers).toBe(40);
    expect(fit.bgNbd).toMatchObject({ reason: 'too-few-customers', firstTimeBuyers: 40 });
    expect(rules).toHaveLength(2);
  });

  it('recommends nothing that could be chance, and says what scans go by then', async () => {
    const { code, stdout } = await backtest('--purchases', cdnow, '--split', '1997-01-01');
    expect(code).toBe(0);
    expect(stdout).toContain('Recommended: none.');
    expect(stdout).toContain('a scan goes by own-rhythm');
  });

  it.each([
    ['without a file', ['--split', '1997-09-30'], '--purchases'],
    ['without a split', ['--purchases', cdnow], '--split'],
    [
      'with a file that is not there',
      ['--purchases', 'none.csv', '--split', '1997-09-30'],
      'none.csv',
    ],
    [
      'with a day that does not exist',
      ['--purchases', cdnow, '--split', '1997-02-30'],
      '--split must be a day',
    ],
    [
      'with a split before the data',
      ['--purchases', cdnow, '--split', '1996-12-31'],
      'from 1997-01-01',
    ],
    [
      'with a split after the data',
      ['--purchases', cdnow, '--split', '1998-06-30'],
      'before 1998-06-30',
    ],
    [
      'with a horizon beyond the data',
      ['--purchases', cdnow, '--split', '1997-09-30', '--horizon-days', '274'],
      'from 1 to 273',
    ],
    ['with an unknown option', ['--purchase', cdnow], '--purchase'],
  ])('says what is wrong %s', async (_case, given, part) => {
    const { code, stdout, stderr } = await backtest(...given);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(part);
  });

  it('explains itself', async () => {
    const { code, stdout } = await backtest('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--horizon-days');
  });
});

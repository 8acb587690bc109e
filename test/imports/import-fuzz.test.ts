import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { importFiles, planImport, type BadLine } from '../../imports/files.ts';
import { listCustomers } from '../../db/customers.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { DomainError } from '../../domain/errors.ts';

const at = '2026-11-22T12:00:00.000Z';

let folder: string;
let db: Db;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'winback-fuzz-'));
  db = await openDatabase(join(folder, 'data'));
});
afterAll(() => {
  closeDatabase(db);
  rmSync(folder, { recursive: true });
});

let files = 0;

/** Imports customers from these bytes; what the import refuses as a whole gives nothing. */
async function importing(bytes: Buffer) {
  const path = join(folder, `${(files += 1)}.csv`);
  writeFileSync(path, bytes);
  const bad: BadLine[] = [];
  try {
    const plan = await planImport({ customers: path, at, timeZone: 'Europe/Berlin' });
    const { customers } = await importFiles(db, plan, { at, onBadLine: (line) => bad.push(line) });
    return { customers, badLines: new Set(bad.map(({ line }) => line)) };
  } catch (error) {
    // Anything else is a crash.
    expect(error).toBeInstanceOf(DomainError);
    return undefined;
  } finally {
    rmSync(path);
  }
}

/** Bytes that CSV readers stumble over, more often than by chance. */
const hostileByte = fc.oneof(
  fc.constantFrom(...Buffer.from('",;\t\n\r\0 aZ19.-\\\'='), 0xef, 0xbb, 0xbf, 0xff, 0xfe, 0xfc),
  fc.nat(255),
);
const hostileBytes = (maxLength: number) =>
  fc.array(hostileByte, { maxLength }).map((bytes) => Buffer.from(bytes));
const header = 'Kundennummer;Name;Bemerkung\n';

describe('an import of broken files', () => {
  test('of any bytes neither crashes nor hangs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('', header), hostileBytes(600), async (begin, bytes) => {
        await importing(Buffer.concat([Buffer.from(begin), bytes]));
      }),
      { numRuns: 300 },
    );
  });

  test('imports or reports every line', async () => {
    const line = fc
      .array(fc.constantFrom(';', ';', 'K1', 'ü', ' ', '\0', '@', '-', 'x'.repeat(201)), {
        maxLength: 8,
      })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
        const result = await importing(Buffer.from(`${header}${lines.join('\n')}`));
        const { created, updated, unchanged, badLines } = result!.customers;
        const filled = lines.flatMap((text, i) => (text.trim() ? [i + 2] : []));
        expect(created + updated + unchanged + badLines).toBe(filled.length);
        expect(badLines).toBe(result!.badLines.size);
        expect([...result!.badLines].every((number) => filled.includes(number))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  /** Some bytes of a line, from `at` (a share of its length) on, are replaced by others. */
  const mutation = fc.record({
    line: fc.nat(),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.nat(5),
    added: hostileBytes(12),
  });

  let round = 0;

  test('never loses a good line beside broken ones', async () => {
    const records = (prefix: string) =>
      Array.from({ length: 40 }, (_, i) => {
        const id = `${prefix}-${i}`;
        const remark = ['', 'Straße', `"mit ""Gruß"""`, `"zwei\nZeilen; mit ${i}"`][i % 4]!;
        return { id, bytes: Buffer.from(`${id};Müller ${i};${remark}`) };
      });
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const prefix = `R${(round += 1)}`;
        const all = records(prefix);
        const touched = new Set<string>();
        for (const { line, at, removed, added } of mutations) {
          const record = all[line % all.length]!;
          const from = Math.floor(at * record.bytes.length);
          const end = Math.min(record.bytes.length, from + removed);
          record.bytes = Buffer.concat([
            ...[record.bytes.subarray(0, from), added, record.bytes.subarray(end)],
          ]);
          touched.add(record.id);
        }
        const lines = all.map(({ bytes }) => Buffer.concat([bytes, Buffer.from('\n')]));
        const result = await importing(Buffer.concat([Buffer.from(header), ...lines]));
        const { items } = await listCustomers(db, { limit: 10_000 });
        const names = new Map(items.map(({ customerId, name }) => [customerId, name]));
        const untouched = all.filter(({ id }) => !touched.has(id));
        expect(untouched.map(({ id }) => names.get(id))).toEqual(
          untouched.map(({ id }) => `Müller ${id.split('-')[1]}`),
        );
        expect(result).toBeDefined();
        db.$client.exec('delete from customers');
      }),
      { numRuns: 300 },
    );
  });
});

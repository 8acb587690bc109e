import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import * as z from 'zod';
import type { Period } from '../db/reports.ts';
import type { Pick as Draw } from '../domain/statistics/bootstrap.ts';
import { csv, type Cell } from './csv.ts';
import type { Answer, Call } from './route.ts';
import { dayOrTime } from './schemas/common.ts';
import { invalid } from './validation.ts';

/* What reports have in common. */

export const period = { from: dayOrTime.optional(), to: dayOrTime.optional() };

export const format = {
  format: z
    .enum(['json', 'csv'])
    .optional()
    .meta({ description: 'csv: a table, as with `Accept: text/csv`' }),
};

/** @throws DomainError `invalid` when the end is not after the beginning */
export function periodOf({ from, to }: Period): Period {
  if (from && to && from >= to) throw invalid([{ field: 'to', rule: 'must be after from' }]);
  return { from, to };
}

/** What a figure means, in both languages. */
export type Definitions = Record<string, { de: string; en: string }>;

export const definitionsSchema = z.record(
  z.string(),
  z.strictObject({ de: z.string(), en: z.string() }),
);

export const share = z.number().min(0).max(1).nullable();
export const interval = z
  .tuple([z.number(), z.number()])
  .nullable()
  .meta({ description: '95 % interval; null: nothing can be said' });

/** The report as it was asked for. */
export function answer(
  { query, prefers }: Pick<Call, 'prefers'> & { query: { format?: 'json' | 'csv' | undefined } },
  body: object,
  table: { columns: readonly string[]; rows: () => Record<string, Cell>[] },
): Answer {
  const type = query.format ?? prefers(['json', 'csv']);
  if (type !== 'csv') return { status: 200, body };
  return { status: 200, type: 'text/csv', body: csv(table.rows(), table.columns) };
}

/** The same draws for every report, so that it is the same when it is asked for again. */
export function draws(): Draw {
  const generator = xoroshiro128plus(1);
  return (below) => uniformInt(generator, 0, below - 1);
}

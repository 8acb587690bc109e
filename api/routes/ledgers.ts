import * as z from 'zod';
import { ledgerOf, secondLifeOfCase } from '../../db/ledger.ts';
import {
  ledgerKinds,
  minutesBases,
  resultOf,
  sumsOf,
  type LedgerEntry,
  type LedgerKind,
} from '../../domain/ledger.ts';
import { earliest } from '../../domain/duration.ts';
import { answer, format } from '../report.ts';
import { route, staff } from '../route.ts';
import { caseId, currency, money, timestamp } from '../schemas/common.ts';
import { theCase } from './cases.ts';

const sourceKinds = {
  work: 'task',
  contact: 'contact',
  concession: 'offer',
  redemption: 'offer',
  purchase: 'order',
} as const satisfies Record<LedgerKind, string>;

const entrySchema = z
  .strictObject({
    kind: z.enum(ledgerKinds).meta({
      description:
        'redemption: a granted offer was taken, which costs nothing more than the grant did',
    }),
    amount: money('revenue above 0, costs below'),
    margin: money('what it adds to the result: of revenue the margin, of costs the costs'),
    minutes: z.int().nullable().meta({ description: 'of work' }),
    minutesFrom: z.enum(minutesBases).nullable().meta({
      description: 'recorded: written down with the result; policy: what the policy says it takes',
    }),
    at: timestamp.meta({ description: 'when it happened; of a correction, when it was made' }),
    bookedAt: timestamp,
    correction: z.boolean().meta({
      description: 'by the difference to what was booked of the same source before',
    }),
    source: z.strictObject({ kind: z.enum(sourceKinds), id: z.string() }).meta({
      description: 'the task, contact, offer (`measure/offer`) or order that it stands for',
    }),
  })
  .meta({ id: 'LedgerEntry' });

const sumsSchema = z
  .strictObject({
    currency,
    workMinutes: z.int(),
    work: money('costs of the work, below 0'),
    contact: money('costs of the contacts, below 0'),
    concession: money('costs of granted offers, below 0'),
    revenue: money('with and since the return'),
    margin: money('of the revenue'),
    result: money('margin less all costs'),
  })
  .meta({ id: 'LedgerSums' });

const ledgerSchema = z
  .strictObject({
    caseId,
    sums: z.array(sumsSchema).meta({ description: 'by currency; none without entries' }),
    secondLife: z
      .strictObject({
        returnedAt: timestamp,
        countsUntil: timestamp.meta({ description: 'the horizon, or the second loss before it' }),
        lostAgainAt: timestamp.nullable(),
        days: z.int().meta({ description: 'observed so far, at most until the second loss' }),
        purchases: z.int(),
      })
      .nullable()
      .meta({ description: 'null: the customer has not come back' }),
    entries: z.array(entrySchema).meta({ description: 'in the order in which they were booked' }),
  })
  .meta({ id: 'Ledger' });

function entryJson(entry: LedgerEntry): z.output<typeof entrySchema> {
  const { kind, source, amount, margin, currency, basis, ...rest } = entry;
  return {
    kind,
    ...rest,
    amount: { amount, currency },
    margin: { amount: margin, currency },
    minutesFrom: basis,
    source: { kind: sourceKinds[kind], id: source },
  };
}

function sumsJson(entries: LedgerEntry[], currency: string): z.output<typeof sumsSchema> {
  const sums = sumsOf(entries, currency);
  const inMoney = (amount: number) => ({ amount, currency });
  return {
    currency,
    workMinutes: sums.workMinutes,
    work: inMoney(sums.work),
    contact: inMoney(sums.contact),
    concession: inMoney(sums.concession),
    revenue: inMoney(sums.revenue),
    margin: inMoney(sums.margin),
    result: inMoney(resultOf(sums)),
  };
}

const dayMs = 86_400_000;

export const ledgerRoutes = [
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/ledger',
    name: 'getLedger',
    summary: 'What a case has cost and brought, entry by entry',
    description:
      'No entry is ever changed: what turns out otherwise is corrected by another one, so that the sums always agree.',
    roles: staff,
    params: z.strictObject({ caseId }),
    query: z.strictObject(format),
    answers: {
      200: {
        description: 'The ledger with its sums; as a table the entries alone',
        schema: ledgerSchema,
        also: ['text/csv'],
      },
    },
    problems: ['not-found'],
    handle: async (call) => {
      const { caseId } = await theCase(call);
      const entries = await ledgerOf(call.db, caseId);
      const life = await secondLifeOfCase(call.db, caseId);
      const orders = Map.groupBy(
        entries.filter(({ kind }) => kind === 'purchase'),
        ({ source }) => source,
      );
      const stands = (of: LedgerEntry[]) => of.reduce((sum, { amount }) => sum + amount, 0) !== 0;
      const body = {
        caseId,
        sums: [...new Set(entries.map(({ currency }) => currency))].map((currency) =>
          sumsJson(entries, currency),
        ),
        secondLife: life && {
          returnedAt: life.returnedAt,
          countsUntil: life.until,
          lostAgainAt: life.lostAgainAt,
          days: Math.floor(
            (Date.parse(earliest(call.at, life.lostAgainAt ?? call.at)) -
              Date.parse(life.returnedAt)) /
              dayMs,
          ),
          purchases: [...orders.values()].filter(stands).length,
        },
        entries: entries.map(entryJson),
      };
      return answer(call, body, {
        columns: [
          ...['kind', 'source', 'amount', 'margin', 'currency', 'minutes', 'basis'],
          ...['at', 'bookedAt', 'correction'],
        ],
        rows: () => entries,
      });
    },
  }),
];

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  bookings,
  itemsOf,
  ledgerKinds,
  noSums,
  resultOf,
  sumsOf,
  workKindOf,
  type LedgerEntry,
  type LedgerItem,
} from '../../domain/ledger.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';

const at = (number: number) => new Date(Date.UTC(2026, 2, 1, 0, number)).toISOString();
const terms = { currency: 'EUR', costs: standardPolicy.costs, marginPercent: 35 };
const nothing = { tasks: [], contacts: [], offers: [], purchases: [] };

describe('what a case costs and brings', () => {
  it('is work by the minutes that were written down, else by the policy', () => {
    const call = { type: 'recovery-call', outcome: 'accepted', at: at(1) } as const;
    const items = itemsOf(
      {
        ...nothing,
        tasks: [
          { ...call, taskId: 't1', minutes: 20 },
          { ...call, taskId: 't2', minutes: null },
          { ...call, taskId: 't3', minutes: null, outcome: 'no-answer' },
        ],
      },
      terms,
    );
    expect(items.map(({ amount, minutes, basis }) => [amount, minutes, basis])).toEqual([
      [-1_500, 20, 'recorded'],
      [-900, 12, 'policy'],
      [-225, 3, 'policy'],
    ]);
  });

  it('is every contact, granted offers, and revenue with its margin', () => {
    const items = itemsOf(
      {
        tasks: [],
        contacts: [{ contactId: 'k1', channel: 'letter', at: at(1) }],
        offers: [
          ...[{ measureId: 'm', offerId: 'o', cost: 1_500, grantedAt: at(2), redeemedAt: at(9) }],
          ...[{ measureId: 'n', offerId: 'o', cost: 500, grantedAt: at(3), redeemedAt: null }],
        ],
        purchases: [{ orderId: 'b1', amount: 9_999, currency: 'EUR', at: at(8) }],
      },
      terms,
    );
    expect(items.map(({ kind, source, amount, margin }) => [kind, source, amount, margin])).toEqual(
      [
        ['contact', 'k1', -130, -130],
        ['concession', 'm/o', -1_500, -1_500],
        ['redemption', 'm/o', 0, 0],
        ['concession', 'n/o', -500, -500],
        ['purchase', 'b1', 9_999, 3_500],
      ],
    );
    const sums = sumsOf(items, 'EUR');
    const expected = { contact: -130, concession: -2_000, revenue: 9_999, margin: 3_500 };
    expect(sums).toEqual({ ...noSums, ...expected });
    expect(resultOf(sums)).toBe(1_370);
    expect(sumsOf(items, 'CHF')).toEqual(noSums);
  });

  it.each([
    ['visit', 'not-met', 'visit'],
    ['letter', 'sent', 'letter'],
    ['remedy', 'fixed', 'remedy'],
    ['approve-offer', 'approved', 'decision'],
    ['welcome-call', 'reached', 'call'],
  ] as const)('takes %s (%s) for work of the kind %s', (type, outcome, kind) => {
    expect(workKindOf(type, outcome)).toBe(kind);
  });
});

describe('the ledger', () => {
  const purchase = (orderId: string, amount: number): LedgerItem =>
    itemsOf(
      { ...nothing, purchases: [{ orderId, amount, currency: 'EUR', at: at(5) }] },
      terms,
    )[0]!;

  it('corrects what turns out otherwise by an entry of its own', () => {
    const first = bookings([], [purchase('b1', 5_000)], at(6));
    const returned = bookings(first, [purchase('b1', 2_000)], at(7));
    expect(returned).toMatchObject([
      {
        source: 'b1',
        amount: -3_000,
        margin: -1_050,
        correction: true,
        at: at(7),
        bookedAt: at(7),
      },
    ]);
    const gone = bookings([...first, ...returned], [], at(8));
    expect(gone).toMatchObject([{ source: 'b1', amount: -2_000, margin: -700, correction: true }]);
  });

  const item = fc.record({
    kind: fc.constantFrom(...ledgerKinds),
    source: fc.constantFrom('a', 'b', 'c'),
    at: fc.constantFrom(at(1), at(2)),
    currency: fc.constantFrom('EUR', 'CHF'),
    amount: fc.integer({ min: -10_000, max: 10_000 }),
    margin: fc.integer({ min: -10_000, max: 10_000 }),
    minutes: fc.constantFrom(0, 5, 20),
    basis: fc.constantFrom('recorded' as const, 'policy' as const),
  });
  /** What holds at one moment: each source once. */
  const known = fc
    .uniqueArray(item, {
      selector: ({ kind, source, currency }) => `${kind}/${source}/${currency}`,
      maxLength: 12,
    })
    .map((items) =>
      items.map((one): LedgerItem => ({
        ...one,
        margin: one.kind === 'purchase' ? one.margin : one.amount,
        ...(one.kind === 'work' ? {} : { minutes: null, basis: null }),
      })),
    );

  it('agrees with what holds, whatever has changed before, and loses no entry', () => {
    fc.assert(
      fc.property(fc.array(known, { minLength: 1, maxLength: 6 }), (story) => {
        let entries: LedgerEntry[] = [];
        story.forEach((due, i) => {
          const before = structuredClone(entries);
          const added = bookings(entries, due, at(10 + i));
          entries = [...entries, ...added];
          expect(entries.slice(0, before.length)).toEqual(before);
          for (const currency of ['EUR', 'CHF']) {
            expect(sumsOf(entries, currency)).toEqual(sumsOf(due, currency));
          }
          expect(bookings(entries, due, at(20 + i))).toEqual([]);
        });
        const firsts = entries.filter(({ correction }) => !correction);
        const sources = new Set(
          firsts.map(({ kind, source, currency }) => `${kind}/${source}/${currency}`),
        );
        expect(sources.size).toBe(firsts.length);
      }),
    );
  });
});

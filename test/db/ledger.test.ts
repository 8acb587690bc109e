import { describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { projectCase } from '../../db/cases.ts';
import { recordCause } from '../../db/case-causes.ts';
import { beginCommand } from '../../db/commands.ts';
import { bookAll, hasUnbooked, ledgerOf } from '../../db/ledger.ts';
import { proposeOffer } from '../../db/offers.ts';
import type { Db } from '../../db/open.ts';
import { caseFigures, caseOffers, ledger } from '../../db/schema.ts';
import type { TaskResult } from '../../domain/tasks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { Cause } from '../../domain/words.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anna,
  anOpenCase,
  boss,
  closedAsLost,
  event,
  minute,
  projection,
  purchase,
  task,
} from './given.ts';

const shown = async (db: Db, caseId: string) =>
  (await ledgerOf(db, caseId)).map(({ kind, source, amount, correction }) => [
    kind,
    source,
    amount,
    ...(correction ? ['correction'] : []),
  ]);

const figuresOf = (db: Db, caseId: string) =>
  db.select().from(caseFigures).where(eq(caseFigures.caseId, caseId)).get()!;

async function told(
  db: Db,
  caseId: string,
  taskId: string,
  result: Record<string, unknown>,
  at: string,
) {
  const commandId = `cmd-${taskId}`;
  await beginCommand(db, {
    ...{ commandId, actor: anna, action: 'task.complete', target: taskId, caseId },
    ...{ request: { result }, idempotencyKey: null, at, lease: minute(900) },
  });
  return { status: 'done', closedAt: at, commandId, result: result as TaskResult } as const;
}

describe('the ledger of a case', () => {
  it('tells what work, contacts and offers have cost and what the return has brought', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'b0', { time: minute(-60), amount: 700 })]);
      const record = await anOpenCase(db, 'C1');
      const { caseId } = record;
      await projectCase(db, projection(record, 1, { tasks: [task('t1')] }), minute(1));
      const done = await told(db, caseId, 't1', { outcome: 'accepted', minutes: 20 }, minute(5));
      expect(await shown(db, caseId)).toEqual([['contact', 'cmd-t1', -20]]);
      const returned = { contacted: true, regainedAt: minute(10), regainedBy: 'purchase' } as const;
      await accept(db, [purchase('C1', 'b1', { time: minute(9), amount: 4_000 })], minute(9));
      await projectCase(
        db,
        projection(record, 2, { tasks: [task('t1', done)], state: returned }),
        minute(10),
      );
      await accept(db, [purchase('C1', 'b2', { time: minute(30), amount: 6_000 })], minute(31));
      await accept(db, [purchase('C1', 'b3', { time: '2028-01-01T00:00:00.000Z' })], minute(32));
      expect(await shown(db, caseId)).toEqual([
        ['contact', 'cmd-t1', -20],
        ['work', 't1', -1_500],
        ['purchase', 'b1', 4_000],
        ['purchase', 'b2', 6_000],
      ]);
      expect(figuresOf(db, caseId)).toMatchObject({
        ...{ decidedAt: minute(10), reached: true, contacted: true, targetGroup: 'Z2' },
        ...{ workMinutes: 20, work: -1_500, contact: -20, concession: 0 },
        ...{ revenue: 10_000, margin: 3_500, lostAgainAt: null },
      });
      // Booked from nothing it is the same, and booking it again adds nothing.
      const before = figuresOf(db, caseId);
      expect(await bookAll(db, minute(40))).toEqual({ cases: 1, added: 0 });
      db.delete(ledger).run();
      db.delete(caseFigures).run();
      expect(await hasUnbooked(db)).toBe(true);
      expect(await bookAll(db, minute(41))).toEqual({ cases: 1, added: 4 });
      expect(await hasUnbooked(db)).toBe(false);
      expect(figuresOf(db, caseId)).toEqual(before);
    }));

  it('corrects an order that is reported anew, and work that Temporal has discarded', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const { caseId } = record;
      const state = { regainedAt: minute(10), regainedBy: 'purchase' } as const;
      await projectCase(db, projection(record, 1, { tasks: [task('t1')] }), minute(1));
      const done = await told(db, caseId, 't1', { outcome: 'accepted' }, minute(5));
      const tasks = [task('t1', done)];
      await projectCase(db, projection(record, 2, { tasks, since: minute(0), state }), minute(10));
      await accept(db, [purchase('C1', 'b1', { time: minute(20), amount: 4_000 })], minute(20));
      await accept(db, [purchase('C1', 'b1', { time: minute(15), amount: 1_000 })], minute(25));
      await projectCase(db, projection(record, 3, { since: minute(0), state }), minute(30));
      expect(await shown(db, caseId)).toEqual([
        ['contact', 'cmd-t1', -20],
        ['work', 't1', -900],
        ['purchase', 'b1', 4_000],
        ['purchase', 'b1', -3_000, 'correction'],
        ['work', 't1', 900, 'correction'],
      ]);
      expect(figuresOf(db, caseId)).toMatchObject({
        revenue: 1_000,
        margin: 350,
        work: 0,
        workMinutes: 0,
      });
    }));

  it('has granted offers from the grant on, and says when they are taken', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const { caseId, customerId } = record;
      const offer = { offerId: 'gift', measureId: 'offer-1', cost: 800 };
      const of = {
        cause: 'neglected',
        tier: 'B',
        trigger: 'manual',
        secondLifetimeValue: 50_000,
      } as const;
      const { offers: limits } = standardPolicy;
      await proposeOffer(
        db,
        { ...of, ...offer, caseId, customerId, approved: false, limits },
        minute(1),
      );
      const plan = [
        { ...{ kind: 'offer', id: 'offer-1', afterDays: 0, status: 'done', result: 'accepted' } },
      ] as never;
      await projectCase(db, projection(record, 1, { state: { plan } }), minute(3));
      const { code } = db.select().from(caseOffers).get()!;
      await accept(
        db,
        [event('offer.redeemed', 'C1', { data: { code }, time: minute(7) })],
        minute(8),
      );
      expect(await ledgerOf(db, caseId)).toMatchObject([
        { kind: 'concession', source: 'offer-1/gift', amount: -800, at: minute(3) },
        {
          kind: 'redemption',
          source: 'offer-1/gift',
          amount: 0,
          at: minute(7),
          bookedAt: minute(8),
        },
      ]);
    }));
});

const noMore = {
  category: null,
  furtherCauses: [],
  sureness: null,
  competitor: null,
  note: null,
};

describe('the second life in the figures', () => {
  it('ends with the next loss, which has the same cause or another one', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'b0', { time: minute(-60) })]);
      const record = await anOpenCase(db, 'C1', { statedCause: 'neglected' });
      const state = {
        ...({ status: 'closed', outcome: 'loyal-again', statedCause: 'neglected' } as const),
        ...({ closedAt: minute(50), regainedAt: minute(10), regainedBy: 'purchase' } as const),
      };
      await accept(db, [purchase('C1', 'b1', { time: minute(9), amount: 500 })], minute(9));
      await projectCase(db, projection(record, 1, { state }), minute(50));
      expect(figuresOf(db, 'C1-e1')).toMatchObject({
        lostAgainAt: null,
        secondLossCause: null,
        revenue: 500,
      });

      await anOpenCase(db, 'C1', { at: minute(80), trigger: 'dormancy' });
      expect(figuresOf(db, 'C1-e1')).toMatchObject({
        lostAgainAt: minute(80),
        secondLossCause: 'unknown',
      });
      const say = (commandId: string, cause: Cause, at: string) =>
        recordCause(db, {
          ...{ commandId, actor: boss, request: {}, idempotencyKey: null, at, caseId: 'C1-e2' },
          layer: 'verified',
          statement: { ...noMore, cause },
        });
      await say('c1', 'neglected', minute(90));
      expect(figuresOf(db, 'C1-e1')).toMatchObject({ secondLossCause: 'same' });
      await say('c2', 'no-need', minute(91));
      expect(figuresOf(db, 'C1-e1')).toMatchObject({ secondLossCause: 'other' });
      // What comes after the loss is a return of the next case, or nobody's.
      await accept(db, [purchase('C1', 'b2', { time: minute(95) })], minute(95));
      expect(figuresOf(db, 'C1-e1')).toMatchObject({ revenue: 500 });
    }));

  it('is no result when the customer was not lost, nor before there is one', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      expect(figuresOf(db, 'C1-e1').decidedAt).toBeNull();
      const ended = { ...closedAsLost, outcome: 'not-pursued', endReason: 'was-not-lost' } as const;
      await projectCase(db, projection(record, 1, { state: ended }), minute(50));
      expect(figuresOf(db, 'C1-e1').decidedAt).toBeNull();
      const other = await anOpenCase(db, 'C2');
      await projectCase(db, projection(other, 1, { state: closedAsLost }), minute(50));
      expect(figuresOf(db, 'C2-e1').decidedAt).toBe(minute(50));
    }));
});

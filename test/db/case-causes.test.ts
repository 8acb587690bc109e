import { describe, expect, it } from '@jest/globals';
import { causesOf, lostRevenueOf, recordCause } from '../../db/case-causes.ts';
import { getCase, projectCase, restartCase, timelineOf } from '../../db/cases.ts';
import { addCategory } from '../../db/cause-categories.ts';
import { causeFigures } from '../../db/cause-report.ts';
import { beginCommand } from '../../db/commands.ts';
import type { Db } from '../../db/open.ts';
import { messagesDone } from '../../db/outbox.ts';
import type { CauseStatement } from '../../domain/causes.ts';
import type { CaseRecord } from '../../domain/records.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anna,
  anOpenCase,
  bert,
  closedAsLost,
  event,
  messages,
  minute,
  projection,
  purchase,
  task,
} from './given.ts';

const nothingMore = {
  category: null,
  furtherCauses: [],
  sureness: null,
  competitor: null,
  note: null,
};

async function known(db: Db, caseId: string) {
  const record = (await getCase(db, caseId))!;
  return { record, ...(await causesOf(db, [record])).get(caseId)! };
}

let number = 0;
async function verify(
  db: Db,
  { caseId }: CaseRecord,
  statement: Partial<CauseStatement>,
  at: string,
) {
  number += 1;
  await recordCause(db, {
    ...{
      commandId: `verify-${number}`,
      actor: bert,
      request: {},
      idempotencyKey: null,
      at,
      caseId,
    },
    layer: 'verified',
    statement: { ...nothingMore, cause: 'neglected', ...statement },
  });
}

/** Anna's call, as the case's workflow has it: with codes alone. */
async function called(db: Db, record: CaseRecord, result: Record<string, unknown>) {
  const { caseId } = record;
  const taskId = `${caseId}-cause-call-1`;
  await beginCommand(db, {
    ...{
      commandId: `call-${taskId}`,
      actor: anna,
      action: 'task.complete',
      target: taskId,
      caseId,
    },
    ...{ request: { result }, idempotencyKey: null, at: minute(5), lease: minute(6) },
  });
  const coded = { outcome: result['outcome'] as string, cause: result['cause'] as string };
  return task(taskId, {
    ...{ type: 'cause-call', status: 'done', closedAt: minute(5) },
    ...{ commandId: `call-${taskId}`, result: coded },
  });
}

/** Temporal hears of everything that is next. */
async function told(db: Db) {
  const next = await messages(db);
  await messagesDone(
    db,
    next.map(({ outboxId }) => outboxId),
    minute(1),
  );
}

const answer = {
  outcome: 'answered',
  cause: 'better-offer-price',
  category: 'better-offer-price.fees',
  furtherCauses: ['neglected'],
  sureness: 'high',
  competitor: 'Acme',
  note: 'Pays 20 less there.',
};

describe('the causes of a case', () => {
  it('are kept by layer, with who, when, how sure and what else', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1', { statedCause: 'no-need' });
      const { caseId } = record;
      const call = await called(db, record, answer);
      const state = { assessedCause: 'better-offer-price', statedCause: 'no-need' } as const;
      await projectCase(db, projection(record, 1, { tasks: [call], state }), minute(6));
      await verify(db, record, { cause: 'disappointed-contact' }, minute(7));

      const { outcome: _, ...assessed } = answer;
      expect(await known(db, caseId)).toMatchObject({
        record: {
          cause: 'disappointed-contact',
          statedCause: 'no-need',
          assessedCause: 'better-offer-price',
          verifiedCause: 'disappointed-contact',
        },
        stated: { ...nothingMore, cause: 'no-need', by: 'boss', at: minute(0) },
        assessed: { ...assessed, by: 'anna', at: minute(5) },
        verified: { ...nothingMore, cause: 'disappointed-contact', by: 'bert', at: minute(7) },
      });
    }));

  it('go by the newest statement of a layer, and the workflow does not take it back', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      await verify(db, record, { cause: 'neglected' }, minute(2));
      await verify(db, record, { cause: 'no-need' }, minute(3));
      await projectCase(db, projection(record, 1), minute(4));
      const { record: now, verified } = await known(db, record.caseId);
      expect([now.cause, now.verifiedCause, verified?.cause]).toEqual(Array(3).fill('no-need'));
    }));

  it('lose an assessment that Temporal has discarded', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const call = await called(db, record, answer);
      const state = { assessedCause: 'better-offer-price' } as const;
      await projectCase(db, projection(record, 1, { tasks: [call], state }), minute(6));
      await projectCase(db, projection(record, 1, { since: minute(0) }), minute(7));
      expect(await known(db, record.caseId)).toMatchObject({
        record: { cause: null, assessedCause: null },
        assessed: null,
      });
    }));

  it('say that nobody was reached, until somebody knows better', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const state = { assessedCause: 'unknown' } as const;
      await projectCase(db, projection(record, 1, { state }), minute(6));
      await projectCase(db, projection(record, 2, { state }), minute(7));
      const unknown = { ...nothingMore, cause: 'unknown', by: null, at: minute(6) };
      expect((await known(db, record.caseId)).assessed).toEqual(unknown);
      await projectCase(db, projection(record, 2), minute(8));
      expect((await known(db, record.caseId)).assessed).toBeNull();
    }));

  it('come from a cancellation by the code of a cause or of a category, else as free text', () =>
    withDatabase(async ({ db }) => {
      const code = 'disappointed-service.delivery';
      await addCategory(db, { code, name: { de: 'Lieferung', en: 'Delivery' }, at: minute(0) });
      const cancel = (customerId: string, reason: string, time = minute(1)) =>
        accept(db, [event('cancellation.received', customerId, { time, data: { reason } })], time);
      await cancel('C1', code);
      expect(await known(db, 'C1-e1')).toMatchObject({
        record: { statedCause: 'disappointed-service', statedReason: null },
        stated: { cause: 'disappointed-service', category: code, by: 'shop-key' },
      });
      await cancel('C1', 'neglected', minute(2));
      expect((await known(db, 'C1-e1')).stated).toMatchObject({
        cause: 'neglected',
        category: null,
      });
      await cancel('C2', 'neglected.nobody-knows');
      expect(await known(db, 'C2-e1')).toMatchObject({
        record: { statedCause: null, statedReason: 'neglected.nobody-knows' },
        stated: null,
      });
    }));

  it('reach the workflow of an open case as codes, and the timeline of a closed one', () =>
    withDatabase(async ({ db }) => {
      const open = await anOpenCase(db, 'C1');
      await verify(db, open, { competitor: 'Acme', note: 'She told me.' }, minute(2));
      await told(db);
      const sent = await messages(db);
      expect(sent.map(({ payload }) => payload)).toEqual([
        {
          ...{ kind: 'cause', ofCase: 'C1-e1', layer: 'verified', cause: 'neglected' },
          ...{ customerId: 'C1', caseId: 'C1-e1', at: minute(2) },
          eventId: expect.any(String) as unknown,
        },
      ]);

      const closed = await anOpenCase(db, 'C2');
      await projectCase(db, projection(closed, 1, { state: closedAsLost }), minute(50));
      await told(db);
      await verify(db, closed, {}, minute(60));
      expect(await messages(db)).toEqual([]);
      expect((await timelineOf(db, 'C2-e1')).at(-1)).toMatchObject({
        ...{ at: minute(60), code: 'cause-recorded' },
        data: { layer: 'verified', cause: 'neglected' },
      });
      expect((await getCase(db, 'C2-e1'))!.cause).toBe('neglected');
    }));
});

describe('a case whose workflow is begun again', () => {
  it('hears once more what people have recorded, and not that nobody was reached', () =>
    withDatabase(async ({ db }) => {
      const one = await anOpenCase(db, 'C1');
      await verify(db, one, { cause: 'no-need' }, minute(2));
      await verify(db, one, { cause: 'neglected' }, minute(3));
      const two = await anOpenCase(db, 'C2');
      const state = { assessedCause: 'unknown' } as const;
      await projectCase(db, projection(two, 1, { state }), minute(6));
      for (let i = 0; i < 3; i += 1) await told(db);

      for (const { caseId } of [one, two]) await restartCase(db, { caseId, at: minute(9) });
      const facts = (await messages(db)).filter(({ kind }) => kind === 'fact');
      expect(facts.map(({ payload }) => payload)).toMatchObject([
        { kind: 'cause', caseId: 'C1-e1', layer: 'verified', cause: 'neglected' },
      ]);
    }));
});

describe('the revenue lost', () => {
  it('is what the customer bought in the 365 days up to the loss', () =>
    withDatabase(async ({ db }) => {
      const day = (n: number) => new Date(Date.parse(minute(0)) - n * 86_400_000).toISOString();
      await accept(db, [
        purchase('C1', 'O1', { time: day(370), amount: 100 }),
        purchase('C1', 'O2', { time: day(364), amount: 1_000 }),
        purchase('C1', 'O3', { time: day(10), amount: 10_000 }),
      ]);
      await accept(db, [event('cancellation.received', 'C1', { time: minute(0) })]);
      await anOpenCase(db, 'C2');
      expect(await lostRevenueOf(db, ['C1-e1', 'C2-e1'])).toEqual(
        new Map([
          ['C1-e1', 11_000],
          ['C2-e1', 0],
        ]),
      );
    }));
});

describe('the report of causes', () => {
  it('stated with a cancellation names to whom the customer goes', () =>
    withDatabase(async ({ db }) => {
      const data = { reason: 'better-offer-price', competitor: 'Nordlicht' };
      const cancelled = event('cancellation.received', 'C9', { data });
      await accept(db, [cancelled, { ...cancelled, eventId: 'again' }]);
      const { stated } = await known(db, 'C9-e1');
      expect(stated).toMatchObject({ cause: 'better-offer-price', competitor: 'Nordlicht' });
    }));

  it('goes by the most reliable layer, with lost revenue, categories and what was named beside', () =>
    withDatabase(async ({ db }) => {
      const at = (customerId: string, amount: number) =>
        accept(db, [purchase(customerId, 'O1', { amount })]);
      await at('C1', 500);
      await at('C2', 700);
      await at('C3', 100);
      const one = await anOpenCase(db, 'C1', { statedCause: 'no-need' });
      const further = ['no-need', 'no-need.seldom'];
      const category = 'neglected.calls';
      await verify(db, one, { cause: 'neglected', category, furtherCauses: further }, minute(2));
      const two = await anOpenCase(db, 'C2', { statedCause: 'neglected' });
      const back = {
        statedCause: 'neglected',
        regainedAt: minute(20),
        regainedBy: 'purchase',
      } as const;
      await projectCase(db, projection(two, 1, { state: back }), minute(21));
      const three = await anOpenCase(db, 'C3', { at: minute(30) });
      const wrong = { ...closedAsLost, endReason: 'was-not-lost' } as const;
      const four = await anOpenCase(db, 'C4');
      await projectCase(db, projection(four, 1, { state: wrong }), minute(50));

      const none = { cases: 0, regained: 0, lostRevenue: 0, stillLostRevenue: 0 };
      expect(await causeFigures(db, { to: minute(30) })).toEqual([
        {
          cause: 'neglected',
          ...{ cases: 2, regained: 1, lostRevenue: 1_200, stillLostRevenue: 500 },
          layers: { stated: 1, assessed: 0, verified: 1 },
          alsoNamed: 0,
          categories: [
            { category: null, cases: 1, regained: 1, lostRevenue: 700, stillLostRevenue: 0 },
            { category, cases: 1, regained: 0, lostRevenue: 500, stillLostRevenue: 500 },
          ],
        },
        {
          ...{ cause: 'no-need', ...none, alsoNamed: 1, categories: [] },
          layers: { stated: 0, assessed: 0, verified: 0 },
        },
      ]);
      expect(await causeFigures(db, { from: minute(30) })).toMatchObject([
        { cause: null, cases: 1, lostRevenue: 100 },
      ]);
      expect(three.cause).toBeNull();
    }));
});

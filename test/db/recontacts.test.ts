import { describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { getCase, openCaseOf, projectCase } from '../../db/cases.ts';
import { judgementsOf } from '../../db/judgements.ts';
import type { Db } from '../../db/open.ts';
import {
  countForCampaign,
  getCampaign,
  listRecontacts,
  openRecontacts,
  startCampaign,
  stopCampaign,
} from '../../db/recontacts.ts';
import { outbox } from '../../db/schema.ts';
import type { CaseState, TaskState } from '../../domain/case.ts';
import type { Topic } from '../../domain/prevention.ts';
import type { Cause } from '../../domain/words.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anOpenCase,
  aPolicy,
  event,
  minute,
  ordered,
  projection,
  purchase,
  task,
} from './given.ts';

const closedAt = minute(10);
const lost = {
  status: 'closed',
  outcome: 'lost',
  endReason: 'observation-over',
  closedAt,
} as const;

/** A case that has ended without its customer. */
async function aLostCase(
  db: Db,
  customerId: string,
  {
    cause = 'neglected',
    tasks = [],
    ...state
  }: Partial<CaseState> & { cause?: Cause; tasks?: TaskState[] } = {},
): Promise<string> {
  const record = await anOpenCase(db, customerId, { statedCause: cause });
  const ended = { ...lost, statedCause: cause, ...state };
  await projectCase(db, projection(record, 1, { tasks, state: ended }), closedAt);
  return record.caseId;
}

const call = (caseId: string, recontactAt: string) =>
  task(`${caseId}-recovery-call-1`, {
    ...{ status: 'done', closedAt: minute(2) },
    result: { outcome: 'not-now', recontactAt },
  });

const opening = async (db: Db, at = minute(20), capacity = 60) => {
  const policy = await aPolicy(db);
  const limited = { ...policy, team: { ...policy.team, capacity } };
  return openRecontacts(db, { policy: limited, at, limit: 10 });
};
const waiting = async (db: Db, status: 'waiting' | 'opened' | 'left-out' = 'waiting') =>
  (await listRecontacts(db, { status }, { limit: 20 })).items;
const all: Omit<Topic, 'cause'> = { category: null, product: null, region: null };
const gone = { title: 'Mended', causes: ['neglected' as const], ...all };

describe('a date agreed for later than the case lasted', () => {
  it('gives a new case on that date, with what was known of the cause', () =>
    withDatabase(async ({ db }) => {
      await aLostCase(db, 'C1', { tasks: [call('C1-e1', minute(500))] });
      expect(await waiting(db)).toMatchObject([
        { caseId: 'C1-e1', origin: 'agreed', dueAt: minute(500) },
      ]);
      expect(await opening(db, minute(499))).toEqual({ opened: 0, left: false });
      expect(await opening(db, minute(500))).toEqual({ opened: 1, left: false });
      expect(await openCaseOf(db, 'C1')).toMatchObject({
        ...{ episode: 2, trigger: 'manual', statedCause: 'neglected', openedBy: 'recontact' },
      });
      expect(await opening(db, minute(501))).toEqual({ opened: 0, left: false });
    }));

  it('keeps what has become of it when the end of the case is written again', () =>
    withDatabase(async ({ db }) => {
      const caseId = await aLostCase(db, 'C1', { tasks: [call('C1-e1', minute(500))] });
      await opening(db, minute(500));
      const record = (await getCase(db, caseId))!;
      const ended = projection(record, 2, { state: { ...lost, statedCause: 'neglected' } });
      await projectCase(db, ended, minute(600));
      expect(await waiting(db, 'opened')).toMatchObject([{ openedCaseId: 'C1-e2' }]);
      expect(await waiting(db)).toEqual([]);
    }));

  it('is none when it was over before the end, or the case goes on after all', () =>
    withDatabase(async ({ db }) => {
      await aLostCase(db, 'C1', { tasks: [call('C1-e1', minute(9))] });
      expect(await waiting(db)).toEqual([]);
      const caseId = await aLostCase(db, 'C2', { tasks: [call('C2-e1', minute(500))] });
      expect(await waiting(db)).toHaveLength(1);
      const record = (await getCase(db, caseId))!;
      await projectCase(
        db,
        projection(record, 2, { state: { statedCause: 'neglected' } }),
        minute(11),
      );
      expect(await waiting(db)).toEqual([]);
    }));
});

describe('what was agreed', () => {
  const said = (taskId: string, at: number, result: TaskState['result'], dueAt = minute(2)) =>
    task(taskId, { status: 'done', closedAt: minute(at), dueAt, result });

  it('goes by the last that the customer said: a refusal after it ends it', () =>
    withDatabase(async ({ db }) => {
      const agreed = said('C1-e1-recovery-call-1', 2, {
        ...{ outcome: 'not-now', recontactAt: minute(500) },
      });
      await aLostCase(db, 'C1', { tasks: [agreed, said('t2', 4, { outcome: 'refused' })] });
      expect(await waiting(db)).toEqual([]);
      const unanswered = said('t3', 4, { outcome: 'no-answer' });
      await aLostCase(db, 'C2', { tasks: [{ ...agreed, taskId: 't4' }, unanswered] });
      expect(await waiting(db)).toMatchObject([{ caseId: 'C2-e1', dueAt: minute(500) }]);
    }));

  it('is kept at the end of the case that waited for it, unless somebody has called then', () =>
    withDatabase(async ({ db }) => {
      const agreed = said('t1', 2, { outcome: 'not-now', recontactAt: minute(9) });
      await aLostCase(db, 'C1', { tasks: [agreed] });
      expect(await waiting(db)).toMatchObject([{ caseId: 'C1-e1', dueAt: minute(9) }]);
      const called = said('t3', 10, { outcome: 'no-answer' }, minute(9));
      await aLostCase(db, 'C2', { tasks: [{ ...agreed, taskId: 't2' }, called] });
      expect(await waiting(db)).toHaveLength(1);
    }));
});

describe('a customer who is turned to once more', () => {
  const facts = (db: Db) =>
    db
      .select({ payload: outbox.payload })
      .from(outbox)
      .where(eq(outbox.kind, 'fact'))
      .all()
      .map(({ payload }) => payload);

  it('is heard when they withdraw the cancellation that stands from before', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [event('cancellation.received', 'C1', { time: minute(0) })]);
      const first = (await openCaseOf(db, 'C1'))!;
      await projectCase(db, projection(first, 1, { state: lost }), closedAt);
      const again = await anOpenCase(db, 'C1', { at: minute(20) });
      expect(again).toMatchObject({ episode: 2, cancelled: false });
      await accept(db, [event('cancellation.withdrawn', 'C1', { time: minute(25) })], minute(25));
      expect(facts(db)).toMatchObject([{ kind: 'cancellation-withdrawn', standing: true }]);
      // Heard of only after the end it counts all the same.
      await projectCase(
        db,
        projection(again, 1, { state: { ...lost, closedAt: minute(30) } }),
        minute(30),
      );
      expect((await judgementsOf(db, 'C1-e2')).at(-1)).toMatchObject({
        ...{ is: 'regained', because: 'withdrawn' },
      });
    }));

  it('is not told of a withdrawal when nothing was cancelled', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1');
      await accept(db, [event('cancellation.withdrawn', 'C1', { time: minute(5) })], minute(5));
      expect(facts(db)).toEqual([]);
    }));
});

describe('a campaign', () => {
  it('opens again whom the cause has cost us, as far as there is room, the best first', () =>
    withDatabase(async ({ db }) => {
      await aLostCase(db, 'C1', { expectedGain: 500 });
      await aLostCase(db, 'C2', { expectedGain: 900 });
      await aLostCase(db, 'C3', { cause: 'no-need' });
      await aLostCase(db, 'C4', { outcome: 'stopped', endReason: 'objection' });
      expect(await countForCampaign(db, gone)).toBe(2);
      const { campaignId } = await startCampaign(db, gone, ordered);
      expect(await countForCampaign(db, gone)).toBe(0);
      expect(await opening(db, minute(20), 1)).toEqual({ opened: 1, left: true });
      expect(await openCaseOf(db, 'C2')).toMatchObject({ openedBy: campaignId });
      expect(await opening(db, minute(20), 1)).toEqual({ opened: 0, left: false });
      expect(await opening(db)).toEqual({ opened: 1, left: false });
      expect(await getCampaign(db, campaignId)).toMatchObject({ waiting: 0, opened: 2 });
    }));

  it('leaves out with whom something speaks against it by then, and says what', () =>
    withDatabase(async ({ db }) => {
      for (const customerId of ['C1', 'C2', 'C3', 'C4']) await aLostCase(db, customerId);
      await startCampaign(db, gone, ordered);
      await accept(db, [
        purchase('C1', 'o1', { time: minute(12) }),
        event('customer.objected', 'C2', { time: minute(12) }),
        event('customer.deceased', 'C3', { time: minute(12) }),
        event('cancellation.received', 'C4', { time: minute(12) }),
      ]);
      expect(await opening(db)).toEqual({ opened: 0, left: false });
      const left = (await waiting(db, 'left-out')).map((one) => [one.customerId, one.leftOut]);
      expect(left).toEqual([
        ['C1', 'bought-since'],
        ['C2', 'objected'],
        ['C3', 'deceased'],
        ['C4', 'case-since'],
      ]);
    }));

  it('turns to nobody who is not lost for all that is known', () =>
    withDatabase(async ({ db }) => {
      await aLostCase(db, 'C1', { outcome: 'not-pursued', endReason: 'was-not-lost' });
      await aLostCase(db, 'C2');
      await accept(db, [purchase('C2', 'o1', { time: minute(8) })], minute(15));
      await accept(db, [event('cancellation.received', 'C3', { time: minute(0) })]);
      const third = (await openCaseOf(db, 'C3'))!;
      const ended = { ...lost, statedCause: 'neglected' } as const;
      await projectCase(db, projection(third, 1, { state: ended }), closedAt);
      expect(await countForCampaign(db, gone)).toBe(1);
      await startCampaign(db, gone, ordered);
      await accept(db, [event('cancellation.withdrawn', 'C3', { time: minute(16) })], minute(16));
      expect(await countForCampaign(db, gone)).toBe(0);
      expect(await opening(db)).toEqual({ opened: 0, left: false });
      expect(await waiting(db, 'left-out')).toMatchObject([
        { customerId: 'C3', leftOut: 'withdrew-since' },
      ]);
    }));

  it('turns to who once withdrew an earlier cancellation, but not to who withdraws after the opening', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'o1', { time: minute(-90) })], minute(-90));
      await accept(db, [event('cancellation.received', 'C1', { time: minute(-60) })], minute(-60));
      const first = (await openCaseOf(db, 'C1'))!;
      await accept(db, [event('cancellation.withdrawn', 'C1', { time: minute(-50) })], minute(-50));
      const again = { outcome: 'loyal-again', regainedBy: 'cancellation-withdrawn' } as const;
      const state = { ...lost, ...again, regainedAt: minute(-50), closedAt: minute(-20) };
      await projectCase(db, projection(first, 1, { state }), minute(-20));
      // Silent since the last purchase, from before that cancellation.
      const later = await aLostCase(db, 'C1');
      expect(await getCase(db, later)).toMatchObject({ episode: 2, lostAt: minute(-90) });
      expect(await countForCampaign(db, gone)).toBe(1);
      await startCampaign(db, gone, ordered);
      expect(await opening(db)).toEqual({ opened: 1, left: false });

      await accept(db, [event('cancellation.received', 'C2', { time: minute(-60) })], minute(-60));
      const cancelled = (await openCaseOf(db, 'C2'))!;
      const closed = { ...lost, closedAt: minute(-20) };
      await projectCase(db, projection(cancelled, 1, { state: closed }), minute(-20));
      await aLostCase(db, 'C2');
      expect(await countForCampaign(db, gone)).toBe(1);
      await accept(db, [event('cancellation.withdrawn', 'C2', { time: minute(15) })], minute(15));
      expect(await countForCampaign(db, gone)).toBe(0);
    }));

  it('takes the traits of a topic, and who was lost again by the cause', () =>
    withDatabase(async ({ db }) => {
      const bought = (id: string, product: string) =>
        event('purchase.recorded', id, {
          time: minute(-90),
          data: { orderId: `${id}-1`, amount: 900, currency: 'EUR', product },
        });
      await accept(db, [bought('C1', 'grinder'), bought('C2', 'kettle')], minute(-90));
      const update = { data: { region: 'DE-BY' }, time: minute(-80) };
      await accept(db, [event('customer.updated', 'C1', update)], minute(-80));
      await aLostCase(db, 'C1');
      await aLostCase(db, 'C2');
      await aLostCase(db, 'C3', {
        ...{ outcome: 'lost-again', endReason: 'no-second-purchase' },
        ...{ regainedAt: minute(3), regainedBy: 'purchase' },
      });
      const reach = (narrower: Partial<typeof all>) =>
        countForCampaign(db, { ...gone, ...narrower });
      expect(await reach({})).toBe(3);
      expect(await reach({ product: 'grinder' })).toBe(1);
      expect(await reach({ region: 'DE-BY' })).toBe(1);
      expect(await reach({ product: 'kettle', region: 'DE-BY' })).toBe(0);
      expect(await reach({ category: 'neglected.nobody-called' })).toBe(0);
      await startCampaign(db, { ...gone, region: null }, ordered);
      await opening(db);
      const left = (await waiting(db, 'left-out')).map((one) => [one.customerId, one.leftOut]);
      expect(left).toEqual([]);
    }));

  it('can be stopped, and needs somebody to turn to', () =>
    withDatabase(async ({ db }) => {
      await expect(startCampaign(db, gone, ordered)).rejects.toThrow('No closed case');
      await aLostCase(db, 'C1');
      const { campaignId } = await startCampaign(db, gone, ordered);
      const stopped = await stopCampaign(db, campaignId, ordered);
      expect(stopped).toMatchObject({ waiting: 0, 'left-out': 1, stoppedAt: minute(0) });
      expect(await opening(db)).toEqual({ opened: 0, left: false });
      await expect(stopCampaign(db, 'none', ordered)).rejects.toThrow('no such campaign');
    }));
});

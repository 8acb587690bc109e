import { describe, expect, it } from '@jest/globals';
import { getCase, openCaseOf, projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import {
  countForCampaign,
  getCampaign,
  listRecontacts,
  openRecontacts,
  startCampaign,
  stopCampaign,
} from '../../db/recontacts.ts';
import type { CaseState, TaskState } from '../../domain/case.ts';
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
const gone = { title: 'Mended', causes: ['neglected' as const], product: null };

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

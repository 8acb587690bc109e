import { describe, expect, it } from '@jest/globals';
import {
  beginCommand,
  findByIdempotencyKey,
  finishCommand,
  getCommand,
  keptCompletion,
  recordCommand,
  takeCommand,
  undoCommand,
} from '../../db/commands.ts';
import { outboxBacklog } from '../../db/outbox.ts';
import { withDatabase } from '../support/database.ts';
import { anna, aStartedCase, bert, messages, minute } from './given.ts';

const pause = {
  commandId: 'command-1',
  actor: anna,
  action: 'case.pause',
  target: 'C1-e1',
  caseId: 'C1-e1',
  request: { until: minute(90), reason: 'Urlaub' },
  idempotencyKey: 'key-1',
  at: minute(1),
  lease: minute(5),
};

describe('beginning a command', () => {
  it('keeps it until the verdict, for the relay from the end of the lease on', () =>
    withDatabase(async ({ db }) => {
      await aStartedCase(db);
      const { command, repeated } = await beginCommand(db, pause);
      expect(repeated).toBe(false);
      expect(command).toEqual({
        commandId: 'command-1',
        actor: 'anna',
        role: 'agent',
        action: 'case.pause',
        target: 'C1-e1',
        caseId: 'C1-e1',
        request: pause.request,
        idempotencyKey: 'key-1',
        status: 'pending',
        error: null,
        at: minute(1),
        finishedAt: null,
        undoUntil: null,
      });
      expect(await getCommand(db, 'command-1')).toEqual(command);
      expect(await messages(db, minute(4))).toEqual([]);
      expect(await messages(db, minute(5))).toMatchObject([
        { kind: 'command', orderKey: 'C1', payload: { commandId: 'command-1' } },
      ]);
    }));

  it('is one command for a repeated request', () =>
    withDatabase(async ({ db }) => {
      await aStartedCase(db);
      const { command } = await beginCommand(db, pause);
      const request = { reason: 'Urlaub', until: minute(90) };
      const again = await beginCommand(db, { ...pause, commandId: 'command-2', request });
      expect(again).toEqual({ command, repeated: true });
      expect(await getCommand(db, 'command-2')).toBeUndefined();
      expect(await outboxBacklog(db)).toMatchObject({ undone: 1 });
      expect(await findByIdempotencyKey(db, 'anna', 'key-1')).toEqual(command);
    }));

  it.each([
    { action: 'case.resume' },
    { target: 'C2-e1' },
    { request: { until: minute(91), reason: 'Urlaub' } },
  ])('refuses the key for another request: %j', (other) =>
    withDatabase(async ({ db }) => {
      await aStartedCase(db);
      await beginCommand(db, pause);
      await expect(beginCommand(db, { ...pause, ...other, commandId: 'x' })).rejects.toMatchObject({
        code: 'idempotency-key-reused',
      });
    }),
  );

  it('lets two people use the same key', () =>
    withDatabase(async ({ db }) => {
      await aStartedCase(db);
      await beginCommand(db, pause);
      const other = await beginCommand(db, { ...pause, commandId: 'command-2', actor: bert });
      expect(other.repeated).toBe(false);
    }));

  it('lets no second completion in while the first has no verdict', () =>
    withDatabase(async ({ db }) => {
      await aStartedCase(db);
      const complete = {
        ...pause,
        action: 'task.complete',
        target: 't1',
        request: { result: { outcome: 'sent' } },
        idempotencyKey: null,
      };
      await beginCommand(db, complete);
      const second = { ...complete, commandId: 'command-2', actor: bert };
      await expect(beginCommand(db, second)).rejects.toMatchObject({ code: 'conflict' });
      expect(await outboxBacklog(db)).toMatchObject({ undone: 1 });
      await finishCommand(db, {
        commandId: 'command-1',
        status: 'rejected',
        error: { code: 'task-not-open', message: 'closed' },
        at: minute(2),
      });
      expect((await beginCommand(db, second)).command.status).toBe('pending');
    }));

  describe('that can be undone', () => {
    const complete = {
      ...pause,
      action: 'task.complete',
      target: 't1',
      request: { result: { outcome: 'sent' } },
      undo: true,
    };
    const id = { commandId: 'command-1' };

    it('is delivered by nobody before its time is over, and then for good', () =>
      withDatabase(async ({ db }) => {
        await aStartedCase(db);
        const { command } = await beginCommand(db, complete);
        expect(command.undoUntil).toBe(minute(5));
        expect(await messages(db, minute(4))).toEqual([]);
        expect(await takeCommand(db, { ...id, at: minute(4) })).toBeUndefined();
        expect(await takeCommand(db, { ...id, at: minute(5) })).toMatchObject({ undoUntil: null });
        await expect(undoCommand(db, { ...id, clock: () => minute(4) })).rejects.toMatchObject({
          code: 'conflict',
        });
      }));

    it('leaves nothing behind, and room for another result', () =>
      withDatabase(async ({ db }) => {
        await aStartedCase(db);
        await beginCommand(db, complete);
        expect(keptCompletion(db, 't1')).toMatchObject(id);
        const undo = () => undoCommand(db, { ...id, clock: () => minute(4) });
        expect(await undo()).toMatchObject({ status: 'undone', finishedAt: minute(4) });
        expect(await undo()).toMatchObject({ status: 'undone' });
        expect(await takeCommand(db, { ...id, at: minute(6) })).toBeUndefined();
        expect(await outboxBacklog(db)).toMatchObject({ undone: 0 });
        expect(keptCompletion(db, 't1')).toBeUndefined();
        const other = { ...complete, commandId: 'command-2', idempotencyKey: null };
        expect((await beginCommand(db, other)).command.status).toBe('pending');
      }));
  });

  it('is refused for an unknown case', () =>
    withDatabase(async ({ db }) => {
      await expect(beginCommand(db, pause)).rejects.toMatchObject({ code: 'not-found' });
      expect(await getCommand(db, 'command-1')).toBeUndefined();
    }));
});

describe('the verdict on a command', () => {
  it('ends its delivery', () =>
    withDatabase(async ({ db }) => {
      await aStartedCase(db);
      await beginCommand(db, pause);
      await beginCommand(db, { ...pause, commandId: 'command-2', idempotencyKey: 'key-2' });
      await finishCommand(db, { commandId: 'command-1', status: 'done', at: minute(2) });
      expect(await getCommand(db, 'command-1')).toMatchObject({
        status: 'done',
        finishedAt: minute(2),
      });
      expect(await messages(db)).toMatchObject([{ payload: { commandId: 'command-2' } }]);
    }));

  it('is given once', () =>
    withDatabase(async ({ db }) => {
      await aStartedCase(db);
      await beginCommand(db, pause);
      const error = { code: 'case-not-open', message: 'closed', kind: 'rejected' } as const;
      await finishCommand(db, { commandId: 'command-1', status: 'rejected', error, at: minute(2) });
      await finishCommand(db, { commandId: 'command-1', status: 'done', at: minute(3) });
      expect(await getCommand(db, 'command-1')).toMatchObject({
        status: 'rejected',
        error: { code: 'case-not-open', message: 'closed' },
        finishedAt: minute(2),
      });
    }));
});

describe('a command that the database alone carries out', () => {
  it('is kept as done, once per idempotency key', () =>
    withDatabase(async ({ db }) => {
      const create = { ...pause, action: 'case.open', caseId: null, lease: undefined };
      const { command } = await recordCommand(db, create);
      expect(command).toMatchObject({ status: 'done', caseId: null, finishedAt: minute(1) });
      expect(await recordCommand(db, { ...create, commandId: 'x' })).toEqual({
        command,
        repeated: true,
      });
      expect(await messages(db)).toEqual([]);
    }));
});

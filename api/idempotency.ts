import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { findByIdempotencyKey, recordCommand } from '../db/commands.ts';
import type { AuditAction } from '../domain/audit.ts';
import { DomainError } from '../domain/errors.ts';
import type { CommandRecord } from '../domain/records.ts';
import type { Call } from './route.ts';

export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 characters, ASCII without spaces');

type Asked = {
  action: AuditAction;
  /** left out where the first request itself made the target */
  target?: string;
  request: Record<string, unknown>;
};

/**
 * The command that the same request with the same key brought before. Then the answer is told again from what is
 * stored, and nothing is done.
 * @throws DomainError `idempotency-key-reused` when the key came with another request
 */
export async function repeated(
  { db, actor, idempotencyKey }: Pick<Call, 'db' | 'actor' | 'idempotencyKey'>,
  asked: Asked,
): Promise<CommandRecord | undefined> {
  if (idempotencyKey === null) return undefined;
  const before = await findByIdempotencyKey(db, actor.actorId, idempotencyKey);
  if (!before) return undefined;
  const request = { ...asked.request, answer: before.request['answer'] };
  const same =
    before.action === asked.action &&
    (asked.target === undefined || before.target === asked.target) &&
    isDeepStrictEqual(before.request, JSON.parse(JSON.stringify(request)));
  if (same) return before;
  throw new DomainError(
    'idempotency-key-reused',
    'This Idempotency-Key came with another request before. Use a new one for each request.',
  );
}

/**
 * Notes who did what, and under which key, for the audit and for `repeated`.
 * @param done.answer what came of it, as far as the target does not tell
 */
export async function remember(
  { db, actor, at, idempotencyKey }: Call,
  done: Asked & { target: string; caseId?: string; answer?: unknown },
): Promise<void> {
  const { action, target, caseId = null, request, answer } = done;
  await recordCommand(db, {
    commandId: randomUUID(),
    actor,
    action,
    target,
    caseId,
    request: answer === undefined ? request : { ...request, answer },
    idempotencyKey,
    at,
  });
}

/** Lets requests with the same key wait for each other, so that the second one finds what the first has stored. */
export function oneAtATime() {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}

import type { Actor } from '../domain/records.ts';

/** Whom a list is asked for: `me` is the key that asks, `none` the team queue. */
export function assigneeOf(asked: string | undefined, actor: Actor): string | null | undefined {
  if (asked === 'me') return actor.actorId;
  return asked === 'none' ? null : asked;
}

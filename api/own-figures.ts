import { DomainError } from '../domain/errors.ts';
import type { Call } from './route.ts';

/** @throws DomainError `forbidden` when an agent asks for the figures of other people */
export function mustBeOwn({
  actor,
  query,
}: Call<unknown, { by?: string | undefined; agent?: string | undefined }>): void {
  const aboutPeople = query.by === 'agent' || query.agent !== undefined;
  if (actor.role !== 'agent' || !aboutPeople || query.agent === actor.actorId) return;
  throw new DomainError('forbidden', 'Agents see the figures of one person for themselves alone.');
}

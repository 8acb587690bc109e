import { relianceOfTask } from '../db/contacts.ts';
import { DomainError } from '../domain/errors.ts';
import type { TaskRecord } from '../domain/records.ts';
import type { Call } from './route.ts';

/**
 * What has changed since the task was opened may forbid the contact; its next attempt is then not planned any more.
 * @throws DomainError `contact-not-permitted`
 */
export async function mustBePermitted(
  { db, policy, at }: Pick<Call, 'db' | 'policy' | 'at'>,
  task: TaskRecord,
): Promise<void> {
  const reliance = await relianceOfTask(db, task, { policy, at });
  if (task.status !== 'open' || reliance === null || reliance.permitted) return;
  const { reason, rule } = reliance;
  const why = rule === null ? reason : `${reason}; ${rule}`;
  throw new DomainError('contact-not-permitted', `The customer may not be contacted (${why}).`);
}

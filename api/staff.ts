import { validKey } from '../db/keys.ts';
import type { Call } from './route.ts';
import { invalid } from './validation.ts';

/**
 * @param field that names them
 * @throws DomainError `invalid` unless it is somebody who works here
 */
export async function mustBeStaff(
  { db }: Pick<Call, 'db'>,
  keyId: string,
  field = 'keyId',
): Promise<void> {
  const key = await validKey(db, keyId);
  if (key && key.role !== 'sales-system') return;
  throw invalid([{ field, rule: 'must be the ID of a valid key of an agent, manager or admin' }]);
}

import { desc, eq, sql } from 'drizzle-orm';
import type { PermissionRecord } from '../domain/records.ts';
import { prepared, type Db } from './connection.ts';
import { permissions } from './schema.ts';

const statements = prepared((db) => ({
  words: db
    .select({
      permissionId: permissions.permissionId,
      channel: permissions.channel,
      purpose: permissions.purpose,
      granted: permissions.granted,
      legalBasis: permissions.legalBasis,
      proof: permissions.proof,
      at: permissions.at,
      source: permissions.source,
    })
    .from(permissions)
    .where(eq(permissions.customerId, sql.placeholder('customerId')))
    // Every term descends, as the index can be read backwards.
    .orderBy(desc(permissions.channel), desc(permissions.at), desc(permissions.permissionId))
    .prepare(),
}));

/** All that the customer ever said, by channel, the newest first. */
export async function permissionHistory(db: Db, customerId: string): Promise<PermissionRecord[]> {
  return wordsOf(db, customerId);
}

export function wordsOf(db: Db, customerId: string): PermissionRecord[] {
  return statements(db).words.all({ customerId });
}

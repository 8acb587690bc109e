import { createHmac, randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { prepared, writing, type Db } from './connection.ts';
import { installation } from './schema.ts';

const keyName = 'control-group-key';

const statements = prepared((db) => ({
  key: db
    .select({ value: installation.value })
    .from(installation)
    .where(eq(installation.name, keyName))
    .prepare(),
}));

/**
 * A number from 0 up to, and not including, 1: the same for ever for a subject, and without this installation's secret,
 * which is shown nowhere, nobody can tell it beforehand.
 */
export function keyedChance(db: Db, subject: string): number {
  return createHmac('sha256', keyOf(db)).update(subject).digest().readUIntBE(0, 6) / 2 ** 48;
}

function keyOf(db: Db): string {
  const find = (from: Db) => statements(from).key.get()?.value;
  return (
    find(db) ??
    writing(db, (tx) => {
      const value = randomBytes(32).toString('hex');
      tx.insert(installation).values({ name: keyName, value }).onConflictDoNothing().run();
      return find(tx)!;
    })
  );
}

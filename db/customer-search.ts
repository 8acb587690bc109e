import { eq, sql } from 'drizzle-orm';
import { searchedWords, searchWords } from '../domain/search.ts';
import { placeholders } from './columns.ts';
import { prepared, type Db } from './connection.ts';
import { customers, customerWords } from './schema.ts';

const statements = prepared((db) => ({
  forget: db
    .delete(customerWords)
    .where(eq(customerWords.customerId, sql.placeholder('customerId')))
    .prepare(),
  keep: db.insert(customerWords).values(placeholders(customerWords)).prepare(),
}));

export function keepSearchWords(tx: Db, of: Parameters<typeof searchWords>[0]): void {
  const { customerId } = of;
  const { forget, keep } = statements(tx);
  forget.run({ customerId });
  for (const word of searchWords(of)) keep.run({ word, customerId });
}

/** Behind every text that begins with `text`. */
const last = '\u{10FFFF}';

/**
 * The IDs of those who are found by `search`, as a subquery. Of whom nothing but an ID is known there are no words:
 * they are found by the ID as it is written, in capitals or in small letters.
 */
export function foundBy(search: string) {
  const groups = searchedWords(search);
  const byWords = groups.map((group) => {
    const { word } = customerWords;
    const ranges = group.map((from) => sql`(${word} >= ${from} and ${word} < ${from + last})`);
    const any = sql.join(ranges, sql` or `);
    return sql`select ${customerWords.customerId} from ${customerWords} where ${any}`;
  });
  const typed = search.trim();
  const byId = [...new Set([typed, typed.toUpperCase(), typed.toLowerCase()])].map((from) => {
    const { customerId } = customers;
    return sql`select ${customerId} from ${customers} where ${customerId} >= ${from} and ${customerId} < ${from + last}`;
  });
  const both =
    groups.length === 0 ? [] : [sql`select * from (${sql.join(byWords, sql` intersect `)})`];
  return sql`(${sql.join([...both, ...byId], sql` union `)})`;
}

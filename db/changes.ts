import { sql } from 'drizzle-orm';
import { prepared, type Db } from './connection.ts';
import { commands, tasks, timeline } from './schema.ts';

const statements = prepared((db) => ({
  newest: db
    .select({
      timeline: sql<number | null>`(select max(rowid) from ${timeline})`,
      tasks: sql<number | null>`(select max(rowid) from ${tasks})`,
      commands: sql<number | null>`(select max(rowid) from ${commands})`,
      done: sql<
        string | null
      >`(select max(${commands.finishedAt}) from ${commands} where rowid > (select max(rowid) from ${commands}) - 20)`,
    })
    .from(sql`(select 1)`)
    .prepare(),
}));

/**
 * A text that is another one whenever something has happened that people watch: in a case, to a task, or by a person's
 * command. Reads the ends of three tables.
 */
export async function changeMark(db: Db): Promise<string> {
  return JSON.stringify(statements(db).newest.get());
}

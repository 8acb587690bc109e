import { and, asc, eq, sql } from 'drizzle-orm';
import type { Playbook } from '../domain/playbooks.ts';
import { prepared, type Db } from './connection.ts';
import { playbooks } from './schema.ts';

const statements = prepared((db) => ({
  // SQLite takes the other columns of such a group from the row that holds the maximum.
  current: db
    .select({ content: playbooks.content, version: sql`max(${playbooks.version})` })
    .from(playbooks)
    .groupBy(playbooks.playbookId)
    .orderBy(asc(playbooks.playbookId))
    .prepare(),
}));

/** Adds the versions that are missing; a stored version never changes. */
export async function seedPlaybooks(db: Db, builtIn: Playbook[], at: string): Promise<void> {
  if (builtIn.length === 0) return;
  const rows = builtIn.map((content) => ({
    playbookId: content.playbookId,
    version: content.version,
    content,
    createdAt: at,
  }));
  db.insert(playbooks).values(rows).onConflictDoNothing().run();
}

/** The newest version of each, by ID. */
export async function currentPlaybooks(db: Db): Promise<Playbook[]> {
  return statements(db)
    .current.all()
    .map(({ content }) => content);
}

export async function getPlaybook(
  db: Db,
  playbookId: string,
  version: number,
): Promise<Playbook | undefined> {
  return db
    .select({ content: playbooks.content })
    .from(playbooks)
    .where(and(eq(playbooks.playbookId, playbookId), eq(playbooks.version, version)))
    .get()?.content;
}

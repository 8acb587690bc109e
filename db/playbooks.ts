import { isDeepStrictEqual } from 'node:util';
import { and, asc, desc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { DomainError } from '../domain/errors.ts';
import type { Playbook, PlaybookContent, PlaybookRecord } from '../domain/playbooks.ts';
import { contentFor } from '../domain/measure-plan.ts';
import type { CaseRecord, TaskRecord } from '../domain/records.ts';
import { insertDone, type Asked } from './commands.ts';
import { prepared, writing, type Db } from './connection.ts';
import { cases, playbooks } from './schema.ts';

const ofPlaybook = eq(playbooks.playbookId, sql.placeholder('playbookId'));

const statements = prepared((db) => ({
  // SQLite takes the other columns of such a group from the row that holds the maximum.
  current: db
    .select({
      content: playbooks.content,
      retiredAt: playbooks.retiredAt,
      version: sql`max(${playbooks.version})`,
    })
    .from(playbooks)
    .groupBy(playbooks.playbookId)
    .orderBy(asc(playbooks.playbookId))
    .prepare(),
  newest: db
    .select()
    .from(playbooks)
    .where(ofPlaybook)
    .orderBy(desc(playbooks.version))
    .limit(1)
    .prepare(),
  newestFromFile: db
    .select({ content: playbooks.content })
    .from(playbooks)
    .where(and(ofPlaybook, eq(playbooks.fromFile, true)))
    .orderBy(desc(playbooks.version))
    .limit(1)
    .prepare(),
  one: db
    .select()
    .from(playbooks)
    .where(and(ofPlaybook, eq(playbooks.version, sql.placeholder('version'))))
    .prepare(),
  ofCases: db
    .select({ caseId: cases.caseId, content: playbooks.content })
    .from(cases)
    .innerJoin(
      playbooks,
      and(eq(playbooks.playbookId, cases.playbookId), eq(playbooks.version, cases.playbookVersion)),
    )
    .where(sql`${cases.caseId} in (select value from json_each(${sql.placeholder('caseIds')}))`)
    .prepare(),
}));

/**
 * Publishes what the files say anew: a playbook that is not known, or whose file has changed. What managers have
 * published through the API or retired stays as it is.
 * @returns the IDs of those whose changed file was therefore not published; told until a manager publishes it
 */
export async function seedPlaybooks(
  db: Db,
  files: PlaybookContent[],
  at: string,
): Promise<string[]> {
  return writing(db, (tx) =>
    files.flatMap((content) => {
      const { playbookId } = content;
      const { newest, newestFromFile } = statements(tx);
      const current = newest.get({ playbookId });
      const isSame = (known: { content: Playbook } | undefined) =>
        known !== undefined && isDeepStrictEqual(withoutVersion(known.content), plain(content));
      if (isSame(current) || isSame(newestFromFile.get({ playbookId }))) return [];
      if (current && (!current.fromFile || current.retiredAt !== null)) return [playbookId];
      insertVersion(tx, content, { fromFile: true, at });
      return [];
    }),
  );
}

/**
 * Adds the next version of a playbook; cases that run keep theirs.
 * @param basedOn the version that the writer has seen
 * @throws DomainError `conflict` when there is a newer one
 */
export async function publishPlaybook(
  db: Db,
  content: PlaybookContent,
  { asked, basedOn, at }: { asked: Asked; basedOn: number | undefined; at: string },
): Promise<PlaybookRecord> {
  return writing(db, (tx) => {
    const { playbookId } = content;
    const newest = statements(tx).newest.get({ playbookId });
    if (basedOn !== undefined && basedOn !== (newest?.version ?? 0)) {
      throw new DomainError('conflict', `There is version ${newest?.version ?? 0} by now.`);
    }
    const record = insertVersion(tx, content, { fromFile: false, at });
    insertDone(tx, asked, { action: 'playbook.publish', target: nameOf(record), caseId: null, at });
    return record;
  });
}

/** From now on no case chooses it, until another version is published. Cases that go by it still do. */
export async function retirePlaybook(
  db: Db,
  playbookId: string,
  { asked, at }: { asked: Asked; at: string },
): Promise<PlaybookRecord> {
  return writing(db, (tx) => {
    const newest = statements(tx).newest.get({ playbookId });
    if (!newest) throw new DomainError('not-found', 'There is no such playbook.');
    const record = { ...newest, retiredAt: newest.retiredAt ?? at };
    tx.update(playbooks)
      .set({ retiredAt: record.retiredAt })
      .where(and(eq(playbooks.playbookId, playbookId), eq(playbooks.version, newest.version)))
      .run();
    insertDone(tx, asked, { action: 'playbook.retire', target: nameOf(record), caseId: null, at });
    return record;
  });
}

/** `dormancy@2` */
export function nameOf({ playbookId, version }: { playbookId: string; version: number }): string {
  return `${playbookId}@${version}`;
}

/** The newest version of each that is not retired, by ID. */
export async function currentPlaybooks(db: Db): Promise<Playbook[]> {
  return statements(db)
    .current.all()
    .filter(({ retiredAt }) => retiredAt === null)
    .map(({ content }) => content);
}

/** The newest version of each, or every version of one, the newest first; by ID. */
export async function listPlaybooks(
  db: Db,
  of?: { playbookId: string },
): Promise<PlaybookRecord[]> {
  const records = db
    .select()
    .from(playbooks)
    .where(of && eq(playbooks.playbookId, of.playbookId))
    .orderBy(asc(playbooks.playbookId), desc(playbooks.version))
    .all();
  return of ? records : records.filter((one, i) => one.playbookId !== records[i - 1]?.playbookId);
}

/** The newest version when none is named. */
export async function getPlaybook(
  db: Db,
  playbookId: string,
  version?: number,
): Promise<PlaybookRecord | undefined> {
  return version === undefined
    ? statements(db).newest.get({ playbookId })
    : statements(db).one.get({ playbookId, version });
}

/** The open cases that go by a playbook and have measures before them. */
export async function casesOnPlaybook(db: Db, playbookId: string): Promise<CaseRecord[]> {
  return db
    .select()
    .from(cases)
    .where(
      and(
        eq(cases.status, 'open'),
        eq(cases.step, 'measures'),
        eq(cases.playbookId, playbookId),
        isNotNull(cases.plan),
        isNull(cases.regainedAt),
      ),
    )
    .orderBy(asc(cases.caseId))
    .all();
}

/** Tasks with what to say, write or do, as the playbook of their case has it. */
export async function withContent<
  Task extends Pick<TaskRecord, 'caseId' | 'measureId'> & { type: TaskRecord['type'] | null },
>(db: Db, tasks: Task[]): Promise<(Task & { content: string | null })[]> {
  const caseIds = tasks.flatMap(({ caseId, measureId }) => (caseId && measureId ? [caseId] : []));
  const rows = statements(db).ofCases.all({ caseIds: JSON.stringify([...new Set(caseIds)]) });
  const playbookOf = new Map(rows.map(({ caseId, content }) => [caseId, content]));
  return tasks.map((task) => {
    const { caseId, measureId, type } = task;
    const playbook = caseId === null ? undefined : playbookOf.get(caseId);
    const content = playbook && measureId ? contentFor(playbook, { measureId, type }) : null;
    return { ...task, content };
  });
}

function insertVersion(
  tx: Db,
  content: PlaybookContent,
  { fromFile, at }: { fromFile: boolean; at: string },
): PlaybookRecord {
  const { playbookId } = content;
  const version = (statements(tx).newest.get({ playbookId })?.version ?? 0) + 1;
  return tx
    .insert(playbooks)
    .values({
      playbookId,
      version,
      content: { ...content, version },
      createdAt: at,
      fromFile,
    })
    .returning()
    .get();
}

function withoutVersion({ version: _, ...content }: Playbook): PlaybookContent {
  return content;
}

/** As it comes back from the database. */
function plain(content: PlaybookContent): unknown {
  return JSON.parse(JSON.stringify(content));
}

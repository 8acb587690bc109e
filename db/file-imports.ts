import { and, desc, eq, inArray, lt, ne, or } from 'drizzle-orm';
import { DomainError, refused } from '../domain/errors.ts';
import type { ImportAs, ImportCounts, ImportRecord } from '../domain/imports.ts';
import type { Page, PageOf } from '../domain/records.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { customers, imports, installation } from './schema.ts';

/* Uploaded files, and how far their import is. One runs at a time. */

const newestFirst: Listing<ImportRecord> = {
  name: 'imports',
  keyOf: ({ uploadedAt, importId }) => [uploadedAt, importId],
  keyParts: 2,
  order: 'descending',
};

export async function listImports(db: Db, page: Page): Promise<PageOf<ImportRecord>> {
  const { uploadedAt, importId } = imports;
  const [beforeAt, beforeId] = startOf(newestFirst, page) ?? [];
  const rows = db
    .select()
    .from(imports)
    .where(
      beforeAt === undefined
        ? undefined
        : or(lt(uploadedAt, beforeAt), and(eq(uploadedAt, beforeAt), lt(importId, beforeId!))),
    )
    .orderBy(desc(uploadedAt), desc(importId))
    .limit(page.limit + 1)
    .all();
  return pageOf(newestFirst, rows, page);
}

export async function getImport(db: Db, importId: string): Promise<ImportRecord | undefined> {
  return importOf(db, importId);
}

function importOf(db: Db, importId: string): ImportRecord | undefined {
  return db.select().from(imports).where(eq(imports.importId, importId)).get();
}

type Uploaded = Pick<ImportRecord, 'importId' | 'fileName' | 'bytes' | 'sha256' | 'header'>;

export async function addImport(
  db: Db,
  file: Uploaded,
  { asked, at }: { asked: Asked; at: string },
): Promise<ImportRecord> {
  return writing(db, (tx) => {
    insertDone(tx, asked, { action: 'import.upload', target: file.importId, caseId: null, at });
    return insert(tx, { ...file, uploadedBy: asked.actor.actorId, uploadedAt: at });
  });
}

function insert(
  tx: Db,
  file: Uploaded & Pick<ImportRecord, 'uploadedBy' | 'uploadedAt'>,
): ImportRecord {
  const row = { ...file, status: 'uploaded', progress: 0, rows: 0 } as const;
  return tx.insert(imports).values(row).returning().get();
}

/**
 * Begins a run of an import.
 * @throws DomainError `not-found`; `conflict` while one is running, or when this one is done
 */
export async function beginImport(
  db: Db,
  { importId, dryRun, readAs }: { importId: string; dryRun: boolean; readAs: ImportAs },
  { asked, at }: { asked: Asked; at: string },
): Promise<ImportRecord> {
  return writing(db, (tx) => {
    const record = importOf(tx, importId);
    if (!record) throw new DomainError('not-found', 'There is no such import.');
    if (isDone(record)) throw refused('import-done');
    mustBeFree(tx);
    insertDone(tx, asked, { action: 'import.start', target: importId, caseId: null, at });
    return begin(tx, importId, { dryRun, readAs, at });
  });
}

/** Its file is gone: what it held is imported. */
export function isDone({ status, dryRun }: Pick<ImportRecord, 'status' | 'dryRun'>): boolean {
  return status === 'completed' && dryRun === false;
}

function mustBeFree(tx: Db): void {
  const running = tx.select().from(imports).where(eq(imports.status, 'running')).get();
  if (running) throw refused('import-running', `${running.fileName} is being imported just now.`);
}

function begin(
  tx: Db,
  importId: string,
  { dryRun, readAs, at }: { dryRun: boolean; readAs: ImportAs | null; at: string },
): ImportRecord {
  return tx
    .update(imports)
    .set({
      ...{ status: 'running', dryRun, readAs, startedAt: at, finishedAt: null },
      ...{ progress: 0, rows: 0, counts: null, error: null, doubt: null },
    })
    .where(eq(imports.importId, importId))
    .returning()
    .get();
}

const exampleName = 'example-data';

/**
 * Begins to load the example, which fills only an empty installation.
 * @throws DomainError `conflict` when there are customers, or an import is running
 */
export async function beginExample(
  db: Db,
  file: Uploaded,
  { asked, at }: { asked: Asked; at: string },
): Promise<ImportRecord> {
  return writing(db, (tx) => {
    // One that was interrupted has brought customers already, and may be repeated.
    if (!exampleSince(tx) && tx.select({ id: customers.customerId }).from(customers).limit(1).get())
      throw refused('customers-exist');
    mustBeFree(tx);
    const { importId } = insert(tx, { ...file, uploadedBy: asked.actor.actorId, uploadedAt: at });
    const example = { name: exampleName, value: at };
    tx.insert(installation).values(example).onConflictDoNothing().run();
    insertDone(tx, asked, { action: 'example.load', target: importId, caseId: null, at });
    return begin(tx, importId, { dryRun: false, readAs: null, at });
  });
}

/** When the example was loaded; null: what is here is real. */
export function exampleSince(db: Db): string | null {
  const row = db.select().from(installation).where(eq(installation.name, exampleName)).get();
  return row?.value ?? null;
}

const ifRunning = (importId: string) =>
  and(eq(imports.importId, importId), eq(imports.status, 'running'));

export function noteImportProgress(
  db: Db,
  importId: string,
  now: Pick<ImportRecord, 'progress' | 'rows'>,
): void {
  db.update(imports).set(now).where(ifRunning(importId)).run();
}

export type ImportEnd = { counts: ImportCounts } | { error: string; doubt: ImportRecord['doubt'] };

export async function endImport(
  db: Db,
  importId: string,
  { at, ...end }: ImportEnd & { at: string },
): Promise<void> {
  const status = 'counts' in end ? 'completed' : 'failed';
  const progress = 'counts' in end ? { progress: 1 } : {};
  db.update(imports)
    .set({ status, ...progress, ...end, finishedAt: at })
    .where(ifRunning(importId))
    .run();
}

/** Of a process that has ended: whatever still runs does so no more. */
export async function interruptImports(db: Db, at: string): Promise<void> {
  db.update(imports)
    .set({ status: 'interrupted', finishedAt: at })
    .where(eq(imports.status, 'running'))
    .run();
}

/** @throws DomainError `not-found`; `conflict` while it is running */
export async function deleteImport(
  db: Db,
  importId: string,
  { asked, at }: { asked: Asked; at: string },
): Promise<void> {
  writing(db, (tx) => {
    const record = importOf(tx, importId);
    if (!record) throw new DomainError('not-found', 'There is no such import.');
    if (record.status === 'running') throw refused('import-running');
    insertDone(tx, asked, { action: 'import.delete', target: importId, caseId: null, at });
    tx.delete(imports).where(eq(imports.importId, importId)).run();
  });
}

const notDone = or(ne(imports.status, 'completed'), eq(imports.dryRun, true));

/** Forgets what was uploaded before a day and never imported. @returns the imports whose files may go */
export async function forgetOldImports(db: Db, before: string): Promise<string[]> {
  const old = db
    .select({ importId: imports.importId })
    .from(imports)
    .where(and(lt(imports.uploadedAt, before), ne(imports.status, 'running'), notDone))
    .all()
    .map(({ importId }) => importId);
  if (old.length > 0) db.delete(imports).where(inArray(imports.importId, old)).run();
  return old;
}

import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { endImport, getImport, noteImportProgress, type ImportEnd } from '../db/file-imports.ts';
import type { Db } from '../db/open.ts';
import { DomainError } from '../domain/errors.ts';
import type { ImportCounts, ImportRecord } from '../domain/imports.ts';
import type { Policy } from '../domain/policy.ts';
import { badLineList } from './bad-lines.ts';
import { onCopy } from './dry-run.ts';
import { loadExample } from './example.ts';
import { importFiles, planImport, type ImportProgress, type ImportSummary } from './files.ts';
import type { Uploads } from './uploads.ts';

/** So often is noted how far it is. */
const noteEveryMs = 300;

type Run = {
  importId: string;
  uploads: Uploads;
  /** IANA, of times without a zone */
  policy: Pick<Policy, 'timeZone' | 'currency'>;
  clock: () => string;
};

/**
 * Carries out an import that has begun, and notes how far it is and what came of it.
 * @throws Error what is no fault of the file
 */
export async function runImport(db: Db, run: Run): Promise<void> {
  const { importId, uploads, clock } = run;
  const record = (await getImport(db, importId))!;
  const end = await outcomeOf(db, record, run);
  // Before it counts as done: personal data stays no longer than needed.
  if ('counts' in end && !record.dryRun) uploads.forgetContent(importId);
  await endImport(db, importId, { ...end, at: clock() });
}

async function outcomeOf(db: Db, record: ImportRecord, run: Run): Promise<ImportEnd> {
  const { importId, uploads, policy, clock } = run;
  const onProgress = noting(db, importId);
  try {
    if (record.readAs === null) {
      const { currency } = policy;
      return { counts: await loadExample(db, { at: clock(), currency, onProgress }) };
    }
    return { counts: await readFile(db, record, { ...run, onProgress }) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const doubt = (['numbers', 'dates'] as const).find((one) =>
      error.fields.some(({ field }) => field === one),
    );
    // The engine names the file as it lies here.
    const words = error.message.replaceAll(uploads.pathOf(importId), record.fileName);
    return { error: words, doubt: doubt ?? null };
  }
}

async function readFile(
  db: Db,
  { readAs, dryRun, fileName }: ImportRecord,
  { importId, uploads, policy: { timeZone }, clock, onProgress }: Run & { onProgress: OnProgress },
): Promise<ImportCounts> {
  const { kind, columns, numbers, dates } = readAs!;
  const at = clock();
  rmSync(uploads.errorsOf(importId), { force: true });
  const badLines = badLineList(uploads.errorsOf(importId));
  const onBadLine = (bad: Parameters<typeof badLines.add>[0]) =>
    badLines.add({ ...bad, file: basename(fileName) });
  try {
    const path = uploads.pathOf(importId);
    const plan = await planImport({
      ...{ [kind]: path, columns, at, timeZone, numbers, dates, onProgress },
    });
    const work = (on: Db) => importFiles(on, plan, { at, onProgress, onBadLine });
    const summary = dryRun ? await onCopy(uploads.dataDir, work) : await work(db);
    return countsOf(summary[kind]);
  } finally {
    badLines.close();
  }
}

function countsOf(of: ImportSummary[keyof ImportSummary]): ImportCounts {
  const { badLines, unchanged } = of;
  return {
    added: 'created' in of ? of.created : of.inserted,
    updated: 'updated' in of ? of.updated : 0,
    unchanged,
    badLines,
  };
}

type OnProgress = (progress: ImportProgress) => void;

function noting(db: Db, importId: string): OnProgress {
  let notedAt = Date.now();
  return ({ phase, rows, bytesRead, bytesTotal }) => {
    if (Date.now() - notedAt < noteEveryMs) return;
    notedAt = Date.now();
    const share = bytesTotal === 0 ? 1 : Math.min(1, bytesRead / bytesTotal);
    // Looking through is the quicker part of the work.
    const progress = phase === 'checking' ? share * 0.2 : 0.2 + share * 0.8;
    noteImportProgress(db, importId, { progress, rows });
  };
}

import { workerData } from 'node:worker_threads';
import { closeDatabase, openDatabase } from '../db/open.ts';
import type { Policy } from '../domain/policy.ts';
import { runImport } from './run.ts';
import { uploadsIn } from './uploads.ts';

/* A thread of the API process that carries out one import; it ends with the process, and the import is interrupted. */

export type ImportWork = {
  dataDir: string;
  importId: string;
  policy: Pick<Policy, 'timeZone' | 'currency'>;
};

const { dataDir, importId, policy } = workerData as ImportWork;
const db = await openDatabase(dataDir);
try {
  const clock = () => new Date().toISOString();
  await runImport(db, { importId, uploads: uploadsIn(dataDir), policy, clock });
} finally {
  closeDatabase(db);
}

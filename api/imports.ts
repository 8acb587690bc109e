import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { endImport, forgetOldImports, interruptImports } from '../db/file-imports.ts';
import type { Policy } from '../domain/policy.ts';
import type { Db } from '../db/open.ts';
import { removeLeftCopies } from '../imports/dry-run.ts';
import { uploadsIn, type Uploads } from '../imports/uploads.ts';
import type { ImportWork } from '../imports/worker.ts';
import { loggable } from './errors.ts';

/** Uploaded files are kept so long for whoever wants to import them. */
const keptMs = 7 * 86_400_000;

/** Runs imports beside the API, each in a thread, so that nobody waits for one. */
export type Imports = {
  uploads: Uploads;
  /** lets an import run that has begun */
  run(importId: string): void;
  /** what nobody has imported for a week is forgotten */
  tidyUp(): Promise<void>;
  /** ends what runs; it counts as interrupted */
  stop(): Promise<void>;
};

type Settings = {
  db: Db;
  dataDir: string;
  /** of the policy in force */
  policy: () => Pick<Policy, 'timeZone' | 'currency'>;
  clock: () => string;
  logger: Logger;
};

/** Whatever ran when the last process ended counts as interrupted from now on. */
export async function createImports({
  db,
  dataDir,
  policy,
  clock,
  logger,
}: Settings): Promise<Imports> {
  const uploads = uploadsIn(dataDir);
  const running = new Set<Worker>();
  const left = async () => {
    await interruptImports(db, clock());
    if (existsSync(dataDir)) removeLeftCopies(dataDir);
  };
  await left();
  return {
    uploads,
    run(importId) {
      const { timeZone, currency } = policy();
      const workerData: ImportWork = { dataDir, importId, policy: { timeZone, currency } };
      const worker = new Worker(new URL('../imports/worker.ts', import.meta.url), { workerData });
      running.add(worker);
      worker.on('error', (error) => {
        logger.error({ importId, error: loggable(error) }, 'an import failed');
        const words = 'Something is wrong on our side: whoever runs winback finds it in the log.';
        void endImport(db, importId, { error: words, doubt: null, at: clock() });
      });
      worker.on('exit', () => running.delete(worker));
    },
    async tidyUp() {
      const before = new Date(Date.parse(clock()) - keptMs).toISOString();
      for (const importId of await forgetOldImports(db, before)) uploads.forget(importId);
    },
    async stop() {
      if (running.size === 0) return;
      await Promise.all([...running].map((worker) => worker.terminate()));
      await left();
    },
  };
}

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Keeps the content of attachments. */
export type Files = {
  /** @returns the SHA-256 under which it is found; then it is on disk */
  keep: (content: Buffer) => Promise<string>;
  /** @throws Error when it is not there, or not what it was */
  read: (sha256: string) => Promise<Buffer>;
  isKept: (sha256: string) => boolean;
  /** At once, so that it can be done under the database's lock. */
  forget: (sha256: string) => void;
};

/** In the data folder, for our user alone, each content once under its hash. */
export function filesIn(dataDir: string): Files {
  const folder = join(dataDir, 'attachments');
  return {
    async keep(content) {
      const sha256 = hashOf(content);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, `.${randomUUID()}`);
      await writeFile(draft, content, { mode: 0o600, flag: 'wx', flush: true });
      await rename(draft, join(folder, sha256));
      // The name of a file outlives a power failure only when its folder is on disk, too.
      const entry = await open(folder);
      await entry.sync().finally(() => entry.close());
      return sha256;
    },
    async read(sha256) {
      const content = await readFile(join(folder, sha256));
      if (hashOf(content) !== sha256) throw new Error(`attachment ${sha256} has changed on disk`);
      return content;
    },
    isKept: (sha256) => existsSync(join(folder, sha256)),
    forget: (sha256) => rmSync(join(folder, sha256), { force: true }),
  };
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

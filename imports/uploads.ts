import { existsSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where uploaded files lie, for our user alone: they hold personal data. */
export type Uploads = ReturnType<typeof uploadsIn>;

export function uploadsIn(dataDir: string) {
  const folder = join(dataDir, 'imports');
  const pathOf = (importId: string) => join(folder, `${importId}.csv`);
  const errorsOf = (importId: string) => join(folder, `${importId}-errors.csv`);
  return {
    dataDir,
    pathOf,
    errorsOf,
    hasErrors: (importId: string) => existsSync(errorsOf(importId)),
    async keep(importId: string, content: Buffer): Promise<string> {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(pathOf(importId), content, { mode: 0o600, flag: 'wx', flush: true });
      return pathOf(importId);
    },
    /** The file alone: its errors stay to be read. */
    forgetContent: (importId: string) => rmSync(pathOf(importId), { force: true }),
    forget(importId: string) {
      for (const path of [pathOf(importId), errorsOf(importId)]) rmSync(path, { force: true });
    },
  };
}

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { lockDataDir } from '../../db/lock.ts';
import { embeddedAddress, startEmbeddedServer } from '../../temporal/embedded.ts';

const marker = 'made-by-the-demo.txt';
const markerText =
  'Made by "npm run demo", which deletes this whole folder when it starts anew (not with --keep).\n';

/**
 * Makes the demo's data folder, empty unless `keep`. Nothing is ever deleted that the demo did not make.
 * @throws Error when the folder holds other data; DomainError `conflict` when winback runs on it
 */
export async function prepareFolder(
  dataDir: string,
  { keep, onProgress }: { keep: boolean; onProgress: (line: string) => void },
): Promise<void> {
  const found = existsSync(dataDir) ? await readdir(dataDir) : [];
  if (found.length > 0 && !found.includes(marker)) {
    throw new Error(
      `${dataDir} holds data that the demo did not make, so the demo leaves it alone. ` +
        'Choose another folder with WINBACK_DATA_DIR, or unset it.',
    );
  }
  if (found.length > 0 && !keep) {
    lockDataDir(dataDir).release();
    await stopForgottenServer(dataDir, onProgress);
    // All but the marker, so that a deletion which is interrupted can be finished the next time.
    for (const name of await readdir(dataDir)) {
      if (name !== marker) await rm(join(dataDir, name), { recursive: true, force: true });
    }
  }
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, marker), markerText);
}

/** A demo that was killed leaves its Temporal server behind. */
async function stopForgottenServer(
  dataDir: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const address = await embeddedAddress(dataDir);
  if (!address || !(await answers(address))) return;
  const server = await startEmbeddedServer({ dataDir, onProgress });
  await server.stop();
}

async function answers(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** `preferred`, or any other port if somebody has it. */
export async function freePort(preferred: number, host: string): Promise<number> {
  for (const port of [preferred, 0]) {
    const server = createServer();
    try {
      server.listen({ port, host });
      await once(server, 'listening');
      return (server.address() as { port: number }).port;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    } finally {
      if (server.listening) await new Promise((done) => server.close(done));
    }
  }
  throw new Error(`No port is free on ${host}`);
}

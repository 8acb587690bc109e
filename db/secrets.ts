import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Db } from './connection.ts';

/*
 * Secrets that we must be able to read again (docs/decisions/0005-signed-events.md) are sealed with a key that lies
 * beside the database, not in it: a copy of the database alone gives none of them away.
 */

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const version = 'v1.';

/** @returns what may be stored; the same text is sealed differently each time */
export function seal(db: Db, text: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, sealingKey(db), iv);
  const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return version + Buffer.concat([iv, cipher.getAuthTag(), content]).toString('base64url');
}

/** @throws Error when it was sealed with another key, or changed since */
export function unseal(db: Db, sealed: string): string {
  if (!sealed.startsWith(version)) throw new Error('this is nothing that was sealed here');
  const bytes = Buffer.from(sealed.slice(version.length), 'base64url');
  const decipher = createDecipheriv(algorithm, sealingKey(db), bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  const content = bytes.subarray(ivBytes + tagBytes);
  return Buffer.concat([decipher.update(content), decipher.final()]).toString('utf8');
}

const keys = new WeakMap<Db, Buffer>();

/** Made at its first use, readable by our user alone. */
function sealingKey(db: Db): Buffer {
  const known = keys.get(db);
  if (known) return known;
  const file = join(dirname(db.$client.name), 'secrets.key');
  const key = read(file) ?? make(file);
  if (key.length !== keyBytes) throw new Error(`${file} does not hold a key of ${keyBytes} bytes`);
  keys.set(db, key);
  return key;
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** On disk and whole before anything is sealed with it; of processes that make one at the same time the first wins. */
function make(file: string): Buffer {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, randomBytes(keyBytes));
    fsyncSync(descriptor);
    linkSync(draft, file);
    const folder = openSync(dirname(file), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(descriptor);
    rmSync(draft);
  }
  return readFileSync(file);
}

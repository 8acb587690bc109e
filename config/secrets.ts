import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keeps secrets that we must be able to read again, such as those that sign webhooks. */
export type Secrets = {
  /** the text encrypted (AES-256-GCM), printable, different every time */
  seal: (text: string) => string;
  /** @throws Error when it was changed, or sealed in another installation */
  unseal: (sealed: string) => string;
};

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/**
 * The secrets of this installation. Their key is a file beside the database, for our user alone, made at the first
 * use; whoever has only the database, or a copy of it, cannot read them.
 */
export function loadSecrets(dataDir: string): Secrets {
  const key = keyOf(dataDir);
  return {
    seal(text) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url');
    },
    unseal(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      const iv = bytes.subarray(0, ivBytes);
      const tag = bytes.subarray(ivBytes, ivBytes + tagBytes);
      const cipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
      cipher.setAuthTag(tag);
      const text = cipher.update(bytes.subarray(ivBytes + tagBytes));
      return Buffer.concat([text, cipher.final()]).toString('utf8');
    },
  };
}

function keyOf(dataDir: string): Buffer {
  const file = join(dataDir, 'secrets.key');
  const key = Buffer.from(readOrMake(dataDir, file), 'base64url');
  if (key.length !== keyBytes) throw new Error(`${file} does not hold a key of ${keyBytes} bytes`);
  return key;
}

function readOrMake(dataDir: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // Of processes that start at once one must win, and none may read a file that is only half written.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  const key = randomBytes(keyBytes).toString('base64url');
  writeFileSync(draft, key, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}

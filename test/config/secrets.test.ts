import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadSecrets } from '../../config/secrets.ts';
import { withDataDir } from '../support/database.ts';

test('a sealed secret can be read by every process of this installation, and shows nothing of itself', () =>
  withDataDir(async (dataDir) => {
    const sealed = loadSecrets(dataDir).seal('whsec_ünïcode');
    expect(sealed).not.toContain('whsec');
    expect(loadSecrets(dataDir).unseal(sealed)).toBe('whsec_ünïcode');
    expect(loadSecrets(dataDir).seal('whsec_ünïcode')).not.toBe(sealed);
  }));

test('it cannot be read in another installation, nor once it was changed', () =>
  withDataDir((one) =>
    withDataDir(async (other) => {
      const sealed = loadSecrets(one).seal('secret');
      expect(() => loadSecrets(other).unseal(sealed)).toThrow();
      const changed = Buffer.from(sealed, 'base64url');
      changed[changed.length - 1]! ^= 1;
      expect(() => loadSecrets(one).unseal(changed.toString('base64url'))).toThrow();
      expect(() => loadSecrets(one).unseal('')).toThrow();
    }),
  ));

test('the key is for our user alone', () =>
  withDataDir(async (dataDir) => {
    loadSecrets(dataDir);
    expect(readdirSync(dataDir)).toEqual(['secrets.key']);
    expect(statSync(join(dataDir, 'secrets.key')).mode & 0o777).toBe(0o600);
  }));

test('a key file that holds something else is named, and not replaced', () =>
  withDataDir(async (dataDir) => {
    const file = join(dataDir, 'secrets.key');
    writeFileSync(file, 'too short');
    chmodSync(file, 0o600);
    expect(() => loadSecrets(dataDir)).toThrow(file);
    expect(readFileSync(file, 'utf8')).toBe('too short');
  }));

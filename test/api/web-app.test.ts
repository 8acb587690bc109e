import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noncePlace } from '../../api/web-app.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'winback-web-app-'));
  mkdirSync(join(folder, 'assets'));
  const page = `<html><script nonce="${noncePlace}"></script><style nonce="${noncePlace}"></style>`;
  writeFileSync(join(folder, 'index.html'), page);
  writeFileSync(join(folder, 'assets/app-1.js'), 'plain');
  writeFileSync(join(folder, 'assets/app-1.js.br'), 'packed');
  writeFileSync(join(folder, 'assets/other-1.js'), 'never packed');
  writeFileSync(join(folder, '.built-from'), 'a secret of ours');
  api = await startApi({ webFolder: folder });
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, headers: Record<string, string> = { accept: 'text/html' }) =>
  fetch(`${api.url}${path}`, { headers, redirect: 'manual' });

describe('the web app', () => {
  test.each(['/', '/tasks/C-1-e1-cause-call-1', '/sign-in?to=/'])(
    'is its one page at %s, with a nonce of its own each time',
    async (path) => {
      const answers = [await ask(path), await ask(path)];
      const nonces = await Promise.all(
        answers.map(async (answer) => {
          const [, nonce] = /script nonce="([^"]+)"/.exec(await answer.text())!;
          const policy = answer.headers.get('content-security-policy')!;
          expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
          expect(policy).toContain("default-src 'self'");
          expect(policy).not.toContain('unsafe');
          expect(answer.headers.get('cache-control')).toBe('no-store');
          return nonce;
        }),
      );
      expect(nonces[0]).not.toBe(nonces[1]);
    },
  );

  test('gives its files packed to who can unpack them, and for ever', async () => {
    const packed = await ask('/assets/app-1.js', { 'accept-encoding': 'br, gzip' });
    expect(packed.headers.get('content-encoding')).toBe('br');
    expect(packed.headers.get('content-type')).toMatch(/javascript/);
    expect(packed.headers.get('cache-control')).toContain('immutable');
    const plain = await ask('/assets/app-1.js', { 'accept-encoding': 'identity' });
    expect(await plain.text()).toBe('plain');
    expect(plain.headers.get('vary')).toContain('Accept-Encoding');
    const other = await ask('/assets/other-1.js', { 'accept-encoding': 'br' });
    expect(await other.text()).toBe('never packed');
  });

  test('does not answer for what is not there, for programs, or for hidden files', async () => {
    for (const path of ['/assets/gone.js', '/api/v1/nothing', '/api/nothing']) {
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    }
    expect((await ask('/tasks/1', { accept: 'application/json' })).status).toBe(404);
    expect((await ask('/', { accept: '*/*' })).status).toBe(200);
    for (const path of ['/.built-from', '/assets/..%2f.built-from', '/..%2f..%2fpackage.json']) {
      expect(await (await ask(path, { accept: '*/*' })).text()).not.toContain('secret');
    }
  });
});

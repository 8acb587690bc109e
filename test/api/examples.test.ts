import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApi, type Api } from '../support/api.ts';

const folder = join(import.meta.dirname, '../../examples/sales-system');

let api: Api;
let secret: string;
beforeAll(async () => {
  api = await startApi();
  secret = (await api.post('/api/v1/signing-secrets', { name: 'shop' })).body.secret;
});
afterAll(() => api.stop());

function run(program: string, args: string[], more: Record<string, string> = {}) {
  const env = { PATH: process.env['PATH'], WINBACK_URL: api.url, WINBACK_WEBHOOK_SECRET: secret };
  return promisify(execFile)(program, args, { env: { ...env, ...more } });
}

test('the sales system in TypeScript is understood, whatever it sends', async () => {
  const { stdout } = await run(process.execPath, [join(folder, 'shop.ts')]);
  expect(stdout.trim().split('\n')).toHaveLength(7);
  const { body: erika } = await api.get('/api/v1/customers/TS-1001');
  expect(erika).toMatchObject({
    name: 'Erika Mustermann',
    stub: false,
    value: { purchases: 2, revenue: { amount: 12_890, currency: 'EUR' } },
    permissions: [{ channel: 'phone', granted: true }],
    episodes: [{ caseId: 'TS-1001-e1', trigger: 'cancellation', status: 'open' }],
  });
  const { body: max } = await api.get('/api/v1/customers/TS-1002');
  expect(max).toMatchObject({ value: { purchases: 2 }, episodes: [] });
});

test('the one with curl is understood as well', async () => {
  const { stdout } = await run('bash', [join(folder, 'shop.sh')]);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { accepted: 1, duplicates: 0 },
    { accepted: 2, duplicates: 0 },
    { accepted: 1, duplicates: 0 },
  ]);
  const { body } = await api.get('/api/v1/customers/SH-1001');
  expect(body).toMatchObject({
    name: 'Erika Mustermann',
    value: { purchases: 1 },
    permissions: [{ channel: 'phone', granted: true }],
    episodes: [{ caseId: 'SH-1001-e1', trigger: 'cancellation' }],
  });
});

test('both say so when their secret is not ours', async () => {
  const wrong = { WINBACK_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}` };
  await expect(run(process.execPath, [join(folder, 'shop.ts')], wrong)).rejects.toThrow(/401/);
  await expect(run('bash', [join(folder, 'shop.sh')], wrong)).rejects.toMatchObject({
    stdout: expect.stringContaining('matches none of the valid secrets'),
  });
});

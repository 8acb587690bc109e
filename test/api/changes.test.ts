import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
let stopping: AbortController;
beforeEach(async () => {
  stopping = new AbortController();
  api = await startApi({ stopping: stopping.signal });
});
afterEach(async () => {
  stopping.abort();
  await api.stop();
});

/** What a reader gets until the text fits. */
async function readUntil(response: Response, pattern: RegExp): Promise<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!pattern.test(text)) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
  }
  await reader.cancel();
  return text;
}

const listen = (role: 'agent' | 'sales-system' = 'agent') =>
  fetch(`${api.url}/api/v1/changes`, {
    headers: { authorization: `Bearer ${api.keys[role].secret}` },
  });

describe('changes', () => {
  test('tells every listener that something has been done, not what', async () => {
    const both = await Promise.all([listen(), listen()]);
    const heard = Promise.all(both.map((one) => readUntil(one, /event: changed\n/)));
    // By then the first look at the database is over.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await api.post('/api/v1/teams', { teamId: 'service', name: 'Service' }, { as: 'manager' });
    for (const text of await heard) {
      expect(text).toContain('event: changed\ndata: {}\n\n');
      expect(text).not.toContain('service');
    }
  });

  test('is for staff alone', async () => {
    expect((await listen('sales-system')).status).toBe(403);
    expect((await fetch(`${api.url}/api/v1/changes`)).status).toBe(401);
  });

  test('ends when the process is about to end, so that nothing waits for its listeners', async () => {
    const response = await listen();
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    stopping.abort();
    expect(await readUntil(response, /never/)).toBe('retry: 1000\n\n');
  });
});

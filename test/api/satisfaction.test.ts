import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadTemplates } from '../../config/templates.ts';
import { queueMail } from '../../db/mails.ts';
import { seedTemplates } from '../../db/templates.ts';
import { anOpenCase } from '../db/given.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  const templates = await loadTemplates(join(import.meta.dirname, '../../templates'));
  await seedTemplates(api.db, templates, now());
});
afterAll(() => api.stop());

const now = () => new Date().toISOString();

/** The token in the link of a mail to who has come back, or of another one. */
async function aMail(customerId: string, afterReturn: boolean): Promise<string> {
  const { body } = await api.post('/api/v1/events', {
    ...{ specversion: '1.0', id: customerId, source: 'shop', subject: customerId },
    ...{ type: 'customer.updated' },
    data: { name: 'Eva Ernst', kind: 'consumer', email: `${customerId}@example.com` },
  });
  expect(body.accepted).toBe(1);
  const { caseId } = await anOpenCase(api.db, customerId, { at: now() });
  const mail = { caseId, customerId, measureId: 'ask', template: 'satisfaction', afterReturn };
  expect(await queueMail(api.db, { ...mail, at: now() })).toBe('queued');
  const token = api.db.$client.prepare('select token from mails where case_id = ?').pluck();
  return token.get(caseId) as string;
}

const post = (token: string, body: string) =>
  fetch(`${api.url}/satisfaction/${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });

const factsOf = (customerId: string) =>
  api.db.$client
    .prepare(`select payload ->> '$.score' from outbox where kind = 'fact' and order_key = ?`)
    .pluck()
    .all(customerId);

describe('the link in the mail', () => {
  it('shows the question, and changes nothing by being opened', async () => {
    const token = await aMail('S1', true);
    const page = await api.get(`/satisfaction/${token}`, { as: null });
    expect(page.status).toBe(200);
    expect(page.body).toContain('Wie zufrieden sind Sie mit uns');
    expect(page.body.match(/name="score"/g)).toHaveLength(11);
    expect(factsOf('S1')).toEqual([]);
    expect(api.log()).not.toContain(token);
  });

  it('takes the first answer, which the case hears of', async () => {
    const token = await aMail('S2', true);
    for (const score of [4, 10]) {
      const answer = await post(token, `score=${score}`);
      expect([answer.status, await answer.text()]).toEqual([
        200,
        expect.stringContaining('Danke für Ihre Antwort.'),
      ]);
    }
    expect(factsOf('S2')).toEqual([4]);
  });

  it('takes nothing else than a whole number from 0 to 10', async () => {
    const token = await aMail('S3', true);
    for (const body of ['', 'score=', 'score=11', 'score=-1', 'score=4.5', 'score=viel']) {
      expect([body, (await post(token, body)).status]).toEqual([body, 400]);
    }
    expect(factsOf('S3')).toEqual([]);
  });

  it('is that of a mail to who has come back, and of no other', async () => {
    const token = await aMail('S4', false);
    expect((await post(token, 'score=1')).status).toBe(404);
    expect((await api.get('/satisfaction/guess', { as: null })).status).toBe(404);
  });
});

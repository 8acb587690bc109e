import { readdir, writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { filesIn } from '../../config/files.ts';
import { openCase } from '../../db/cases.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winback-files-'));
  api = await startApi({ files: filesIn(folder) });
  for (const customerId of ['N-1', 'N-2']) {
    const about = { customerId, trigger: 'manual', policy: api.policy, openedBy: 'test' } as const;
    const told = { statedCause: null, statedReason: null, effectiveAt: null };
    await openCase(api.db, { ...about, ...told, at: new Date().toISOString() });
  }
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

describe('notes', () => {
  const add = (text: string, headers = {}) =>
    api.post('/api/v1/cases/N-1-e1/notes', { text }, { as: 'agent', headers });

  test('are kept in order, and found by whom they name', async () => {
    const headers = { 'idempotency-key': 'note-1' };
    const first = await add('Wants a call from @manager, says @nobody.', headers);
    expect([first.status, first.body]).toMatchObject([
      201,
      { caseId: 'N-1-e1', mentions: [api.keys.manager.record.keyId] },
    ]);
    expect(first.body.createdBy).toBe(api.keys.agent.record.keyId);
    expect((await add('Wants a call from @manager, says @nobody.', headers)).body).toEqual(
      first.body,
    );
    expect((await add('Another', headers)).status).toBe(422);
    const second = await add('@agent @manager: done');
    const { body } = await api.get('/api/v1/cases/N-1-e1/notes', { as: 'agent' });
    expect(body.items).toEqual([first.body, second.body]);
    const mine = (as: 'agent' | 'manager' | 'admin') =>
      api.get('/api/v1/notes?mentioned=me', { as }).then((answer) => answer.body.items);
    expect(await mine('manager')).toEqual([second.body, first.body]);
    expect(await mine('agent')).toEqual([second.body]);
    expect(await mine('admin')).toEqual([]);
    expect(api.log()).not.toContain('Wants a call');
  });

  test('belong to a case', async () => {
    const answer = await api.post('/api/v1/cases/nowhere/notes', { text: 'x' });
    expect(answer.status).toBe(404);
    expect((await api.get('/api/v1/cases/N-2-e1/notes')).body.items).toEqual([]);
    expect((await add(' ')).status).toBe(400);
  });
});

/** A zip archive of stored entries, as far as it takes to be known for what it is. */
function zip(entries: Record<string, string>): Buffer {
  const parts = Object.entries(entries).map(([name, content]) => {
    const header = Buffer.alloc(30);
    header.write('PK\u0003\u0004', 'latin1');
    header.writeUInt16LE(20, 4);
    header.writeUInt32LE(content.length, 18);
    header.writeUInt32LE(content.length, 22);
    header.writeUInt16LE(name.length, 26);
    return Buffer.concat([header, Buffer.from(name), Buffer.from(content)]);
  });
  return Buffer.concat(parts);
}

const office = 'application/vnd.openxmlformats-officedocument';
const ofOffice = (kind: string) =>
  zip({
    '[Content_Types].xml': `<Types><Override ContentType="${office}.${kind}.main+xml"/></Types>`,
  });
const content = {
  pdf: Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n'),
  png: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
  jpg: Buffer.from('/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQ=', 'base64'),
  gif: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  webp: Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64'),
  txt: Buffer.from('Grüße\r\n\tvom Kunden'),
  csv: Buffer.from('name;amount\nx;1\n'),
  docx: ofOffice('wordprocessingml.document'),
  xlsx: ofOffice('spreadsheetml.sheet'),
  odt: zip({ mimetype: 'application/vnd.oasis.opendocument.text' }),
  exe: Buffer.from('MZ\u0090\u0000\u0003', 'latin1'),
  html: Buffer.from('<!doctype html><script>alert(1)</script>'),
};

async function attach(name: string, body: Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(
    `${api.url}/api/v1/cases/N-1-e1/attachments?name=${encodeURIComponent(name)}`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${api.keys.agent.secret}`, ...headers },
      body: new Uint8Array(body),
    },
  );
  return { status: response.status, body: (await response.json()) as any };
}

const read = (attachmentId: string) =>
  fetch(`${api.url}/api/v1/attachments/${attachmentId}`, {
    headers: { authorization: `Bearer ${api.keys.agent.secret}` },
  });

describe('attachments', () => {
  test.each([
    ['pdf', 'application/pdf'],
    ['png', 'image/png'],
    ['jpg', 'image/jpeg'],
    ['gif', 'image/gif'],
    ['webp', 'image/webp'],
    ['txt', 'text/plain'],
    ['csv', 'text/csv'],
    ['docx', `${office}.wordprocessingml.document`],
    ['xlsx', `${office}.spreadsheetml.sheet`],
    ['odt', 'application/vnd.oasis.opendocument.text'],
  ] as const)('%s comes back as it was sent, to be saved', async (ending, type) => {
    const name = `Brief "von" Müller.${ending.toUpperCase()}`;
    const { status, body } = await attach(name, content[ending]);
    expect([status, body]).toMatchObject([201, { name, type, size: content[ending].length }]);
    const answer = await read(body.attachmentId);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(content[ending]);
    expect(answer.headers.get('content-type')).toMatch(new RegExp(`^${type.replace('+', '.')}`));
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename*=UTF-8''Brief%20%22von%22%20M%C3%BCller.${ending.toUpperCase()}`,
    );
    const { body: all } = await api.get('/api/v1/cases/N-1-e1/attachments', { as: 'agent' });
    expect(all.items).toContainEqual(body);
    expect(api.log()).not.toContain('Brief');
  });

  test.each([
    ['letter.pdf', content.png],
    ['picture.png', content.jpg],
    ['program.exe', content.exe],
    ['program.pdf', content.exe],
    ['page.html', content.html],
    ['table.xlsx', content.docx],
    ['archive.docx', zip({ 'a.txt': 'x' })],
    ['text.txt', content.pdf],
    ['binary.txt', Buffer.from([1, 2, 3])],
    ['latin.csv', Buffer.from('Grüße', 'latin1')],
    ['no-ending', content.pdf],
    ['../up.pdf', content.pdf],
    ['empty.txt', Buffer.alloc(0)],
  ])('%s is refused for what it is', async (name, body) => {
    const answer = await attach(name, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid']);
  });

  test('of 10 MB are taken, larger ones not', async () => {
    const most = 10 * 1_024 * 1_024;
    expect((await attach('large.txt', Buffer.alloc(most, 'x'))).status).toBe(201);
    expect((await attach('larger.txt', Buffer.alloc(most + 1, 'x'))).status).toBe(413);
  });

  test('are kept once, by a repeated request as by another name', async () => {
    const before = await readdir(join(folder, 'attachments'));
    const headers = { 'idempotency-key': 'file-1', 'content-type': 'application/json' };
    const body = Buffer.from('the same');
    const first = await attach('a.txt', body, headers);
    expect((await attach('a.txt', body, headers)).body).toEqual(first.body);
    expect((await attach('b.txt', body)).body.attachmentId).not.toBe(first.body.attachmentId);
    expect(await readdir(join(folder, 'attachments'))).toHaveLength(before.length + 1);
  });

  test('are deleted by whoever attached them and by managers, and who did it stays', async () => {
    const remove = (attachmentId: string, as: 'agent' | 'manager') =>
      api.call('DELETE', `/api/v1/attachments/${attachmentId}`, { as });
    const files = async () => readdir(join(folder, 'attachments'));
    const before = await files();
    const body = Buffer.from('to be deleted');
    const [first, second] = [await attach('d.txt', body), await attach('e.txt', body)];
    const { attachmentId } = first.body;
    expect((await remove(attachmentId, 'agent')).status).toBe(204);
    expect((await read(attachmentId)).status).toBe(404);
    // The other one has the same content.
    expect((await read(second.body.attachmentId)).status).toBe(200);
    expect((await remove(second.body.attachmentId, 'manager')).status).toBe(204);
    expect((await remove(second.body.attachmentId, 'manager')).status).toBe(404);
    expect(await files()).toEqual(before);
    const { items } = (await api.get('/api/v1/cases/N-1-e1/attachments')).body;
    const shown = items.find((one: typeof items) => one.attachmentId === attachmentId);
    expect(shown).toMatchObject({
      ...{ name: 'd.txt', deletedBy: api.keys.agent.record.keyId, deletedAt: expect.any(String) },
    });
    const again = await attach('d.txt', body);
    expect((await read(again.body.attachmentId)).status).toBe(200);

    const headers = { authorization: `Bearer ${api.keys.manager.secret}` };
    const managers = await attach('m.txt', Buffer.from('of a manager'), headers);
    expect(await remove(managers.body.attachmentId, 'agent')).toMatchObject({ status: 403 });
    expect((await read(managers.body.attachmentId)).status).toBe(200);
  });

  test('that have changed on disk are not given out', async () => {
    const body = Buffer.from('to be changed');
    const { attachmentId } = (await attach('c.txt', body)).body;
    const name = await filesIn(folder).keep(body);
    await writeFile(join(folder, 'attachments', name), 'changed');
    expect((await read(attachmentId)).status).toBe(500);
    expect((await read('nothing')).status).toBe(404);
  });
});

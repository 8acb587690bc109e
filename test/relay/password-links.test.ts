import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { loadSecrets, type Secrets } from '../../config/secrets.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { linkByToken, linkMails, linkSending, newLink, sendLink } from '../../db/password-links.ts';
import { passwordLinks } from '../../db/schema.ts';
import { createUser } from '../../db/users.ts';
import { after } from '../../domain/duration.ts';
import { fileTransport, smtpTransport, type MailTransport } from '../../mail/transport.ts';
import { sendPasswordLinks } from '../../relay/password-links.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';

const settings = {
  from: 'service@shop.example',
  publicUrl: 'https://winback.shop.example',
  sender: { company: 'Schönwetter & Söhne', address: [], name: 'Eva Schönwetter' },
};
const asked = {
  actor: { actorId: 'boss', role: 'admin' as const },
  request: {},
  idempotencyKey: null,
};

let folder: string;
let db: Db;
let secrets: Secrets;
let server: MailServer;
let lines: string[];
let now: string;
let userId: string;
let token: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winback-links-'));
  db = await openDatabase(folder);
  secrets = loadSecrets(folder);
  now = '2026-11-02T08:00:00.000Z';
  lines = [];
  server = await startMailServer();
  const link = newLink(secrets.seal);
  token = link.token;
  const user = { name: 'Carl <b>', email: 'carl@shop.example', role: 'agent' } as const;
  ({ userId } = await createUser(db, { ...user, language: 'de' }, { asked, link, at: now }));
});
afterEach(async () => {
  await server.down();
  closeDatabase(db);
  await rm(folder, { recursive: true });
});

const run = (transport: MailTransport = smtpTransport(server.url)) => {
  const say = (details: object, message: string) =>
    void lines.push(JSON.stringify({ ...details, message }));
  const log = { debug: say, info: say, warn: say, error: say };
  return sendPasswordLinks({ db, secrets, settings, transport, clock: () => now, log });
};
const rows = () => db.select().from(passwordLinks).all();

describe('the mail with a link', () => {
  it('goes out once, in the language of its reader, and its token is forgotten then', async () => {
    await run();
    await run();
    expect(server.received).toHaveLength(1);
    const [{ to, raw }] = server.received as [MailServer['received'][number]];
    const mail = await PostalMime.parse(raw);
    expect(to).toEqual(['carl@shop.example']);
    expect(mail.subject).toBe('Ihr Zugang zu winback');
    const link = `https://winback.shop.example/password/${token}`;
    expect(mail.text).toContain(`Guten Tag Carl <b>,`);
    expect(mail.text).toContain(link);
    expect(mail.html).toContain(`<a href="${link}">${link}</a>`);
    expect(mail.html).toContain('Carl &lt;b&gt;');
    expect(rows()).toMatchObject([{ status: 'sent', attempts: 1, sealed: null }]);
    expect(await linkByToken(db, { token, at: now })).toMatchObject({ userId });
    const more = newLink(secrets.seal);
    await sendLink(db, { ...more, userId, kind: 'reset' }, { asked, at: now });
    await run();
    const second = await PostalMime.parse(server.received[1]!.raw);
    expect([second.subject, second.text]).toEqual([
      'Neues Passwort für winback',
      expect.stringContaining(more.token),
    ]);
  });

  it('is tried again when the server was away, and not after its link is too old', async () => {
    await server.down();
    await run();
    expect(rows()).toMatchObject([{ status: 'queued', attempts: 1 }]);
    await server.up();
    await run();
    expect(server.received).toEqual([]);
    now = rows()[0]!.notBefore;
    await run();
    expect(server.received).toHaveLength(1);

    await sendLink(db, { ...newLink(secrets.seal), userId, kind: 'reset' }, { asked, at: now });
    now = after(now, '1h');
    await run();
    expect(server.received).toHaveLength(1);
  });

  it('is not sent again when it may have been sent, and is told by its ID alone', async () => {
    const [mail] = await linkMails(db, { status: 'queued', at: now });
    await linkSending(db, mail!, now);
    await run();
    expect(server.received).toEqual([]);
    expect(rows()).toMatchObject([{ status: 'unclear', sealed: null }]);
    expect(lines.join()).toContain(mail!.linkId);
    expect(lines.join()).not.toMatch(/carl|shop\.example/i);
  });

  it('that was sealed elsewhere is given up, and the others go out', async () => {
    const foreign = { token: 'x', sealed: 'sealed-elsewhere' };
    await sendLink(db, { ...foreign, userId, kind: 'reset' }, { asked, at: now });
    await run();
    expect(server.received).toHaveLength(1);
    expect(
      rows()
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['failed', 'sent']);
  });

  it('that the server refuses is given up', async () => {
    server.answer.recipient = () => [550, '5.1.1 no such user'];
    await run();
    expect(rows()).toMatchObject([{ status: 'failed', sealed: null }]);
  });

  it('becomes a file without a mail server, also when a process died over it', async () => {
    const [mail] = await linkMails(db, { status: 'queued', at: now });
    await linkSending(db, mail!, now);
    await run(fileTransport(folder));
    const files = await readdir(join(folder, 'mails'));
    expect(files).toEqual([`invitation-${mail!.linkId}.eml`]);
    const written = await PostalMime.parse(await readFile(join(folder, 'mails', files[0]!)));
    expect(written.text).toContain(token);
  });
});

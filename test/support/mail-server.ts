import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type ReceivedMail = { from: string; to: string[]; raw: Buffer };
/** a reply that refuses; null: all is well */
type Reply = [code: number, text: string] | null;

/** A real SMTP server on loopback, which keeps what it took and can be told to refuse. */
export type MailServer = {
  url: string;
  received: ReceivedMail[];
  answer: {
    recipient: (address: string) => Reply;
    /** after the whole message was read; `hang up` breaks the line, `say nothing` keeps it open */
    data: (mail: ReceivedMail) => Reply | 'hang up' | 'say nothing';
  };
  down(): Promise<void>;
  /** at the address that it had */
  up(): Promise<void>;
};

export async function startMailServer(): Promise<MailServer> {
  let server: SMTPServer;
  let port = 0;
  const refusal = ([responseCode, text]: [number, string]) =>
    Object.assign(new Error(text), { responseCode });
  const mailServer: MailServer = {
    url: '',
    received: [],
    answer: { recipient: () => null, data: () => null },
    async up() {
      server = new SMTPServer({
        disabledCommands: ['AUTH', 'STARTTLS'],
        closeTimeout: 10,
        onRcptTo: ({ address }, _session, callback) => {
          const reply = mailServer.answer.recipient(address);
          callback(reply ? refusal(reply) : null);
        },
        onData: (stream, session, callback) => {
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
          stream.on('end', () => {
            const { mailFrom, rcptTo } = session.envelope;
            const from = mailFrom ? mailFrom.address : '';
            const to = rcptTo.map(({ address }) => address);
            const mail = { from, to, raw: Buffer.concat(chunks) };
            const reply = mailServer.answer.data(mail);
            if (reply === null || typeof reply === 'string') mailServer.received.push(mail);
            if (reply === 'hang up') {
              for (const connection of server.connections) connection._socket.destroy();
            } else if (reply !== 'say nothing') {
              callback(reply ? refusal(reply) : null);
            }
          });
        },
      });
      // A client that breaks off is part of what is tested.
      server.on('error', () => undefined);
      server.listen(port, '127.0.0.1');
      await once(server.server, 'listening');
      port = (server.server.address() as AddressInfo).port;
      mailServer.url = `smtp://127.0.0.1:${port}`;
    },
    down: () => new Promise((resolve) => server.close(() => resolve())),
  };
  await mailServer.up();
  return mailServer;
}

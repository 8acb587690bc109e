import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type Received = {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** parsed */
  message: { type: string; timestamp: string; data: Record<string, string> };
};

/** A system that takes webhooks, on loopback. */
export type Receiver = {
  url: string;
  port: number;
  /** everything that came, in order */
  received: Received[];
  /** how it answers from now on; by default 204 */
  answer: (message: Received, res: ServerResponse) => void;
  /** waits until so many have come */
  has(count: number): Promise<Received[]>;
  down(): Promise<void>;
  up(): Promise<void>;
};

export const ok = (_: Received, res: ServerResponse): void => void res.writeHead(204).end();

export async function startReceiver(): Promise<Receiver> {
  let server: Server | undefined;
  const receiver: Receiver = {
    ...{ url: '', port: 0, received: [], answer: ok },
    async has(count) {
      for (const deadline = Date.now() + 60_000; receiver.received.length < count;) {
        if (Date.now() > deadline) {
          throw new Error(`Only ${receiver.received.length} of ${count} messages have come`);
        }
        await pause(10);
      }
      return receiver.received;
    },
    async down() {
      if (!server) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      server = undefined;
      await closed;
    },
    async up() {
      server = createServer((req, res) => {
        let body = '';
        req.setEncoding('utf8').on('data', (text: string) => (body += text));
        req.once('end', () => {
          const message = JSON.parse(body) as Received['message'];
          const received = { path: req.url ?? '', headers: req.headers, body, message };
          receiver.received.push(received);
          receiver.answer(received, res);
        });
      });
      server.listen(receiver.port, '127.0.0.1');
      await once(server, 'listening');
      receiver.port = (server.address() as AddressInfo).port;
      receiver.url = `http://127.0.0.1:${receiver.port}/hook`;
    },
  };
  await receiver.up();
  return receiver;
}

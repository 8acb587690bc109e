import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

const finishWithinMs = 10_000;

export type Listening = {
  port: number;
  /** takes no more requests, and resolves when those at hand are answered */
  close(): Promise<void>;
};

/** Serves the app, with limits on how long a client may take. */
export async function listen(
  app: Express,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, app);
  server.keepAliveTimeout = 65_000;
  server.listen({ host, port });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), finishWithinMs);
      await closed;
      clearTimeout(impatience);
    },
  };
}

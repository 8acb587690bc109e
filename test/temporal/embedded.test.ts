import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import {
  embeddedAddress,
  startEmbeddedServer,
  type EmbeddedServer,
} from '../../temporal/embedded.ts';
import { prepareNamespace } from '../../temporal/namespace.ts';

let dataDir: string;
let servers: EmbeddedServer[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'winback-embedded-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(options: { ui?: boolean } = { ui: false }): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ dataDir, onProgress: () => undefined, ...options });
  servers.push(server);
  return server;
}

function connecting({ address }: EmbeddedServer): Promise<Connection> {
  return Connection.connect({
    address,
    connectTimeout: 1_000,
    // Tests reuse ports, and gRPC remembers for a while that nobody answered there.
    channelArgs: { 'grpc.use_local_subchannel_pool': 1 },
  });
}

async function connected<Result>(
  server: EmbeddedServer,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await connecting(server);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

describe('the embedded Temporal server', () => {
  it('answers when it is started, says where, and is gone when it is stopped', async () => {
    expect(await embeddedAddress(dataDir)).toBeUndefined();
    const server = await start({ ui: true });
    expect(await embeddedAddress(dataDir)).toBe(server.address);
    expect((await fetch(server.uiUrl as string)).status).toBe(200);

    await server.stop();
    await server.exited;
    await expect(connecting(server)).rejects.toThrow();
  });

  it('is used by a second start rather than started twice', async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ pid: first.pid, address: first.address });
  });

  it('outlives the process that started it, and the next start takes it over and can stop it', async () => {
    const module = pathToFileURL(join(import.meta.dirname, '../../temporal/embedded.ts')).href;
    const script = `
      import { startEmbeddedServer } from ${JSON.stringify(module)};
      const dataDir = ${JSON.stringify(dataDir)};
      const { pid } = await startEmbeddedServer({ dataDir, ui: false, onProgress: () => {} });
      console.log(pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      env: process.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
    parent.kill('SIGKILL');
    await once(parent, 'exit');

    const server = await start();
    expect(server.pid).toBe(Number(pid));
    await server.stop();
    await expect(connecting(server)).rejects.toThrow();
  });

  it('comes back on the same port, with its workflows, after it was killed', async () => {
    const killed = await start();
    await connected(killed, (connection) =>
      new Client({ connection }).workflow.start('nobody-runs-it', {
        workflowId: 'kept',
        taskQueue: 'none',
      }),
    );
    process.kill(killed.pid, 'SIGKILL');
    await killed.exited;

    const server = await start();
    expect(server.pid).not.toBe(killed.pid);
    expect(server.address).toBe(killed.address);
    const kept = await connected(server, (connection) =>
      new Client({ connection }).workflow.getHandle('kept').describe(),
    );
    expect(kept.status.name).toBe('RUNNING');
  });

  it('takes another port when its own is taken meanwhile', async () => {
    const before = await start();
    await before.stop();
    const port = Number(before.address.split(':')[1]);
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');

    const server = await start();
    other.close();
    expect(server.address).not.toBe(before.address);
    expect(await embeddedAddress(dataDir)).toBe(server.address);
  });

  it('is started when the note about the last one names a process that is something else', async () => {
    const stale = { address: '127.0.0.1:1', uiUrl: null, pid: process.pid };
    writeFileSync(join(dataDir, 'temporal.json'), JSON.stringify(stale));
    const server = await start();
    expect(server.pid).not.toBe(process.pid);
    expect(JSON.parse(readFileSync(join(dataDir, 'temporal.json'), 'utf8'))).toEqual({
      address: server.address,
      uiUrl: null,
      pid: server.pid,
    });
  });

  it('tells what its log says when it does not start', async () => {
    writeFileSync(join(dataDir, 'temporal.db'), 'this is no database');
    await expect(start()).rejects.toThrow(/ended while it was starting.*\n.*not a database/s);
  });
});

describe('a namespace', () => {
  const wanted = {
    retentionDays: 30,
    searchAttributes: { WinbackStep: 'Keyword', WinbackTier: 'Keyword' },
  } as const;

  /** What the cluster says itself. */
  async function facts(connection: Connection, namespace: string) {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    return {
      retentionSeconds: Number(config?.workflowExecutionRetentionTtl?.seconds),
      attributes: Object.keys(customAttributes).sort(),
    };
  }

  it('can be prepared again and again, and at once by several processes', async () => {
    const server = await start();
    await connected(server, async (connection) => {
      for (const namespace of ['default', 'made-by-us']) {
        const prepare = () => prepareNamespace({ connection, namespace, ...wanted });
        await prepare();
        await Promise.all([prepare(), prepare()]);
        expect(await facts(connection, namespace)).toEqual({
          retentionSeconds: 30 * 86_400,
          attributes: ['WinbackStep', 'WinbackTier'],
        });
      }
    });
  });

  it('takes a workflow with the search attributes as soon as it is prepared', async () => {
    const server = await start();
    await connected(server, async (connection) => {
      await prepareNamespace({ connection, namespace: 'default', ...wanted });
      const { workflow } = new Client({ connection });
      await workflow.start('nobody-runs-it', {
        workflowId: 'with-step',
        taskQueue: 'none',
        searchAttributes: { WinbackStep: ['measures'] },
      });
    });
  });

  it('with a search attribute of another type is refused', async () => {
    const server = await start();
    await connected(server, async (connection) => {
      await connection.operatorService.addSearchAttributes({
        namespace: 'default',
        searchAttributes: { WinbackStep: 3 },
      });
      await expect(
        prepareNamespace({ connection, namespace: 'default', ...wanted }),
      ).rejects.toThrow('WinbackStep of namespace default has the type INDEXED_VALUE_TYPE_INT');
    });
  });
});

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { loadEnvironment, type Environment } from '../../config/environment.ts';
import { closeDatabase, openDatabase } from '../../db/open.ts';
import { importFiles, planImport } from '../../imports/files.ts';
import { progressPrinter } from '../import/progress.ts';
import { createClient } from '../client.ts';
import { freePort } from './folder.ts';
import type { Clients } from './play.ts';

/** The demo's own defaults; worker and API read the environment of this process. */
export async function settings(): Promise<Environment> {
  const { env } = process;
  env['WINBACK_DATA_DIR'] ||= '.winback-demo';
  env['WINBACK_POLICY'] ||= 'demo';
  env['WINBACK_ADMIN_KEY'] ||= `wb_demo_${randomBytes(24).toString('base64url')}`;
  env['PORT'] ||= String(await freePort(3_000, env['HOST'] || '127.0.0.1'));
  return loadEnvironment();
}

/** With the code that `npm run import` uses. Returns how many are new. */
export async function importSample(
  dataDir: string,
): Promise<{ customers: number; purchases: number }> {
  const file = (name: string) =>
    fileURLToPath(new URL(`../../examples/cdnow/${name}.csv`, import.meta.url));
  const printer = progressPrinter(process.stdout);
  const now = Date.now();
  const at = new Date(now).toISOString();
  const plan = await planImport({
    customers: file('customers'),
    purchases: file('purchases'),
    at,
    timeZone: 'UTC',
  });
  const db = await openDatabase(dataDir);
  try {
    const { customers, purchases } = await importFiles(db, plan, {
      at,
      shiftLastPurchaseTo: new Date(now - 86_400_000).toISOString(),
      onProgress: printer.show,
      onBadLine: ({ file, line, reason }) => {
        throw new Error(`${file}, line ${line}: ${reason}`);
      },
    });
    printer.end();
    return { customers: customers.created, purchases: purchases.inserted };
  } finally {
    closeDatabase(db);
  }
}

/** A key for everybody who plays, as an operator makes them. */
export async function makeKeys(
  url: string,
  adminKey: string,
  signal: AbortSignal,
): Promise<{ clients: Clients; agentKey: string }> {
  const clientOf = (key: string) => createClient({ url, key, signal });
  const admin = clientOf(adminKey);
  const newKey = (name: string, role: string) =>
    admin.post<{ name: string; secret: string }>('/keys', { name, role });
  const manager = await newKey('Simulated manager', 'manager');
  const salesSystem = await newKey('Simulated shop', 'sales-system');
  const agents = [];
  for (const n of [1, 2, 3]) agents.push(await newKey(`Simulated agent ${n}`, 'agent'));
  return {
    clients: {
      manager: clientOf(manager.secret),
      salesSystem: clientOf(salesSystem.secret),
      agents: agents.map(({ name, secret }) => ({ name, client: clientOf(secret) })),
    },
    agentKey: agents[0]!.secret,
  };
}

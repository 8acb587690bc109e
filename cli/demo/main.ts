import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { loadEnvironment, type Environment } from '../../config/environment.ts';
import { closeDatabase, openDatabase } from '../../db/open.ts';
import { importFiles } from '../import/files.ts';
import { progressPrinter } from '../import/progress.ts';
import { startStack, stopSignal, type Stack } from '../stack.ts';
import { createClient, type Case } from './client.ts';
import { createDisplay } from './display.ts';
import * as epilogue from './epilogue.ts';
import { freePort, prepareFolder } from './folder.ts';
import { fillTheStage, play, type Clients } from './play.ts';
import { runScan, scanBar, scanSentence } from './scan.ts';

const help = `Usage: npm run demo -- [--once] [--keep] [--seed N]

Starts winback with seconds where it has days, imports real purchase histories (CDNOW), finds the
dormant customers, and lets a simulated team, shop and customers act through the public API, until
about two minutes later cases have ended in every possible way.

  --once      ends by itself afterwards, with exit code 1 if an outcome is missing
              (so does a run without a terminal)
  --keep      goes on with the data of the last run instead of beginning anew
  --seed N    another cast and other dice
  -h, --help  shows this

Settings: WINBACK_DATA_DIR (.winback-demo), WINBACK_POLICY (demo), PORT (3000, or a free one).
`;

const { values: options } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const display = createDisplay(process.stdout);
const stopRequested = stopSignal();
// The terminal is closed, or whoever reads what we print is gone.
process.on('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));
process.stdout.on('error', () => process.kill(process.pid, 'SIGTERM'));

if (options.help) {
  process.stdout.write(help);
} else {
  try {
    await main();
  } catch (error) {
    display.clear();
    const stopped = stopRequested.aborted;
    console.error(stopped ? '\nStopped.' : styleText('red', `\n${(error as Error).message}`));
    process.exitCode = stopped ? 130 : 1;
  }
}

async function main(): Promise<void> {
  const seed = Number(options.seed);
  if (!Number.isSafeInteger(seed)) throw new Error('--seed must be a whole number');
  const environment = await settings();
  const { dataDir } = environment;
  const onProgress = display.progress;
  const startedAt = Date.now();
  title('winback, with simulated people');
  await prepareFolder(dataDir, { keep: options.keep, onProgress });
  const stack = await startStack(environment, onProgress, stopRequested);
  try {
    display.line(
      `Ready after ${((Date.now() - startedAt) / 1_000).toFixed(0)} s, data in ${dataDir}`,
    );
    showAddresses(stack);
    const broken = stack.failed.then((error) => Promise.reject(error));
    const agentKey = await Promise.race([perform(stack, environment, seed), broken]);
    if (options.once || !process.stdout.isTTY) return;
    showWhatToDo(stack, agentKey);
    await Promise.race([once(stopRequested, 'abort'), broken]);
  } finally {
    display.line('Stopping …');
    await stack.stop();
  }
}

/** The demo's own defaults; worker and API read the environment of this process. */
async function settings(): Promise<Environment> {
  const { env } = process;
  env['WINBACK_DATA_DIR'] ||= '.winback-demo';
  env['WINBACK_POLICY'] ||= 'demo';
  env['WINBACK_ADMIN_KEY'] ||= `wb_demo_${randomBytes(24).toString('base64url')}`;
  env['PORT'] ||= String(await freePort(3_000, env['HOST'] || '127.0.0.1'));
  return loadEnvironment();
}

/** Everything there is to see. Returns an agent's key. */
async function perform(stack: Stack, environment: Environment, seed: number): Promise<string> {
  const startedAt = new Date().toISOString();
  title('Real purchase histories: CDNOW, an online music shop (see examples/cdnow)');
  await importSample(environment);

  title('Who has silently left? Each customer against their own rhythm');
  const { clients, agentKey } = await makeKeys(stack.url, environment.adminKey!);
  const stage = { ...clients, display, signal: stopRequested };
  const scan = await runScan(clients.manager, {
    signal: stopRequested,
    onProgress: (running) => display.progress(scanBar(running)),
  });
  display.line(`  ${scanSentence(scan)}`);
  const more = await fillTheStage(stage, startedAt);
  if (more > 0) display.line(`  ${more} more opened by hand: chance left a group too small`);

  title('The simulated team, shop and customers act through the public API');
  display.line(`  Policy ${environment.policySource}: a second here is about a day there.`);
  const cases = await play(stage, { seed, startedAt, run: startedAt });
  display.clear();
  await tell(clients, cases);
  return agentKey;
}

async function importSample({ dataDir }: Environment): Promise<void> {
  const file = (name: string) =>
    fileURLToPath(new URL(`../../examples/cdnow/${name}.csv`, import.meta.url));
  const printer = progressPrinter(process.stdout);
  const now = Date.now();
  const db = await openDatabase(dataDir);
  try {
    const { customers, purchases } = await importFiles(db, {
      customers: file('customers'),
      purchases: file('purchases'),
      at: new Date(now).toISOString(),
      shiftLastPurchaseTo: new Date(now - 86_400_000).toISOString(),
      onProgress: printer.show,
      onBadLine: ({ file, line, reason }) => {
        throw new Error(`${file}, line ${line}: ${reason}`);
      },
    });
    printer.end();
    display.line(
      `  ${customers.created} customers and ${purchases.inserted} purchases imported, dates moved so that the last is of yesterday`,
    );
  } finally {
    closeDatabase(db);
  }
}

async function makeKeys(
  url: string,
  adminKey: string,
): Promise<{ clients: Clients; agentKey: string }> {
  const clientOf = (key: string) => createClient({ url, key, signal: stopRequested });
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

async function tell({ manager }: Clients, cases: Case[]): Promise<void> {
  const story = await epilogue.mostEventful(manager, cases);
  if (story) {
    const { theCase, timeline } = story;
    title(`One case from its opening to its end: ${theCase.caseId} (simulated)`);
    const lines = epilogue.timelineLines(theCase.openedAt, timeline, display.width);
    for (const line of lines) display.line(line);
  }
  title('How all cases ended (simulated)');
  display.line(epilogue.outcomeTable(cases));
  for (const line of epilogue.wrapped(epilogue.whatItMeans(cases), display.width))
    display.line(line);
  const missing = epilogue.missingOutcomes(cases);
  if (missing.length === 0) return display.line('\nEvery outcome occurred.');
  display.line(styleText('red', `\nOutcomes that did not occur: ${missing.join(', ')}`));
  process.exitCode = 1;
}

function showAddresses({ url, temporalUiUrl }: Stack): void {
  display.line(`  API docs  ${url}/api/docs`);
  if (temporalUiUrl) display.line(`  Temporal  ${temporalUiUrl}`);
}

function showWhatToDo(stack: Stack, agentKey: string): void {
  title('It goes on running: look around');
  showAddresses(stack);
  display.line(
    `  Cases     curl -H 'Authorization: Bearer ${agentKey}' '${stack.url}/api/v1/cases?outcome=loyal-again'`,
  );
  display.line('Ctrl-C stops everything.');
}

function title(text: string): void {
  display.line(`\n${styleText('bold', text)}`);
}

import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import type { Environment } from '../../config/environment.ts';
import { startStack, stopSignal, type Stack } from '../stack.ts';
import type { Case, Client } from '../client.ts';
import { createDisplay } from './display.ts';
import * as epilogue from './epilogue.ts';
import { prepareFolder } from './folder.ts';
import { fillTheStage, play } from './play.ts';
import { runScan, scanBar, scanSentence } from '../scan-progress.ts';
import { importSample, makeKeys, settings } from './setup.ts';
import { clock, wrapped } from './text.ts';

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

const display = createDisplay(process.stdout);
const stopRequested = stopSignal();
// The terminal is closed, or whoever reads what we print is gone.
process.on('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));
process.stdout.on('error', () => process.kill(process.pid, 'SIGTERM'));

try {
  await main();
} catch (error) {
  display.clear();
  const stopped = stopRequested.aborted;
  console.error(stopped ? 'Stopped.' : styleText('red', `\n${(error as Error).message}`));
  process.exitCode = stopped ? 130 : 1;
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (options.help) return void process.stdout.write(help);
  const seed = Number(options.seed);
  if (!Number.isSafeInteger(seed)) throw new Error('--seed must be a whole number');

  title('winback demo: real purchase histories, simulated people');
  const environment = await settings();
  const onProgress = display.progress;
  await prepareFolder(environment.dataDir, { keep: options.keep, onProgress });
  const stack = await startStack(environment, onProgress, stopRequested);
  try {
    display.line(`  Ready, data in ${environment.dataDir}`);
    showAddresses(stack);
    const broken = stack.failed.then((error) => Promise.reject(error));
    const performance = perform(stack, { ...environment, seed });
    const { agentKey } = await Promise.race([performance, broken]);
    if (options.once || !process.stdout.isTTY) return;
    showWhatToDo(stack, agentKey);
    await Promise.race([untilStopped(), broken]);
  } finally {
    display.line('Stopping …');
    await stack.stop();
  }
}

/** Everything there is to see. */
async function perform(
  stack: Stack,
  given: Pick<Environment, 'dataDir' | 'policySource' | 'mail'> & {
    adminKey?: string;
    seed: number;
  },
): Promise<{ agentKey: string }> {
  const startedAt = new Date().toISOString();
  title('Real purchase histories: CDNOW, an online music shop (examples/cdnow)');
  const { customers, purchases } = await importSample(given.dataDir);
  display.line(`  ${customers} customers and ${purchases} purchases are new; all dates are moved`);
  display.line('  by the same number of days, so that the last purchase is of yesterday');

  title('Who has silently left? Each customer against their own rhythm');
  const { clients, agentKey } = await makeKeys(stack.url, given.adminKey!, stopRequested);
  const stage = { ...clients, display, signal: stopRequested };
  const scan = await runScan(clients.manager, {
    signal: stopRequested,
    onProgress: (running) => display.bar(scanBar(running)),
  });
  for (const line of wrapped(scanSentence(scan), display.width - 2)) display.line(`  ${line}`);
  const more = await fillTheStage(stage, startedAt);
  if (more > 0) display.line(`  ${more} more cases opened: chance had left a group too small`);

  title('The simulated team, shop and customers act through the public API');
  display.line(`  Policy "${given.policySource}": a second here is about a day with "standard"`);
  const cases = await play(stage, { seed: given.seed, startedAt });
  display.clear();
  await showStory(clients.manager, cases);
  showOutcomes(cases);
  await showSuccess(clients.manager, startedAt);
  await showMails(clients.manager, given);
  display.line(`It took ${clock(Date.now() - Date.parse(startedAt))} from the import to here.`);
  return { agentKey };
}

async function showStory(manager: Client, cases: Case[]): Promise<void> {
  const story = await epilogue.mostEventful(manager, cases);
  if (!story) return;
  const { theCase, timeline } = story;
  title(`One case from its opening to its end: ${theCase.caseId} (simulated)`);
  const lines = epilogue.timelineLines(theCase.openedAt, timeline, display.width);
  for (const line of lines) display.line(line);
}

/** The same reports that managers of a real team get. */
async function showSuccess(manager: Client, from: string): Promise<void> {
  title('Success control (of simulated people)');
  const query = new URLSearchParams({ by: 'trigger', from }).toString();
  const report = await manager.get<{ groups: epilogue.SuccessGroup[] }>(
    `/reports/success?${query}`,
  );
  display.line(epilogue.successTable(report.groups));
  for await (const action of manager.each<epilogue.PreventionAction>('/prevention/actions')) {
    const sentence = epilogue.preventionSentence(action);
    for (const line of wrapped(sentence, display.width)) display.line(line);
    return;
  }
}

async function showMails(
  manager: Client,
  { dataDir, mail }: Pick<Environment, 'dataDir' | 'mail'>,
): Promise<void> {
  let count = 0;
  for await (const _ of manager.each('/mails', { status: 'sent' })) count += 1;
  if (count === 0) return;
  const where = mail.smtpUrl ? 'sent' : `written as files, to be read in ${join(dataDir, 'mails')}`;
  display.line(`Mails to simulated customers: ${count}, ${where}`);
}

function showOutcomes(cases: Case[]): void {
  title('How all cases ended (simulated)');
  display.line(epilogue.outcomeTable(cases));
  for (const line of wrapped(epilogue.whatItMeans(cases), display.width)) display.line(line);
  const missing = epilogue.missingOutcomes(cases);
  if (missing.length === 0) return display.line('\nEvery outcome occurred.');
  display.line(styleText('red', `\nOutcomes that did not occur: ${missing.join(', ')}`));
  process.exitCode = 1;
}

function showAddresses({ url, temporalUiUrl, setUpCode }: Stack): void {
  if (setUpCode) display.line(`  Sign in   ${url}/setup, once with the code ${setUpCode}`);
  display.line(`  API docs  ${url}/api/docs`);
  if (temporalUiUrl) display.line(`  Temporal  ${temporalUiUrl}`);
}

function showWhatToDo(stack: Stack, agentKey: string): void {
  title('It goes on running: look around');
  showAddresses(stack);
  display.line('  Cases that ended well, as an agent sees them:');
  const address = `${stack.url}/api/v1/cases?outcome=loyal-again`;
  display.line(`curl -H 'Authorization: Bearer ${agentKey}' '${address}'`);
  display.line('Ctrl-C stops everything.');
}

async function untilStopped(): Promise<void> {
  if (!stopRequested.aborted) await once(stopRequested, 'abort');
}

function title(text: string): void {
  display.line(`\n${styleText('bold', text)}`);
}

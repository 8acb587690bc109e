import { parseArgs } from 'node:util';
import { loadEnvironment, urlOf } from '../config/environment.ts';
import { ApiProblem, createClient } from './client.ts';
import { runScan, scanBar, scanSentence, type Scan } from './scan-progress.ts';

const help = `Usage: npm run scan

Looks for dormant customers in a running winback and opens cases for the most valuable ones, as many
as the team can serve. Shows how far it is, then what it found.

  -h, --help         shows this

Settings by environment:
  WINBACK_URL        where winback runs (http://HOST:PORT, 127.0.0.1:3000)
  WINBACK_ADMIN_KEY  key of an admin, or
  WINBACK_KEY        key of an admin or a manager
`;

try {
  await main();
} catch (error) {
  console.error(explained(error as Error));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) return void process.stdout.write(help);

  const { WINBACK_URL, WINBACK_ADMIN_KEY, WINBACK_KEY } = process.env;
  const url = (WINBACK_URL || urlOf(loadEnvironment())).replace(/\/+$/, '');
  if (!URL.canParse(url))
    throw new Error(`WINBACK_URL must be an address like http://127.0.0.1:3000`);
  const key = WINBACK_ADMIN_KEY || WINBACK_KEY;
  if (!key) throw new Error('Set WINBACK_ADMIN_KEY or WINBACK_KEY to a key of this winback.');

  const { signal } = new AbortController();
  const show = (scan: Scan) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${scanBar(scan)}`);
  };
  const scan = await runScan(createClient({ url, key, signal }), { onProgress: show, signal });
  show(scan);
  if (process.stderr.isTTY) process.stderr.write('\n');
  console.log(scanSentence(scan));
}

function explained(error: Error): string {
  if (!(error instanceof ApiProblem)) {
    return error.message.includes('no answer')
      ? `${error.message}\nDoes winback run there? Start it with "npm start", or set WINBACK_URL.`
      : error.message;
  }
  if (error.status === 401) {
    return 'The key is not valid here: set WINBACK_ADMIN_KEY or WINBACK_KEY to a key of this winback.';
  }
  if (error.status === 403) return 'This key may not scan: a key of an admin or a manager may.';
  return error.message;
}

import { once } from 'node:events';
import { parseArgs, styleText } from 'node:util';
import { loadEnvironment } from '../config/environment.ts';
import { startStack, stopSignal } from './stack.ts';

const help = `Usage: npm start

Starts winback in earnest: Temporal server, worker and API. Ctrl-C stops everything.
Settings by environment (docs/operations.md): PORT, HOST, WINBACK_DATA_DIR, WINBACK_POLICY,
WINBACK_ADMIN_KEY, WINBACK_RATE_LIMIT, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, LOG_LEVEL.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) return void process.stdout.write(help);

  const environment = loadEnvironment();
  const stopRequested = stopSignal();
  const onProgress = (line: string) => console.log(styleText('dim', `  ${line}`));
  const stack = await startStack(environment, onProgress, stopRequested);

  // The same settings as this start, so that the commands reach this winback from another terminal.
  const settings = ['HOST', 'PORT', 'WINBACK_DATA_DIR']
    .filter((name) => process.env[name])
    .map((name) => `${name}='${process.env[name]}' `)
    .join('');
  const key = stack.newAdminKey ?? '<your admin key>';
  console.log(`
${styleText('bold', 'winback is ready')}, policy ${environment.policySource}, data in ${environment.dataDir}
  Web app    ${stack.url}
  API        ${stack.url}/api/v1
  API docs   ${stack.url}/api/docs
${stack.temporalUiUrl ? `  Temporal   ${stack.temporalUiUrl}\n` : ''}${
    stack.newAdminKey
      ? `  Admin key  ${styleText('yellow', stack.newAdminKey)}  (shown this once: keep it)\n`
      : ''
  }${
    stack.setUpCode
      ? `  Set-up     ${stack.url}/setup  code ${styleText('yellow', stack.setUpCode)}  (makes the first admin)\n`
      : ''
  }
What to do first: open ${stack.url}${stack.setUpCode ? '/setup' : ''}, whose first steps lead from there; or by commands:
  1. Bring in your customers and their purchases:
     ${settings}npm run import -- --customers customers.csv --purchases purchases.csv
  2. Look for dormant customers and open cases for the most valuable ones:
     ${settings}WINBACK_ADMIN_KEY=${key} npm run scan
  3. See what there is to do:
     curl -H 'Authorization: Bearer ${key}' ${stack.url}/api/v1/tasks
Ctrl-C stops everything; cases go on where they stand at the next start.`);

  const failure = await Promise.race([once(stopRequested, 'abort').then(() => null), stack.failed]);
  console.log(failure ? `\n${failure.message}` : '\nStopping …');
  await stack.stop();
  if (failure) process.exitCode = 1;
}

await main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});

/**
 * Runs jest and ends with its real numbers on a line alone: `N passed, N failed`.
 *
 *   node test/run.ts              everything
 *   node test/run.ts --coverage   everything, and which lines were run; takes half as long again
 *   node test/run.ts --pure       what needs no server
 *   node test/run.ts --pictures   what needs a browser, keeping its pictures in `screenshots/`
 *   node test/run.ts test/api     further arguments are jest's own
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { testPathVariables } from './support/paths.ts';

type Results = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numRuntimeErrorTestSuites: number;
};
type CoverageSummary = Record<string, { lines: { total: number; pct: number } }>;

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'winback-test-'));
const coverageFile = join(root, 'coverage/coverage-summary.json');
const resultsFile = join(folder, 'results.json');

const ownArguments = process.argv.slice(2);
const jestArguments = ownArguments.filter(
  (argument) => !['--pure', '--pictures'].includes(argument),
);
if (ownArguments.includes('--pure')) jestArguments.push('--selectProjects', 'pure');
const withPictures = ownArguments.includes('--pictures');
if (withPictures) jestArguments.push('--selectProjects', 'web');
const withCoverage = ownArguments.includes('--coverage');
if (withCoverage) rmSync(coverageFile, { force: true });

const jestExitCode = await runJest([...jestArguments, '--json', '--outputFile', resultsFile]);
const results = readResults();
rmSync(folder, { recursive: true, force: true });

if (withCoverage) printLittleCovered();
process.exitCode = report();

function runJest(jestArguments: string[]): Promise<number> {
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, [jest, ...jestArguments], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      [testPathVariables.bundle]: join(folder, 'workflows.js'),
      ...(withPictures && { WINBACK_PICTURES: 'true' }),
      NODE_OPTIONS: [
        process.env['NODE_OPTIONS'],
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
      ]
        .filter(Boolean)
        .join(' '),
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function readResults(): Results | undefined {
  if (!existsSync(resultsFile)) return undefined;
  const results = JSON.parse(readFileSync(resultsFile, 'utf8')) as Partial<Results>;
  return results.numPassedTests === undefined ? undefined : (results as Results);
}

function printLittleCovered(): void {
  if (!existsSync(coverageFile)) return;
  const summary = JSON.parse(readFileSync(coverageFile, 'utf8')) as CoverageSummary;
  const little = Object.entries(summary)
    .filter(([path, { lines }]) => path !== 'total' && lines.total > 0 && lines.pct < 60)
    .sort(([, a], [, b]) => a.lines.pct - b.lines.pct);
  if (little.length === 0) return;
  console.log(
    '\nKnown to be little covered (under 60 % of the lines; code in started processes is not counted):',
  );
  for (const [path, { lines }] of little) {
    console.log(`  ${Math.round(lines.pct).toString().padStart(3)} %  ${relative(root, path)}`);
  }
}

/** Prints the last line and returns the exit code. */
function report(): number {
  if (!results) {
    console.log(`\njest ended with code ${jestExitCode} and wrote no results`);
    return jestExitCode || 1;
  }
  const passed = results.numPassedTests;
  // A suite that does not even load counts as one failure.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  if (passed + failed === 0) console.log('\nNo test ran');
  else if (jestExitCode !== 0 && failed === 0)
    console.log(`\njest ended with code ${jestExitCode}`);
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return jestExitCode || (passed + failed === 0 || failed > 0 ? 1 : 0);
}

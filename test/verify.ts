/**
 * Runs every static check and the pure tests, two at a time, and shows all that the failing ones say and the last line
 * of the others. Ends with 1 if any of them fails. What Prettier, the compiler and the linter remember of files that have not changed
 * stands in `node_modules/.cache`. The linter's rules see types of other files, too: what a change breaks there is for `npm run lint`, in CI.
 *
 *   node test/verify.ts            before a commit
 *   node test/verify.ts --static   the static checks alone: in CI all tests follow
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The longest first, so that the short ones fill the gap at the end. */
const stages = [
  'eslint --cache --cache-strategy content --cache-location node_modules/.cache/eslint .',
  // Those on a database are for `npm test`.
  'node test/run.ts --pure --maxWorkers=1 test/domain test/config',
  'tsc --noEmit --incremental --tsBuildInfoFile node_modules/.cache/verify.tsbuildinfo',
  'tsc --noEmit --incremental --tsBuildInfoFile node_modules/.cache/verify-web.tsbuildinfo -p web',
  'prettier --check --cache --cache-strategy content .',
  'depcruise --config .dependency-cruiser.cjs --output-type err .',
  'knip',
];
const startedAt = Date.now();
const isStatic = process.argv.includes('--static');
const waiting = stages.filter((stage) => !(isStatic && stage.includes('test/run.ts'))).values();
let failed = 0;

async function runWaiting(): Promise<void> {
  for (const stage of waiting) {
    const began = Date.now();
    const { code, output } = await run(stage);
    if (code !== 0) failed += 1;
    const verdict = code === 0 ? 'passed' : `failed with ${code}`;
    console.log(`== ${stage}: ${verdict} after ${seconds(began)} s`);
    const told = code === 0 ? output.trimEnd().split('\n').at(-1) : output;
    if (told) console.log(told);
  }
}

function run(stage: string): Promise<{ code: number; output: string }> {
  const child = spawn(stage, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}

// Compiler and linter read the types of the API that the web app knows.
await run('node test/support/client-types.ts');
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, runWaiting));
console.log(failed === 0 ? `Verified in ${seconds(startedAt)} s` : `${failed} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;

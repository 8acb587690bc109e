import { join } from 'node:path';
import { progress, shown, type Findings } from './figures.ts';
import { freePort, runScript, stopScript, temporaryFolder, untilAnswers } from './processes.ts';
import { apiEnvironment } from './stack.ts';

/** From the start of `cli/start.ts` to a ready API; Temporal's binary and the workflow bundle are in the cache. */
export async function timeToReady(options: { rounds: number }): Promise<Findings> {
  const fresh: number[] = [];
  const existing: number[] = [];
  await secondsToReady(await temporaryFolder());
  for (let round = 1; round <= options.rounds; round += 1) {
    progress(`ready, round ${round} of ${options.rounds}`);
    const dataDir = await temporaryFolder();
    fresh.push(await secondsToReady(dataDir));
    existing.push(await secondsToReady(dataDir));
  }
  return {
    title: `From npm start to ready: ${options.rounds} rounds`,
    columns: ['seconds', 'ours'],
    rows: [
      ['new data folder', shown(fresh, 2)],
      ['data folder that was used before', shown(existing, 2)],
    ],
    remarks: ['Without the time of npm itself.'],
    figures: { fresh, existing },
  };
}

async function secondsToReady(dataDir: string): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const script = runScript('cli/start.ts', {
    env: apiEnvironment({ dataDir, port, policy: 'standard' }),
    logFile: join(dataDir, 'start.log'),
  });
  await untilAnswers(`http://127.0.0.1:${port}/readyz`, script);
  const seconds = (performance.now() - startedAt) / 1_000;
  await stopScript(script);
  return seconds;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { temporalBinary } from '../../temporal/binary.ts';
import { testPath, testPathVariables } from './paths.ts';
import { timeSkippingServer } from './time-skipping-server.ts';

/** Gets, once per run, what every test that talks to Temporal needs. */
export default async function globalSetup(): Promise<void> {
  const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
  process.env[testPathVariables.temporal] = await temporalBinary({ onProgress });
  process.env[testPathVariables.timeSkipping] = await timeSkippingServer({ onProgress });
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, '../../workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(testPath('bundle'), code);
}

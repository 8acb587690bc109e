import { buildWebApp } from '../../cli/web-app.ts';
import { temporalBinary } from '../../temporal/binary.ts';
import { chromiumProgram } from '../../bench/chromium.ts';
import { testPathVariables } from './paths.ts';

/** Gets, once per run, what the tests in a browser need. */
export default async function webSetup(): Promise<void> {
  const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
  process.env[testPathVariables.temporal] = await temporalBinary({ onProgress });
  process.env[testPathVariables.chromium] = await chromiumProgram({ onProgress });
  await buildWebApp(onProgress);
}

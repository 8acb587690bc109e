/**
 * `npm run histories`: records, from a real server, the history of every scenario that has none yet. Histories are
 * added, never edited: they are what running cases look like, and every test run replays them.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { getCase } from '../../db/cases.ts';
import { recoveryWorkflowId } from '../../domain/ids.ts';
import { startEngine, type Engine } from './engine.ts';
import globalSetup from './global-setup.ts';
import { testPathVariables } from './paths.ts';
import { quickPolicy } from './policies.ts';
import { scenarioNames, scenarios } from './scenarios.ts';

const histories = join(import.meta.dirname, '../histories');
const fileOf = (name: string) => join(histories, `${name.replaceAll(/[^a-z]+/g, '-')}.json`);

const missing = scenarioNames.filter((name) => !existsSync(fileOf(name)));
if (missing.length === 0) console.log('Every scenario has its history.');
else await record();

async function record(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'winback-histories-'));
  process.env[testPathVariables.bundle] = join(folder, 'workflows.js');
  await globalSetup();
  const engine = await startEngine('dev-server', quickPolicy);
  try {
    for (const name of missing) {
      const caseId = await scenarios[name].run(engine);
      await engine.closed(caseId);
      const history = await historyOf(engine, caseId);
      await writeFile(fileOf(name), `${historyToJSON(history)}\n`);
      console.log(`${name}: ${history.events!.length} events`);
    }
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true });
  }
}

/** A customer's episodes share the workflow ID and follow each other. */
async function historyOf(engine: Engine, caseId: string) {
  const { customerId, episode } = (await getCase(engine.db, caseId))!;
  const workflowId = recoveryWorkflowId(customerId);
  for (;;) {
    const runs = await Array.fromAsync(
      engine.env.client.workflow.list({ query: `WorkflowId = '${workflowId}'` }),
    );
    runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
    const run = runs[episode - 1];
    if (run && run.status.name !== 'RUNNING') {
      return engine.env.client.workflow.getHandle(workflowId, run.runId).fetchHistory();
    }
    await engine.pass('1s');
  }
}

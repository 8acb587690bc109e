import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import type { CaseOpening } from '../../domain/case.ts';
import { scenarioNames, scenarios } from '../support/scenarios.ts';
import { outcomes } from '../../domain/words.ts';
import { testPath } from '../support/paths.ts';
import { quietRuntime } from '../support/quiet.ts';

/*
 * Cases live for years and deploys happen under them: today's code must walk every stored history the same way. A red
 * test here means that the change needs `patched('what-changed')`; histories are added (`npm run histories`), never
 * edited.
 */

quietRuntime();
const folder = join(import.meta.dirname, '../histories');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.json'),
);

type History = { events: Record<string, unknown>[] };
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as History;
const replay = (history: History) =>
  Worker.runReplayHistory({ workflowBundle: { codePath: testPath('bundle') } }, history);

describe('stored histories', () => {
  it('there is one for every way a case can end', () => {
    expect(files.length).toBeGreaterThanOrEqual(scenarioNames.length);
    const covered = scenarioNames.map((name) => scenarios[name].outcome);
    expect(new Set(covered)).toEqual(new Set(outcomes));
  });

  it.each(files)('%s replays with the code of today', async (file) => {
    await replay(read(file));
  });

  it('a history that the code of today would not make fails', async () => {
    const history = read('refuses-everything.json');
    const started = history.events[0]!['workflowExecutionStartedEventAttributes'] as {
      input: { payloads: [{ data: string }] };
    };
    const [payload] = started.input.payloads;
    const opening = JSON.parse(Buffer.from(payload.data, 'base64').toString()) as CaseOpening;
    opening.policy.identification.managerDecidesTiers = [];
    opening.policy.identification.effort.pursue.cost = 1_000_000;
    opening.policy.identification.effort['pursue-light'].cost = 1_000_000;
    payload.data = Buffer.from(JSON.stringify(opening)).toString('base64');

    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { scenarioNames, scenarios } from '../support/scenarios.ts';

/* Every way a case can end, with the policy of real life, on a server that skips the months between. */

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine('time-skipping', {
    ...standardPolicy,
    identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
  });
});
afterAll(() => engine.stop());

describe.each(scenarioNames)('a customer who %s', (name) => {
  it(`ends as ${scenarios[name].outcome}`, async () => {
    const caseId = await scenarios[name].run(engine);

    const record = await engine.closed(caseId);
    expect(record.outcome).toBe(scenarios[name].outcome);
    expect(record.nextDueAt).toBeNull();
    // What somebody answers in the moment of the end is told after it.
    const story = await engine.story(caseId);
    const told = story.filter((entry) => !entry.startsWith('late-result'));
    expect(told.at(-1)).toMatch(/^closed/);
  });
});

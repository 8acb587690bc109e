import { losses } from './scenarios/losses.ts';
import { returns } from './scenarios/returns.ts';

/** At least one way to each ending of a case. */
export const scenarios = { ...returns, ...losses };

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as ScenarioName[];

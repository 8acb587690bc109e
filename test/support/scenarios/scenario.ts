import type { Outcome } from '../../../domain/words.ts';
import type { Engine } from '../engine.ts';

/** A way that a case can go, driven as people and the sales system would. `run` returns the case's ID. */
export type Scenario = { outcome: Outcome; run: (engine: Engine) => Promise<string> };

import { describe, expect, it } from '@jest/globals';
import {
  consequenceOf,
  secondLifeOutcome,
  type Consequence,
  type Fact,
} from '../../domain/facts.ts';
import { triggers, type Trigger } from '../../domain/words.ts';

/** By kind: before the return in the order of `triggers` (cancellation, dormancy, manual), then after it. */
const meaning: Record<Fact['kind'], { before: Consequence[]; returned: Consequence[] }> = {
  purchase: {
    before: ['regained', 'regained', 'regained'],
    returned: ['noted', 'noted', 'noted'],
  },
  'cancellation-withdrawn': {
    before: ['regained', 'noted', 'noted'],
    returned: ['noted', 'noted', 'noted'],
  },
  cancellation: {
    before: ['noted', 'noted', 'noted'],
    returned: ['lost-again', 'lost-again', 'lost-again'],
  },
  objection: {
    before: ['stopped', 'stopped', 'stopped'],
    returned: ['stopped', 'stopped', 'stopped'],
  },
  death: {
    before: ['stopped', 'stopped', 'stopped'],
    returned: ['stopped', 'stopped', 'stopped'],
  },
  'call-permission': {
    before: ['noted', 'noted', 'noted'],
    returned: ['noted', 'noted', 'noted'],
  },
};
const rows = Object.entries(meaning).flatMap(([kind, { before, returned }]) =>
  triggers.flatMap((trigger, i): [Fact['kind'], string, Trigger, Consequence][] => [
    [kind as Fact['kind'], 'before', trigger, before[i]!],
    [kind as Fact['kind'], 'after', trigger, returned[i]!],
  ]),
);

describe('what a fact means for a case', () => {
  it.each(rows)('%s %s the return, in a case of %s: %s', (kind, when, trigger, consequence) => {
    expect(consequenceOf(kind, { returned: when === 'after', trigger })).toBe(consequence);
  });
});

describe('a second life that was observed to its end', () => {
  it.each([
    ['cancellation-withdrawn', 0, 'loyal-again'],
    ['cancellation-withdrawn', 2, 'loyal-again'],
    ['purchase', 0, 'lost-again'],
    ['purchase', 1, 'loyal-again'],
    ['purchase', 5, 'loyal-again'],
  ] as const)('regained by %s, %i purchases since: %s', (regainedBy, purchasesSince, outcome) => {
    expect(secondLifeOutcome({ regainedBy, purchasesSince })).toBe(outcome);
  });
});

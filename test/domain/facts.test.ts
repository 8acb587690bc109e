import { describe, expect, it } from '@jest/globals';
import {
  consequenceOf,
  secondLifeOutcome,
  type Consequence,
  type Fact,
} from '../../domain/facts.ts';

/** What each kind means in an episode without and with a cancellation, and after the return. */
const meanings: [Fact['kind'], Consequence, Consequence, Consequence][] = [
  ['purchase', 'regained', 'regained', 'noted'],
  ['cancellation-withdrawn', 'noted', 'regained', 'noted'],
  ['cancellation', 'noted', 'noted', 'lost-again'],
  ['objection', 'stopped', 'stopped', 'stopped'],
  ['death', 'stopped', 'stopped', 'stopped'],
  ['permission', 'noted', 'noted', 'noted'],
];

describe.each(meanings)('%s', (kind, uncancelled, cancelled, returned) => {
  it(`means ${uncancelled} where nothing was cancelled`, () => {
    expect(consequenceOf(kind, { returned: false, cancelled: false })).toBe(uncancelled);
  });
  it(`means ${cancelled} where there is a cancellation`, () => {
    expect(consequenceOf(kind, { returned: false, cancelled: true })).toBe(cancelled);
  });
  it.each([false, true])(`means ${returned} after the return (cancelled before: %s)`, (before) => {
    expect(consequenceOf(kind, { returned: true, cancelled: before })).toBe(returned);
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

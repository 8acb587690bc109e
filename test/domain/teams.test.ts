import { describe, expect, it } from '@jest/globals';
import { assigneeAmong, canDo, goesBefore, mayDo, type Demand } from '../../domain/teams.ts';

const anything = { languages: [], tiers: [], products: [] };
const call: Demand = { type: 'recovery-call', language: 'de-AT', tier: 'A', product: 'cloud' };

describe('who can do a task', () => {
  it.each([
    ['somebody without limits', anything, true],
    ['somebody who speaks the language', { ...anything, languages: ['en', 'de'] }, true],
    ['somebody who does not', { ...anything, languages: ['en'] }, false],
    ['somebody for the tier', { ...anything, tiers: ['A' as const] }, true],
    ['somebody for other tiers', { ...anything, tiers: ['C' as const, 'D' as const] }, false],
    ['somebody for the product', { ...anything, products: ['cloud'] }, true],
    ['somebody for another product', { ...anything, products: ['print'] }, false],
  ])('%s', (_, skills, can) => {
    expect(canDo('agent', skills, call)).toBe(can);
  });

  it('needs no skill for what is not known of the customer', () => {
    const skills = { languages: ['en'], tiers: ['A' as const], products: ['print'] };
    const unknown = { ...call, language: null, tier: null, product: null };
    expect(canDo('agent', skills, unknown)).toBe(true);
  });

  it('needs a manager for a manager’s decisions', () => {
    expect(mayDo('agent', 'decide-pursuit')).toBe(false);
    expect(mayDo('manager', 'decide-pursuit')).toBe(true);
    expect(mayDo('manager', 'letter')).toBe(true);
    expect(mayDo('sales-system', 'letter')).toBe(false);
  });
});

describe('whose a new task is', () => {
  const candidates = [
    { keyId: 'anna', load: 3 },
    { keyId: 'carl', load: 1 },
    { keyId: 'bert', load: 1 },
  ];

  it.each([
    ['on-demand', 'anna', null],
    ['continuity', 'anna', 'anna'],
    ['continuity', 'dora', null],
    ['continuity', null, null],
    ['balanced', 'anna', 'anna'],
    ['balanced', 'dora', 'bert'],
    ['balanced', null, 'bert'],
  ] as const)('%s, last worked on by %s: %s', (assignment, lastWorker, assignee) => {
    expect(assigneeAmong(candidates, { assignment, lastWorker })).toBe(assignee);
  });

  it('nobody’s where nobody can', () => {
    expect(assigneeAmong([], { assignment: 'balanced', lastWorker: 'anna' })).toBeNull();
  });
});

it('hands out agreed callbacks first, then by expected gain, then the longest due', () => {
  const waiting = { agreed: false, expectedGain: null, dueAt: '2026-11-02T08:00:00.000Z' };
  const tasks = [
    { ...waiting, taskId: 'unknown gain' },
    { ...waiting, taskId: 'no gain', expectedGain: 0 },
    { ...waiting, taskId: 'gain, later', expectedGain: 5, dueAt: '2026-11-02T08:01:00.000Z' },
    { ...waiting, taskId: 'gain', expectedGain: 5 },
    { ...waiting, taskId: 'agreed', agreed: true },
    { ...waiting, taskId: 'agreed, gain', agreed: true, expectedGain: 1 },
  ];
  expect(tasks.toSorted(goesBefore).map(({ taskId }) => taskId)).toEqual([
    'agreed, gain',
    'agreed',
    'gain',
    'gain, later',
    'no gain',
    'unknown gain',
  ]);
});

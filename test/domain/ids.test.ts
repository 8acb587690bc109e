import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  caseIdOf,
  customerIdPattern,
  recoveryWorkflowId,
  scanWorkflowId,
  taskIdOf,
} from '../../domain/ids.ts';
import { taskTypeNames } from '../../domain/tasks.ts';

describe('a customer ID', () => {
  it.each(['C-1042', '7', 'a.b_c:d-e', 'shop:DE:0001', 'x'.repeat(100)])('may be %s', (id) => {
    expect(id).toMatch(customerIdPattern);
  });

  it.each([
    ['empty', ''],
    ['a mail address', 'erika@example.org'],
    ['with a space', 'Erika Muster'],
    ['with a slash', 'a/b'],
    ['with an umlaut', 'Müller'],
    ['beginning with a hyphen', '-1'],
    ['beginning with a dot', '.hidden'],
    ['with a line break at its end', 'C-1\n'],
    ['of 101 characters', 'x'.repeat(101)],
  ])('may not be %s', (_case, id) => {
    expect(id).not.toMatch(customerIdPattern);
  });
});

describe('IDs made from business keys', () => {
  // Hyphens, digits, `e` and the words of other IDs are where two keys could run together.
  const customerId = fc
    .array(fc.constantFrom('C', '1', '2', '-', '-e1', 'e', '-letter', '-letter-1', 'recovery-'), {
      maxLength: 6,
    })
    .map((parts) => `c${parts.join('')}`);
  const number = fc.integer({ min: 1, max: 30 });
  const type = fc.constantFrom(...taskTypeNames);

  it('read as customer, episode, task type and occurrence', () => {
    const caseId = caseIdOf('C-1042', 2);
    expect(caseId).toBe('C-1042-e2');
    expect(taskIdOf(caseId, 'cause-call', 3)).toBe('C-1042-e2-cause-call-3');
  });

  it('of two cases are equal only for the same customer and episode', () => {
    fc.assert(
      fc.property(customerId, number, customerId, number, (a, i, b, j) => {
        expect(caseIdOf(a, i) === caseIdOf(b, j)).toBe(a === b && i === j);
      }),
      { numRuns: 1_000 },
    );
  });

  it('of two tasks are equal only for the same case, type and occurrence', () => {
    const key = fc.tuple(customerId, number, type, number);
    fc.assert(
      fc.property(key, key, (a, b) => {
        const [first, second] = [a, b].map(([customer, episode, type, occurrence]) =>
          taskIdOf(caseIdOf(customer, episode), type, occurrence),
        );
        expect(first === second).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 1_000 },
    );
  });

  it('give a customer one workflow, whatever the episode, and never that of a scan', () => {
    expect(recoveryWorkflowId('C-1042')).toBe('recovery-C-1042');
    fc.assert(
      fc.property(customerId, customerId, (a, b) => {
        expect(recoveryWorkflowId(a) === recoveryWorkflowId(b)).toBe(a === b);
        expect(recoveryWorkflowId(a)).not.toBe(scanWorkflowId(b));
      }),
    );
  });
});

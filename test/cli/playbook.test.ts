import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulated, type SimulatedMeasure } from '../../cli/playbook/simulation.ts';
import type { Measure } from '../../domain/playbooks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { testPlaybooks } from '../support/playbooks.ts';

const terms = standardPolicy;
const monday = '2026-11-23T07:00:00.000Z';
const walk = (measures: Measure[], refused: 'phone'[] = []) =>
  simulated({ measures }, { terms, at: monday, refused })!;
const leads = ({ results }: SimulatedMeasure, to: string) =>
  results.find(({ result }) => result === to)!;

const measures: Measure[] = [
  {
    ...{ id: 'ask', kind: 'call', afterDays: 1, attempts: 2, retryAfterDays: [1] },
    on: { refused: 'end' },
    instead: { kind: 'letter' },
  },
  { id: 'last', kind: 'letter', afterDays: 3, windowDays: 7 },
];

describe('the walk through a playbook', () => {
  it('has the attempts of a call on working days, each at another time of day', () => {
    expect(walk(measures).dueAt).toEqual(['2026-11-24T09:00:00.000Z', '2026-11-25T16:30:00.000Z']);
  });

  it('follows each result to what it leads to', () => {
    const first = walk(measures);
    expect(leads(first, 'accepted').then).toBeNull();
    expect(leads(first, 'refused').then).toBeNull();
    expect(leads(first, 'not-reached').then).toMatchObject({
      measureId: 'last',
      // Three days after the last attempt: a Saturday, so that it waits for Monday.
      dueAt: ['2026-11-30T08:00:00.000Z'],
    });
  });

  it('does what the playbook has instead of what the customer does not want', () => {
    const first = walk(measures, ['phone']);
    expect(first).toMatchObject({ measureId: 'ask', kind: 'letter' });
    const [call] = measures;
    const without = walk([{ ...call!, instead: { kind: 'call' } }], ['phone']);
    expect(without).toMatchObject({
      dueAt: [],
      results: [{ result: 'not-permitted', then: null }],
    });
  });

  it('goes on at once where an offer may not be made', () => {
    const offer: Measure = {
      ...{ id: 'sweeten', kind: 'offer', afterDays: 2, concession: 'credit', cost: 1 },
      on: { 'not-eligible': 'last' },
    };
    const first = walk([offer, { ...measures[1]!, afterDays: 0 }]);
    expect(leads(first, 'not-eligible').then).toMatchObject({
      ...{ measureId: 'last', dueAt: ['2026-11-23T08:00:00.000Z'] },
    });
  });

  it('ends for every playbook, and says when it is too long to be told', () => {
    for (const playbook of testPlaybooks) {
      expect(simulated(playbook, { terms, at: monday, refused: [] })).not.toBeNull();
    }
    const long: Measure[] = Array.from({ length: 30 }, () => ({ kind: 'call', afterDays: 1 }));
    expect(simulated({ measures: long }, { terms, at: monday, refused: [] })).toBeNull();
  });
});

describe('npm run playbook', () => {
  const root = join(import.meta.dirname, '../..');
  type Run = { exitCode: number; stdout: string; stderr: string };
  const run = (...args: string[]) =>
    new Promise<Run>((resolve) => {
      const script = join(root, 'cli/playbook.ts');
      // Without the flags of the test runner.
      const options = { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } };
      execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) =>
        resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
      );
    });

  it('prints the calendar of a file', async () => {
    const { stdout, exitCode } = await run(
      ...['simulate', 'playbooks/grundlage.yaml', '--id', 'light', '--from', monday],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('\n  (without the limits of contacts');
    expect(stdout).toContain('one-mail (email): Tue, 24 Nov 2026, 09:00');
    expect(stdout).toContain('sent → the measures end');
  });

  it('names the teams that right files name', async () => {
    const { stdout, exitCode } = await run('check', 'playbooks/neglected.yaml');
    expect([exitCode, stdout]).toEqual([
      0,
      '4 playbooks, all right\nTeams that they name: vertrieb; where nobody is in one, the recovery team does its work\n',
    ]);
    const none = await run('check', 'playbooks/no-need.yaml');
    expect(none.stdout).toBe('3 playbooks, all right\n');
  });

  it('says what is wrong with a file and where', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'winback-playbook-'));
    try {
      const file = join(folder, 'own.yaml');
      await writeFile(file, 'playbookId: own\ntitle: Own\nmeasures:\n  - kind: dance\n');
      const { stderr, exitCode } = await run('check', file);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/own\.yaml: measures\.0\.kind must be one of: .* \(line 4\)/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    [['dance'], 'For help'],
    [['simulate'], 'For help'],
    [['simulate', 'nowhere.yaml'], 'no such file'],
    [['simulate', 'playbooks/grundlage.yaml', '--id', 'none'], 'There is no playbook none'],
    [['simulate', 'playbooks/grundlage.yaml', '--from', 'soon'], '--from must be a time'],
    [['simulate', 'playbooks/grundlage.yaml', '--refused', 'fax'], '--refused must be one of'],
    [['--fast'], "Unknown option '--fast'"],
  ])('explains wrong usage: %j', async (args, message) => {
    const { stderr, exitCode } = await run(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from '../../cli/client.ts';
import {
  missingOutcomes,
  outcomeTable,
  timelineLines,
  whatItMeans,
} from '../../cli/demo/epilogue.ts';
import { freePort, prepareFolder } from '../../cli/demo/folder.ts';
import { lockDataDir } from '../../db/lock.ts';

const quietly = { keep: false, onProgress: () => undefined };

describe('the data folder of the demo', () => {
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'winback-demo-folder-'));
    folder = join(parent, 'data');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  test('is made when it is not there, begun anew the next time, and kept when asked to', async () => {
    await prepareFolder(folder, quietly);
    const ofThisRun = join(folder, 'winback.db');
    writeFileSync(ofThisRun, '');
    await prepareFolder(folder, { ...quietly, keep: true });
    expect(existsSync(ofThisRun)).toBe(true);
    await prepareFolder(folder, quietly);
    expect(readdirSync(folder)).toEqual(['made-by-the-demo.txt']);
  });

  test('is never one with other data, kept or not', async () => {
    writeFileSync(join(parent, 'winback.db'), '');
    for (const keep of [false, true]) {
      const refused = prepareFolder(parent, { ...quietly, keep });
      await expect(refused).rejects.toThrow('holds data that the demo did not make');
    }
    expect(readdirSync(parent)).toEqual(['winback.db']);
  });

  test('is not deleted while winback runs on it', async () => {
    await prepareFolder(folder, quietly);
    const lock = lockDataDir(folder);
    try {
      await expect(prepareFolder(folder, quietly)).rejects.toThrow('already runs');
      expect(existsSync(join(folder, 'made-by-the-demo.txt'))).toBe(true);
    } finally {
      lock.release();
    }
  });
});

test('the demo takes another port when somebody has the preferred one', async () => {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await freePort(port, '127.0.0.1')).not.toBe(port);
  server.close();
  await once(server, 'close');
  expect(await freePort(port, '127.0.0.1')).toBe(port);
});

describe('the end of the demo', () => {
  test('tells a timeline by the time since the opening, within the width of the terminal', () => {
    const timeline = [
      { at: '2026-03-24T10:00:00.400Z', text: 'Case opened by dormancy, episode 1' },
      {
        at: '2026-03-24T10:01:05.000Z',
        text: 'Task: Ask why the customer left, attempt 2, due 2026-03-24T10:01:07.000Z',
      },
    ];
    expect(timelineLines('2026-03-24T10:00:00.000Z', timeline, 50)).toEqual([
      '  +0:00  Case opened by dormancy, episode 1',
      '  +1:05  Task: Ask why the customer left, attempt',
      '         2, due +1:07',
    ]);
  });

  test('counts outcomes, names those that are missing, and says that everything is simulated', () => {
    const ended = { status: 'closed', contacted: true, regainedAt: null, controlGroup: false };
    const cases = [
      { ...ended, outcome: 'lost' },
      { ...ended, outcome: 'lost' },
      { ...ended, outcome: 'loyal-again', regainedAt: '2026-03-24T10:00:00.000Z' },
      { ...ended, outcome: 'control-group', controlGroup: true, contacted: false },
      { ...ended, outcome: null, status: 'open', contacted: false },
    ] as Case[];
    expect(outcomeTable(cases)).toMatch(/│ lost +│ +2 │/);
    expect(outcomeTable(cases)).toMatch(/│ \(still open\) +│ +1 │/);
    expect(missingOutcomes(cases)).toEqual([
      'lost-again',
      'not-pursued',
      'stopped',
      'closed-by-manager',
    ]);
    expect(whatItMeans(cases)).toContain('Of 3 customers whom the team reached, 1 came back and 1');
    expect(whatItMeans(cases)).toContain('simulated');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

type Locked = { resolved?: string; optionalDependencies?: Record<string, string> };

const lock = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'),
) as { packages: Record<string, Locked> };
const packages = Object.entries(lock.packages);

/** Whether Node, asked from the package at `path`, would find `name`. */
function isLocked(name: string, path: string): boolean {
  for (
    let from = path;
    ;
    from = from.slice(0, Math.max(0, from.lastIndexOf('node_modules/') - 1))
  ) {
    if (`${from && `${from}/`}node_modules/${name}` in lock.packages) return true;
    if (from === '') return false;
  }
}

describe('package-lock.json', () => {
  test('holds every platform package, so that an install works on the other platforms too', () => {
    const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !isLocked(name, path))
        .map((name) => `${path}: ${name}`),
    );
    expect(packages.some(([, { optionalDependencies }]) => optionalDependencies)).toBe(true);
    expect(missing).toEqual([]);
  });

  test('records no download address, so that any registry can serve it', () => {
    expect(packages.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
  });
});

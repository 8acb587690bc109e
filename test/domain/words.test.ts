import { describe, expect, it } from '@jest/globals';
import { endReasons, taskCloseReasons } from '../../domain/case.ts';
import { errorCodes } from '../../domain/errors.ts';
import { decisionReasons } from '../../domain/identification.ts';
import { taskTypeNames } from '../../domain/tasks.ts';
import { timelineCodes } from '../../domain/timeline.ts';
import * as words from '../../domain/words.ts';

const { isCause, eventTypes, tiers, targetGroups, ...kebab } = words;
const codes = Object.entries({
  ...kebab,
  endReasons,
  taskCloseReasons,
  errorCodes,
  decisionReasons,
  taskTypeNames,
  timelineCodes,
});

describe('the words of the product', () => {
  it.each(codes)('%s are distinct codes in small letters and hyphens', (_name, values) => {
    expect([...new Set<string>(values)]).toEqual(values);
    expect(values.filter((value) => !/^[a-z]+(-[a-z]+)*$/.test(value))).toEqual([]);
  });

  it('rank tiers and target groups', () => {
    expect([...tiers].sort()).toEqual(tiers);
    expect([...targetGroups].sort()).toEqual(targetGroups);
  });

  it('name events of the sales system by subject and what happened', () => {
    expect(eventTypes.filter((type) => !/^[a-z]+\.[a-z]+$/.test(type))).toEqual([]);
  });

  it('tell causes from anything else', () => {
    expect(words.causes.every(isCause)).toBe(true);
    for (const other of ['', 'price', 'Unknown', 'toString', null, undefined, 0, ['unknown']]) {
      expect(isCause(other)).toBe(false);
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  buyingHistory,
  dayOf,
  distinctDays,
  groupHistories,
} from '../../../domain/models/history.ts';

describe('a buying history', () => {
  it('counts two orders of one day as one purchase day', () => {
    const days = distinctDays(['1997-01-18', '1997-01-04T23:59:59Z', '1997-01-04']);
    expect(days).toEqual([dayOf('1997-01-04'), dayOf('1997-01-18')]);
    expect(buyingHistory(days, dayOf('1997-02-01'))).toEqual({ frequency: 1, recency: 2, age: 4 });
  });

  it('of a purchase dated ahead ends with that purchase', () => {
    expect(buyingHistory([10, 24], 20)).toEqual({ frequency: 1, recency: 2, age: 2 });
  });

  it('is counted once with everybody who has the same', () => {
    const one = { frequency: 1, recency: 2, age: 4 };
    const two = { frequency: 0, recency: 0, age: 4 };
    expect(groupHistories([one, two, { ...one }, { ...one }])).toEqual([
      { ...one, customers: 3 },
      { ...two, customers: 1 },
    ]);
  });
});

import { expect, it } from '@jest/globals';
import { curvesOf, triangleOf } from '../../domain/second-life.ts';

it('a triangle counts in each month only those who returned so long ago', () => {
  const stays = [
    { cohort: '2026-02', seen: 2, lostAfter: null, customers: 3 },
    { cohort: '2026-01', seen: 3, lostAfter: null, customers: 5 },
    { cohort: '2026-01', seen: 3, lostAfter: 1, customers: 2 },
    { cohort: '2026-01', seen: 2, lostAfter: 0, customers: 1 },
  ];
  const bought = [{ cohort: '2026-01', month: 2, customers: 4 }];
  expect(triangleOf(stays, bought)).toEqual([
    {
      ...{ cohort: '2026-01', returned: 8 },
      months: [
        { month: 1, of: 8, there: 7, bought: 0 },
        { month: 2, of: 8, there: 5, bought: 4 },
        { month: 3, of: 7, there: 5, bought: 0 },
      ],
    },
    {
      ...{ cohort: '2026-02', returned: 3 },
      months: [
        { month: 1, of: 3, there: 3, bought: 0 },
        { month: 2, of: 3, there: 3, bought: 0 },
      ],
    },
  ]);
  expect(triangleOf([], [])).toEqual([]);
});

it('curves are those of each group, the biggest first', () => {
  const curves = curvesOf([
    { group: 'price', time: 10, ended: true, count: 1 },
    { group: null, time: 30, ended: false, count: 5 },
    { group: 'price', time: 40, ended: false, count: 1 },
  ]);
  expect(curves).toMatchObject([
    { group: null, returned: 5, lostAgain: 0, medianDays: null, steps: [] },
    { group: 'price', returned: 2, lostAgain: 1, medianDays: 10, steps: [{ survival: 0.5 }] },
  ]);
});

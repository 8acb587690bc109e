import { describe, expect, it, test } from '@jest/globals';
import { holidaysOf, knowHolidays } from '../../activities/holidays.ts';
import { isHolidayIn } from '../../db/holidays.ts';
import { nextWorkingMoment } from '../../domain/calendar.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { withDatabase } from '../support/database.ts';

/** By the laws of the states, in 2026. */
const everywhere = [
  ...['01-01', '04-03', '04-06', '05-01', '05-14', '05-25', '10-03', '12-25', '12-26'],
];
const epiphany = '01-06';
const womensDay = '03-08';
const corpusChristi = '06-04';
const assumption = '08-15';
const childrensDay = '09-20';
const reformation = '10-31';
const allSaints = '11-01';
const repentance = '11-18';
const sundays = ['04-05', '05-24'];
const germanRegions: [string, string[]][] = [
  ['DE-BW', [epiphany, corpusChristi, allSaints]],
  ['DE-BY', [epiphany, corpusChristi, allSaints]],
  ['DE-BE', [womensDay]],
  ['DE-BB', [...sundays, reformation]],
  ['DE-HB', [reformation]],
  ['DE-HH', [reformation]],
  ['DE-HE', [corpusChristi]],
  ['DE-MV', [womensDay, reformation]],
  ['DE-NI', [reformation]],
  ['DE-NW', [corpusChristi, allSaints]],
  ['DE-RP', [corpusChristi, allSaints]],
  ['DE-SL', [corpusChristi, assumption, allSaints]],
  ['DE-SN', [reformation, repentance]],
  ['DE-ST', [epiphany, reformation]],
  ['DE-SH', [reformation]],
  ['DE-TH', [childrensDay, reformation]],
  ['DE', []],
];

describe('the public holidays of a year', () => {
  test.each(germanRegions)('in %s', async (region, own) => {
    const days = (await holidaysOf(region, 2026)).map(({ day }) => day.slice(5));
    expect([...new Set(days)].toSorted()).toEqual([...everywhere, ...own].toSorted());
  });

  test.each([
    ['AT', '2026-10-26', '2026-10-03'],
    ['CH-ZH', '2026-08-01', '2026-01-06'],
    ['CH-TI', '2026-01-06', '2026-10-03'],
  ])('in %s have %s and not %s', async (region, holiday, other) => {
    const days = (await holidaysOf(region, 2026)).map(({ day }) => day);
    expect(days).toContain(holiday);
    expect(days).not.toContain(other);
  });

  test.each(['DE-XX', 'QQ', 'DE-BY-QQ'])('of %s nobody knows', async (region) => {
    await expect(holidaysOf(region, 2026)).rejects.toMatchObject({
      code: 'invalid',
      fields: [{ field: 'contact.region' }],
    });
  });
});

describe('what is known of holidays', () => {
  it('is the year that is asked for and the next, once', () =>
    withDatabase(async ({ db }) => {
      for (let i = 0; i < 2; i += 1) await knowHolidays(db, 'DE-TH', '2026-11-20T08:00:00.000Z');
      const known = ['2025-12-25', '2026-09-20', '2027-01-01', '2027-09-20', '2028-01-01'];
      expect(known.filter((day) => isHolidayIn(db, 'DE-TH', day))).toEqual(known.slice(1, 4));
      expect(isHolidayIn(db, 'DE-BY', '2026-09-20')).toBe(false);
    }));

  it('keeps every working day of a year, and no other', () =>
    withDatabase(async ({ db }) => {
      await knowHolidays(db, 'DE-BY', '2026-01-01T00:00:00.000Z');
      const { timeZone, contact } = standardPolicy;
      const isHoliday = (day: string) => isHolidayIn(db, 'DE-BY', day);
      const company = { timeZone, hours: contact.hours, isHoliday };
      const days = Array.from({ length: 365 }, (_, i) =>
        new Date(Date.UTC(2026, 0, 1 + i, 4)).toISOString(),
      );
      const worked = days.filter(
        (day) => nextWorkingMoment(day, company).slice(0, 10) === day.slice(0, 10),
      );
      // 261 weekdays; of the 12 holidays three are a Saturday or Sunday (3 October, 1 November, 26 December).
      expect(worked).toHaveLength(261 - 9);
      expect(nextWorkingMoment('2026-12-24T18:30:00.000Z', company)).toBe(
        '2026-12-28T08:00:00.000Z',
      );
    }));
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { localDay, nextWorkingMoment, opensBeforeCloses } from '../../domain/calendar.ts';
import type { BusinessHours } from '../../domain/policy.ts';

const weekdays = [1, 2, 3, 4, 5];
const everyDay = [1, 2, 3, 4, 5, 6, 7];
const officeHours = { workDays: weekdays, opensAt: '09:00', closesAt: '19:00' };
const berlin = { timeZone: 'Europe/Berlin', hours: officeHours };

// 2026-03-24 is a Tuesday; Berlin is one hour ahead of UTC in winter, two in summer.
describe('the next working moment', () => {
  it.each([
    ['during working hours is at once', '2026-03-24T10:17:05.123Z', '2026-03-24T10:17:05.123Z'],
    ['at opening is at once', '2026-03-24T08:00:00.000Z', '2026-03-24T08:00:00.000Z'],
    ['before opening is the opening', '2026-03-24T03:00:00.000Z', '2026-03-24T08:00:00.000Z'],
    [
      'a millisecond before closing is at once',
      '2026-03-24T17:59:59.999Z',
      '2026-03-24T17:59:59.999Z',
    ],
    ['at closing is the next morning', '2026-03-24T18:00:00.000Z', '2026-03-25T08:00:00.000Z'],
    ['late at night is the next morning', '2026-03-24T22:59:00.000Z', '2026-03-25T08:00:00.000Z'],
    [
      'after midnight here, before it in UTC, is the same morning',
      '2026-03-24T23:30:00.000Z',
      '2026-03-25T08:00:00.000Z',
    ],
    ['on Friday evening is Monday', '2026-03-20T18:30:00.000Z', '2026-03-23T08:00:00.000Z'],
    ['on Saturday is Monday', '2026-03-21T10:00:00.000Z', '2026-03-23T08:00:00.000Z'],
    ['on Sunday is Monday', '2026-03-22T10:00:00.000Z', '2026-03-23T08:00:00.000Z'],
  ])('%s', (_case, notBefore, expected) => {
    expect(nextWorkingMoment(notBefore, berlin)).toBe(expected);
  });

  it('comes in UTC, also for a time in another zone', () => {
    expect(nextWorkingMoment('2026-03-24T11:00:00+02:00', berlin)).toBe('2026-03-24T09:00:00.000Z');
  });

  it('waits almost a week when only one day is worked and it is over', () => {
    const mondays = { ...berlin, hours: { ...officeHours, workDays: [1] } };
    expect(nextWorkingMoment('2026-03-23T18:00:00.000Z', mondays)).toBe('2026-03-30T07:00:00.000Z');
  });

  it('follows the working days of the policy, not the week of the West', () => {
    const cairo = {
      timeZone: 'Africa/Cairo',
      hours: { ...officeHours, workDays: [7, 1, 2, 3, 4] },
    };
    // Thursday evening there; Friday and Saturday are off.
    expect(nextWorkingMoment('2026-03-19T18:00:00.000Z', cairo)).toBe('2026-03-22T07:00:00.000Z');
  });

  it('is at once around the clock', () => {
    expect(nextWorkingMoment('2026-03-21T23:59:59.999Z', { ...berlin, hours: null })).toBe(
      '2026-03-21T23:59:59.999Z',
    );
  });

  it('does not exist without a working day', () => {
    const closed = { ...berlin, hours: { ...officeHours, workDays: [] } };
    expect(() => nextWorkingMoment('2026-03-24T10:00:00.000Z', closed)).toThrow(RangeError);
  });
});

describe('the next working moment at a preferred time of day', () => {
  it.each([
    ['is later the same day', '2026-03-24T08:00:00.000Z', '17:30', '2026-03-24T16:30:00.000Z'],
    [
      'is at once at that very time',
      '2026-03-24T09:00:00.000Z',
      '10:00',
      '2026-03-24T09:00:00.000Z',
    ],
    [
      'is the next day once passed',
      '2026-03-24T09:00:00.001Z',
      '10:00',
      '2026-03-25T09:00:00.000Z',
    ],
    [
      'is Monday when Friday’s has passed',
      '2026-03-20T13:00:00.000Z',
      '13:00',
      '2026-03-23T12:00:00.000Z',
    ],
    [
      'is Monday when asked on Saturday',
      '2026-03-21T01:00:00.000Z',
      '10:00',
      '2026-03-23T09:00:00.000Z',
    ],
  ])('%s', (_case, notBefore, preferred, expected) => {
    expect(nextWorkingMoment(notBefore, berlin, preferred)).toBe(expected);
  });

  it('is at that time around the clock as well, on any day', () => {
    const aroundTheClock = { ...berlin, hours: null };
    // Saturday noon, then Saturday night
    expect(nextWorkingMoment('2026-03-21T11:00:00.000Z', aroundTheClock, '17:30')).toBe(
      '2026-03-21T16:30:00.000Z',
    );
    expect(nextWorkingMoment('2026-03-21T20:00:00.000Z', aroundTheClock, '17:30')).toBe(
      '2026-03-22T16:30:00.000Z',
    );
  });
});

describe('daylight saving in Berlin', () => {
  it('opens an hour earlier in UTC after the clocks went forward', () => {
    expect(nextWorkingMoment('2026-03-27T18:30:00.000Z', berlin)).toBe('2026-03-30T07:00:00.000Z');
  });

  it('opens an hour later in UTC after the clocks went back', () => {
    expect(nextWorkingMoment('2026-10-23T18:00:00.000Z', berlin)).toBe('2026-10-26T08:00:00.000Z');
  });

  it('keeps a preferred time of day on both sides of a change', () => {
    expect(nextWorkingMoment('2026-03-27T10:00:00.000Z', berlin, '10:00')).toBe(
      '2026-03-30T08:00:00.000Z',
    );
    expect(nextWorkingMoment('2026-10-23T09:00:00.000Z', berlin, '10:00')).toBe(
      '2026-10-26T09:00:00.000Z',
    );
  });

  const night = {
    timeZone: 'Europe/Berlin',
    hours: { workDays: everyDay, opensAt: '02:30', closesAt: '06:00' },
  };

  it('moves an opening that the clocks skip by the hour that is missing', () => {
    expect(nextWorkingMoment('2026-03-28T23:00:00.000Z', night)).toBe('2026-03-29T01:30:00.000Z');
  });

  it('opens once, at the first of two equal times', () => {
    expect(nextWorkingMoment('2026-10-24T22:00:00.000Z', night)).toBe('2026-10-25T00:30:00.000Z');
    // 02:10 for the second time: open since 02:30 for the first time
    expect(nextWorkingMoment('2026-10-25T01:10:00.000Z', night)).toBe('2026-10-25T01:10:00.000Z');
  });
});

describe('in other zones', () => {
  it.each([
    ['New York', 'America/New_York', '2026-03-24T12:00:00.000Z', '2026-03-24T13:00:00.000Z'],
    [
      'Kathmandu, 5:45 ahead',
      'Asia/Kathmandu',
      '2026-03-24T00:00:00.000Z',
      '2026-03-24T03:15:00.000Z',
    ],
    // Sunday in UTC is Monday there.
    [
      'Auckland, a day ahead',
      'Pacific/Auckland',
      '2026-03-22T18:00:00.000Z',
      '2026-03-22T20:00:00.000Z',
    ],
    // Saturday in UTC is Friday there.
    [
      'Honolulu, a day behind',
      'Pacific/Honolulu',
      '2026-03-21T02:00:00.000Z',
      '2026-03-21T02:00:00.000Z',
    ],
    // On 2026-04-24 clocks in Cairo skip the hour after midnight.
    [
      'a day that begins at 01:00',
      'Africa/Cairo',
      '2026-04-24T00:00:00.000Z',
      '2026-04-24T06:00:00.000Z',
    ],
  ])('%s, the company opens by its own clock', (_case, timeZone, notBefore, expected) => {
    expect(nextWorkingMoment(notBefore, { timeZone, hours: officeHours })).toBe(expected);
  });
});

describe('where the clocks skip midnight', () => {
  it('the day begins at one', () => {
    const day = { day: '2026-03-07', weekday: 6, hour: 19, nextDayAt: '2026-03-08T05:00:00.000Z' };
    expect(localDay('2026-03-08T00:00:00.000Z', 'America/Havana')).toEqual(day);
  });
});

describe('whenever and wherever, the next working moment', () => {
  // No zone here changes its clocks between four in the morning and midnight.
  const timeZone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'Europe/London',
    'America/New_York',
    'America/St_Johns',
    'Africa/Cairo',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
    'Pacific/Honolulu',
  );
  const clock = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  const hours = fc
    .record({
      workDays: fc.subarray(everyDay, { minLength: 1 }),
      times: fc.uniqueArray(fc.integer({ min: 4 * 60, max: 24 * 60 - 1 }), {
        minLength: 3,
        maxLength: 3,
      }),
    })
    .map(({ workDays, times }) => {
      const [opens, between, closes] = times.sort((a, b) => a - b).map(clock);
      return { hours: { workDays, opensAt: opens!, closesAt: closes! }, between: between! };
    });
  const request = fc
    .record({
      notBefore: fc.date({
        min: new Date('2020-01-01T00:00:00Z'),
        max: new Date('2036-01-01T00:00:00Z'),
        noInvalidDate: true,
      }),
      timeZone,
      hours,
      prefers: fc.boolean(),
    })
    .map(({ notBefore, timeZone, hours: { hours, between }, prefers }) => ({
      notBefore: notBefore.toISOString(),
      company: { timeZone, hours },
      preferred: prefers ? between : undefined,
    }));

  /** By the clock on the wall there, to the millisecond, read without the calendar's own arithmetic. */
  function isWorkedAt(
    at: string,
    { timeZone, hours }: { timeZone: string; hours: BusinessHours },
    preferred?: string,
  ): boolean {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    }).formatToParts(new Date(at));
    const part = (type: string) => parts.find((p) => p.type === type)!.value;
    const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part('weekday')) + 1;
    const time = `${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}`;
    return (
      hours.workDays.includes(day) &&
      (preferred === undefined
        ? time >= hours.opensAt && time < hours.closesAt
        : time === `${preferred}:00.000`)
    );
  }

  it('is never before the moment asked for, and within a week and a day', () => {
    fc.assert(
      fc.property(request, ({ notBefore, company, preferred }) => {
        const waits =
          Date.parse(nextWorkingMoment(notBefore, company, preferred)) - Date.parse(notBefore);
        expect(waits).toBeGreaterThanOrEqual(0);
        expect(waits).toBeLessThan(8 * 86_400_000);
      }),
    );
  });

  it('is within working hours, and at the preferred time of day', () => {
    fc.assert(
      fc.property(request, ({ notBefore, company, preferred }) => {
        const at = nextWorkingMoment(notBefore, company, preferred);
        expect([at, isWorkedAt(at, company, preferred)]).toEqual([at, true]);
      }),
    );
  });

  it('is the first: nothing before it would have done', () => {
    // Any moment before it, and its own time of day on the days before, whichever way the clocks changed.
    const earlier = fc.oneof(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map((share) => ({ share })),
      fc
        .tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom(-60, -30, 0, 30, 60))
        .map(([days, minutes]) => ({ ms: days * 86_400_000 + minutes * 60_000 })),
    );
    fc.assert(
      fc.property(request, earlier, ({ notBefore, company, preferred }, by) => {
        const at = Date.parse(nextWorkingMoment(notBefore, company, preferred));
        const from = Date.parse(notBefore);
        const before = 'ms' in by ? at - by.ms : Math.floor(from + (at - from) * by.share);
        fc.pre(before >= from && before < at);
        const moment = new Date(before).toISOString();
        expect([moment, isWorkedAt(moment, company, preferred)]).toEqual([moment, false]);
      }),
      { numRuns: 300 },
    );
  });

  it('of such a moment is that moment', () => {
    fc.assert(
      fc.property(request, ({ notBefore, company, preferred }) => {
        const at = nextWorkingMoment(notBefore, company, preferred);
        expect(nextWorkingMoment(at, company, preferred)).toBe(at);
      }),
    );
  });
});

describe('working hours', () => {
  it.each([
    ['09:00', '19:00', true],
    ['08:59', '09:00', true],
    ['09:10', '09:20', true],
    ['09:00', '09:00', false],
    ['19:00', '09:00', false],
    ['00:00', '23:59', true],
  ])('from %s to %s make sense: %s', (opensAt, closesAt, makesSense) => {
    expect(opensBeforeCloses({ opensAt, closesAt })).toBe(makesSense);
  });
});

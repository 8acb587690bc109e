import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextWorkingMoment, workingTimeAfter, workingTimeBefore } from '../../domain/calendar.ts';
import { after, before, type Duration } from '../../domain/duration.ts';

const hours = { workDays: [1, 2, 3, 4, 5], opensAt: '09:00', closesAt: '19:00' };
const berlin = { timeZone: 'Europe/Berlin', hours };
const aroundTheClock = { timeZone: 'Europe/Berlin', hours: null };
const christmas = {
  ...berlin,
  isHoliday: (day: string) => ['2026-12-25', '2026-12-26', '2027-01-01'].includes(day),
};
const utc = (time: string) => `${time}:00.000Z`;

// 2026-03-23 is a Monday, 2026-03-20 a Friday; Berlin is one hour ahead of UTC.
describe('working time before', () => {
  it.each([
    ['an hour on the same day', '1h', '2026-03-24T11:00', '2026-03-24T10:00'],
    ['an hour over the night', '1h', '2026-03-24T08:30', '2026-03-23T17:30'],
    ['an hour over the weekend', '1h', '2026-03-23T08:30', '2026-03-20T17:30'],
    ['an hour before the night', '1h', '2026-03-24T22:00', '2026-03-24T17:00'],
    ['an hour before the opening', '1h', '2026-03-24T05:00', '2026-03-23T17:00'],
    ['an hour on Sunday', '1h', '2026-03-22T10:00', '2026-03-20T17:00'],
    ['more hours than a day has', '15h', '2026-03-24T10:00', '2026-03-20T15:00'],
    ['exactly since the opening', '2h', '2026-03-24T10:00', '2026-03-24T08:00'],
    ['a day', '1d', '2026-03-24T10:00', '2026-03-23T10:00'],
    ['a day over the weekend', '1d', '2026-03-23T17:50', '2026-03-20T17:50'],
    ['a day on Saturday', '1d', '2026-03-21T10:00', '2026-03-19T18:00'],
    ['days over the change to summer time', '1d', '2026-03-30T09:00', '2026-03-27T10:00'],
  ])('%s', (_, duration, at, expected) => {
    expect(workingTimeBefore(utc(at), duration as Duration, berlin)).toBe(utc(expected));
  });

  it('a task due on Friday evening is not overdue on Saturday, but on Monday evening', () => {
    const due = '2026-03-20T17:50:00.000Z';
    const isOverdue = (at: string) => due < workingTimeBefore(at, '1d', berlin);
    expect(isOverdue('2026-03-21T18:00:00.000Z')).toBe(false);
    expect(isOverdue('2026-03-23T17:49:00.000Z')).toBe(false);
    expect(isOverdue('2026-03-23T17:51:00.000Z')).toBe(true);
  });

  it('is time by the clock where the company works around it', () => {
    const at = '2026-03-23T03:00:00.000Z';
    expect(workingTimeBefore(at, '36h', aroundTheClock)).toBe(before(at, '36h'));
  });

  it.each([
    ['1d', '2026-12-28T09:00', '2026-12-24T09:00'],
    ['1d', '2026-12-25T09:00', '2026-12-23T18:00'],
    ['4h', '2026-12-28T09:00', '2026-12-24T15:00'],
  ])('leaves holidays out: %s before %s', (duration, at, expected) => {
    expect(workingTimeBefore(utc(at), duration as Duration, christmas)).toBe(utc(expected));
  });

  it('never runs backwards, and is never less than the time by the clock', () => {
    const moment = fc
      .integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) })
      .map((ms) => new Date(ms).toISOString());
    const duration = fc
      .tuple(fc.integer({ min: 1, max: 80 }), fc.constantFrom('s', 'm', 'h', 'd'))
      .map(([n, unit]): Duration => `${n}${unit}`);
    fc.assert(
      fc.property(moment, moment, duration, (a, b, length) => {
        const [first, second] = [a, b].sort() as [string, string];
        const from = workingTimeBefore(first, length, berlin);
        expect(from <= workingTimeBefore(second, length, berlin)).toBe(true);
        // A day can have an hour less by the clock.
        expect(Date.parse(from)).toBeLessThanOrEqual(Date.parse(before(first, length)) + 3_600_000);
      }),
      { numRuns: 200 },
    );
  });
});

describe('working time after', () => {
  it.each([
    ['an hour on the same day', '1h', '2026-03-24T10:00', '2026-03-24T11:00'],
    ['an hour over the night', '1h', '2026-03-23T17:30', '2026-03-24T08:30'],
    ['an hour over the weekend', '1h', '2026-03-20T17:30', '2026-03-23T08:30'],
    ['an hour after the closing', '1h', '2026-03-24T22:00', '2026-03-25T09:00'],
    ['an hour before the opening', '1h', '2026-03-24T05:00', '2026-03-24T09:00'],
    ['more hours than a day has', '15h', '2026-03-20T15:00', '2026-03-24T10:00'],
    ['exactly until the closing', '3h', '2026-03-24T15:00', '2026-03-24T18:00'],
    ['a day over the weekend', '1d', '2026-03-20T17:50', '2026-03-23T17:50'],
    ['a day on Saturday', '1d', '2026-03-21T10:00', '2026-03-24T08:00'],
    ['days over the change to summer time', '1d', '2026-03-27T10:00', '2026-03-30T09:00'],
    ['a day over Christmas', '1d', '2026-12-24T09:00', '2026-12-28T09:00'],
    ['hours over Christmas', '4h', '2026-12-24T15:00', '2026-12-28T09:00'],
  ])('%s', (_, duration, at, expected) => {
    expect(workingTimeAfter(utc(at), duration as Duration, christmas)).toBe(utc(expected));
  });

  it('is time by the clock where the company works around it', () => {
    const at = '2026-03-23T03:00:00.000Z';
    expect(workingTimeAfter(at, '36h', aroundTheClock)).toBe(after(at, '36h'));
  });

  it('needs a day that is worked', () => {
    const closed = { ...berlin, isHoliday: () => true };
    expect(() => workingTimeAfter(utc('2026-03-24T10:00'), '1h', closed)).toThrow(RangeError);
  });

  const moment = fc
    .integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 1) })
    .map((ms) => new Date(ms).toISOString());
  const duration = fc
    .tuple(fc.integer({ min: 1, max: 80 }), fc.constantFrom('s', 'm', 'h', 'd'))
    .map(([n, unit]): Duration => `${n}${unit}`);

  it('is taken back by the same time before, from any moment at which the company works', () => {
    fc.assert(
      fc.property(moment, duration, (any, length) => {
        const at = nextWorkingMoment(any, christmas);
        const later = workingTimeAfter(at, length, christmas);
        expect(workingTimeBefore(later, length, christmas)).toBe(at);
        // The moment of closing is the same as that of the next opening, which comes out.
        const earlier = workingTimeBefore(at, length, christmas);
        const open = nextWorkingMoment(workingTimeAfter(earlier, length, christmas), christmas);
        expect(open).toBe(at);
      }),
      { numRuns: 300 },
    );
  });

  it('never runs backwards, and ends when the company works or just closes', () => {
    fc.assert(
      fc.property(moment, moment, duration, (a, b, length) => {
        const [first, second] = [a, b].sort() as [string, string];
        const [early, late] = [first, second].map((at) => workingTimeAfter(at, length, christmas));
        expect(early! <= late!).toBe(true);
        const justBefore = new Date(Date.parse(early!) - 1).toISOString();
        const isOpen = [early!, justBefore].some((at) => nextWorkingMoment(at, christmas) === at);
        expect(isOpen).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

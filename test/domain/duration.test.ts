import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { after, durationMs, earliest, latest, type Duration } from '../../domain/duration.ts';

const moment = fc
  .date({
    min: new Date('1990-01-01T00:00:00Z'),
    max: new Date('2100-01-01T00:00:00Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const duration = fc
  .tuple(fc.nat(999_999), fc.constantFrom('s', 'm', 'h', 'd'))
  .map(([count, unit]): Duration => `${count}${unit}`);

describe('a duration', () => {
  it.each<[Duration, number]>([
    ['0s', 0],
    ['20s', 20_000],
    ['15m', 900_000],
    ['4h', 14_400_000],
    ['90d', 7_776_000_000],
    ['999999d', 86_399_913_600_000],
  ])('%s is %i milliseconds', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    '',
    'd',
    '90',
    '1.5d',
    '-1d',
    '1e3s',
    '1w',
    '1D',
    ' 1d',
    '1d ',
    '1d\n',
    '1d2h',
    '1000000s',
    'Infinityd',
  ])('%j is none and is refused by name', (text) => {
    expect(() => durationMs(text as Duration)).toThrow(RangeError);
    expect(() => durationMs(text as Duration)).toThrow(`"${text}"`);
  });
});

describe('the moment after a duration', () => {
  it('takes a day as 24 hours, even when the clocks change', () => {
    expect(after('2026-03-28T12:00:00.000Z', '1d')).toBe('2026-03-29T12:00:00.000Z');
    expect(after('2026-10-24T12:00:00.000Z', '2d')).toBe('2026-10-26T12:00:00.000Z');
  });

  it('passes the ends of months, leap days and years', () => {
    expect(after('2028-02-28T23:59:59.500Z', '1s')).toBe('2028-02-29T00:00:00.500Z');
    expect(after('2026-12-31T23:00:00.000Z', '90m')).toBe('2027-01-01T00:30:00.000Z');
  });

  it('comes in UTC, also for a time in another zone', () => {
    expect(after('2026-03-24T18:30:00+02:00', '4h')).toBe('2026-03-24T20:30:00.000Z');
  });

  it('is later by exactly the duration', () => {
    fc.assert(
      fc.property(moment, duration, (at, length) => {
        expect(Date.parse(after(at, length)) - Date.parse(at)).toBe(durationMs(length));
      }),
    );
  });
});

describe('of two moments', () => {
  it('the latest and the earliest are those of the clock', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        expect(Date.parse(latest(a, b))).toBe(Math.max(Date.parse(a), Date.parse(b)));
        expect(Date.parse(earliest(a, b))).toBe(Math.min(Date.parse(a), Date.parse(b)));
      }),
    );
  });
});

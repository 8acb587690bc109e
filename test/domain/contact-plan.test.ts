import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { localDay, timeZonesOf } from '../../domain/calendar.ts';
import { clockOfCustomer, planOf, type ContactSurroundings } from '../../domain/contact-plan.ts';
import type { Policy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';

// 2026-03-24 is a Tuesday, at 09:00 in Berlin.
const at = '2026-03-24T08:00:00.000Z';
const silent: ContactSurroundings = {
  ...{ at, timeZone: null, country: 'DE', contacts: [] },
  isHoliday: () => false,
  plannedInHour: () => 0,
  answers: { all: [], own: [] },
};
const call = { notBefore: at, channel: 'phone', attempt: 1, agreed: false } as const;
const terms = (contact: Partial<Policy['contact']> = {}) => ({
  timeZone: standardPolicy.timeZone,
  contact: { ...standardPolicy.contact, ...contact },
});
const dueAt = (
  asked: Partial<Parameters<typeof planOf>[0]>,
  around: Partial<ContactSurroundings> = {},
  contact: Partial<Policy['contact']> = {},
) => planOf({ ...call, ...asked }, terms(contact), { ...silent, ...around })?.dueAt;

describe('the clock of a country', () => {
  it.each([
    ['DE', 'Europe/Berlin'],
    ['AT', 'Europe/Vienna'],
    ['CH', 'Europe/Zurich'],
    ['GB', 'Europe/London'],
    ['ES', null],
    ['US', null],
    ['XX', null],
  ])('%s is %s', (country, zone) => {
    expect(clockOfCustomer({ timeZone: null, country })).toBe(zone);
  });
});

describe('a customer of whom the country is known alone', () => {
  // By New York's clock; in Honolulu, which is five or six hours behind, it is 09:00 at 14:00 or 15:00 there.
  const american = {
    timeZone: 'America/New_York',
    contact: { ...standardPolicy.contact, region: undefined },
  };
  const planned = (country: string, asked: { notBefore?: string; attempt?: number } = {}) =>
    planOf({ ...call, ...asked }, american, { ...silent, country })?.dueAt;

  it('is called in hours that are decent by all its clocks', () => {
    const decent = standardPolicy.contact.customerHours!;
    for (const country of ['US', 'AU', 'BR', 'CA', 'ES', 'ID', 'MX', 'NZ', 'PT', 'RU']) {
      const company = { timeZone: timeZonesOf(country)[0]!, contact: american.contact };
      const moments = [1, 2, 3].map((attempt) =>
        planOf({ ...call, attempt }, company, { ...silent, country }),
      );
      for (const moment of moments.filter((one) => one !== null)) {
        for (const zone of timeZonesOf(country)) {
          const { hour } = localDay(moment.dueAt, zone);
          expect({ country, zone, decent: hour >= Number(decent.opensAt.slice(0, 2)) }).toEqual({
            ...{ country, zone, decent: true },
          });
          expect(hour).toBeLessThan(Number(decent.closesAt.slice(0, 2)));
        }
      }
    }
    expect(planned('US')).toBe('2026-03-24T21:30:00.000Z');
    expect(planned('US', { attempt: 3 })).toBe('2026-03-24T21:30:00.000Z');
  });

  it('is not called where no hour suits all of them and the company', () => {
    // Once both have moved their clocks, 09:00 is 19:00 in Auckland and 19:45 on the Chatham Islands.
    expect(dueAt({}, { country: 'NZ' })).toBe('2026-04-06T07:00:00.000Z');
    expect(dueAt({}, { country: 'US' })).toBe(undefined);
    expect(dueAt({}, { country: 'US', timeZone: 'America/New_York' })).toBeDefined();
    expect(dueAt({ channel: 'letter' }, { country: 'US' })).toBe(at);
    expect(dueAt({}, { country: 'ES' })).toBe('2026-03-24T09:00:00.000Z');
  });
});

describe('a call', () => {
  it('comes at another time of day with every attempt', () => {
    const times = [1, 2, 3, 4].map((attempt) => dueAt({ attempt }));
    expect(times.map((time) => time?.slice(11, 16))).toEqual(['09:00', '16:30', '12:00', '09:00']);
  });

  it('is never planned for the past: what an outage has held up begins now', () => {
    expect(dueAt({ notBefore: '2026-01-05T08:00:00.000Z' })).toBe('2026-03-24T09:00:00.000Z');
  });

  it('leaves holidays out', () => {
    const isHoliday = (day: string) => day === '2026-03-24';
    expect(dueAt({}, { isHoliday })).toBe('2026-03-25T09:00:00.000Z');
    expect(dueAt({}, { isHoliday }, { region: undefined })).toBe('2026-03-24T09:00:00.000Z');
  });

  it('agreed with the customer is moved by nothing', () => {
    const notBefore = '2026-03-29T20:17:00.000Z';
    const around = { isHoliday: () => true, plannedInHour: () => 99, contacts: [at, at, at] };
    expect(dueAt({ notBefore, agreed: true }, around)).toBe(notBefore);
  });

  it.each([
    // The company works from 08:00 to 18:00 UTC; New York's decent hours begin at 13:00 UTC.
    ['America/New_York', '2026-03-24T14:00:00.000Z'],
    // 10:00 there is 02:00 UTC, 13:00 is 05:00: only 17:30 is within the company's hours.
    ['Asia/Shanghai', '2026-03-24T09:30:00.000Z'],
    ['Europe/London', '2026-03-24T10:00:00.000Z'],
  ])('to a customer in %s is due at %s', (timeZone, expected) => {
    expect(dueAt({}, { timeZone })).toBe(expected);
  });

  it('does not exist where company and customer have no hour in common', () => {
    expect(dueAt({}, { timeZone: 'Pacific/Honolulu' })).toBe(undefined);
    expect(dueAt({ channel: 'letter' }, { timeZone: 'Pacific/Honolulu' })).toBe(at);
  });

  it.each([
    ['goes forward', '2026-03-27T18:30:00.000Z', '2026-03-30T08:00:00.000Z'],
    ['goes back', '2026-10-23T18:30:00.000Z', '2026-10-26T09:00:00.000Z'],
  ])('keeps its local time of day when the clock %s', (_case, notBefore, expected) => {
    expect(dueAt({ notBefore })).toBe(expected);
  });
});

describe('the limits', () => {
  it('leave a customer alone for the rest of the day', () => {
    expect(dueAt({}, { contacts: [at] })).toBe('2026-03-25T09:00:00.000Z');
    expect(dueAt({ channel: 'letter' }, { contacts: [at] })).toBe('2026-03-25T08:00:00.000Z');
    expect(dueAt({ channel: null }, { contacts: [at] })).toBe(at);
  });

  it('and for the rest of seven days after three contacts', () => {
    const contacts = [19, 20, 23].map((day) => `2026-03-${day}T10:00:00.000Z`);
    expect(dueAt({}, { contacts })).toBe('2026-03-26T09:00:00.000Z');
  });

  it('spread what comes at once over the hours that have room', () => {
    const planned = new Map<string, number>();
    const plannedInHour = (hour: string) => planned.get(hour) ?? 0;
    const due = Array.from({ length: 130 }, () => {
      const moment = dueAt({ notBefore: '2026-01-05T08:00:00.000Z' }, { plannedInHour })!;
      planned.set(moment.slice(0, 13), plannedInHour(moment.slice(0, 13)) + 1);
      return moment;
    });
    expect(Math.max(...planned.values())).toBe(20);
    expect(due.toSorted()).toEqual(due);
    expect(due.at(-1)).toBe('2026-03-24T15:00:00.000Z');
  });
});

describe('the time of day', () => {
  const hours = (hour: number, calls: number, answered: number) =>
    [1, 2, 3, 4, 5].map((weekday) => ({ weekday, hour, calls, answered }));

  it('is the one at which most customers answer', () => {
    const all = [...hours(10, 40, 4), ...hours(17, 40, 24), ...hours(13, 40, 8)];
    expect(dueAt({}, { answers: { all, own: [] } })).toBe('2026-03-24T16:30:00.000Z');
  });

  it('is rather the one at which this customer answers', () => {
    const all = [...hours(10, 40, 4), ...hours(17, 40, 24), ...hours(13, 40, 8)];
    const own = [
      ...Array.from({ length: 4 }, () => ({ hour: 13, calls: 1, answered: 1 })),
      ...Array.from({ length: 4 }, () => ({ hour: 17, calls: 1, answered: 0 })),
    ];
    const plan = planOf(call, terms(), { ...silent, answers: { all, own } })!;
    expect(plan).toEqual({
      dueAt: '2026-03-24T12:00:00.000Z',
      timeOfDay: { time: '13:00', answeredPercent: 60, calls: 44 },
    });
  });

  it('is another one after an attempt without an answer, however good it is', () => {
    const all = [...hours(10, 40, 36), ...hours(17, 40, 4), ...hours(13, 40, 8)];
    const contacts = ['2026-03-23T09:05:00.000Z'];
    expect(dueAt({ attempt: 2 }, { contacts, answers: { all, own: [] } })).toBe(
      '2026-03-24T12:00:00.000Z',
    );
  });

  it('is not decided by a single unlucky call', () => {
    const all = [...hours(10, 40, 4), ...hours(17, 40, 24), ...hours(13, 40, 8)];
    const own = [{ hour: 17, calls: 1, answered: 0 }];
    expect(dueAt({}, { answers: { all, own } })).toBe('2026-03-24T16:30:00.000Z');
  });
});

describe('whatever happens', () => {
  const moments = fc
    .date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const count = fc.record({ hour: fc.nat(23), calls: fc.nat(20) });
  const scene = fc.record({
    now: moments,
    delayHours: fc.integer({ min: -2_000, max: 2_000 }),
    attempt: fc.integer({ min: 1, max: 9 }),
    channel: fc.constantFrom('phone' as const, 'visit' as const, 'letter' as const),
    timeZone: fc.constantFrom(null, 'Europe/London', 'America/New_York', 'Asia/Kolkata'),
    ago: fc.array(fc.integer({ min: 0, max: 9 * 24 }), { maxLength: 8 }),
    holidays: fc.array(fc.integer({ min: 1, max: 28 }), { maxLength: 6 }),
    full: fc.array(fc.nat(23), { maxLength: 8 }),
    counts: fc.array(count, { maxLength: 10 }),
    limits: fc.record({
      perDay: fc.integer({ min: 1, max: 3 }),
      perWeek: fc.integer({ min: 1, max: 5 }),
      perCase: fc.constant(9),
      teamPerHour: fc.constant(1),
    }),
  });

  it('a contact is planned in both windows, on no holiday, within every limit and not for the past', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const { now, attempt, channel, limits } = given;
        const shifted = (hours: number) =>
          new Date(Date.parse(now) + hours * 3_600_000).toISOString();
        const contacts = given.ago.map((hours) => shifted(-hours)).toSorted();
        const isHoliday = (day: string) => given.holidays.includes(Number(day.slice(8)));
        const isFull = (hour: string) => given.full.includes(Number(hour.slice(11)));
        const own = given.counts.map(({ hour, calls }) => ({ hour, calls, answered: calls >> 1 }));
        const plan = planOf(
          { notBefore: shifted(given.delayHours), channel, attempt, agreed: false },
          terms({ limits }),
          {
            ...{ at: now, timeZone: given.timeZone, country: 'DE', contacts, isHoliday },
            plannedInHour: (hour) => (isFull(hour) ? 1 : 0),
            answers: { all: [], own },
          },
        );
        // With the hours left over all full there may be none.
        if (plan === null) return;
        const { dueAt } = plan;
        expect(dueAt >= now && dueAt >= shifted(given.delayHours)).toBe(true);
        const here = clock(dueAt, 'Europe/Berlin');
        expect([1, 2, 3, 4, 5]).toContain(here.weekday);
        expect(here.time >= '09:00' && here.time < '19:00').toBe(true);
        expect(isHoliday(here.day)).toBe(false);
        if (channel !== 'letter') {
          const there = clock(dueAt, given.timeZone ?? 'Europe/Berlin');
          expect(there.time >= '09:00' && there.time < '20:00').toBe(true);
        }
        expect(isFull(dueAt.slice(0, 13))).toBe(false);
        const days = contacts.map((moment) => clock(moment, 'Europe/Berlin').day);
        const ageOf = (day: string) => (Date.parse(here.day) - Date.parse(day)) / 86_400_000;
        expect(days.filter((day) => ageOf(day) === 0).length).toBeLessThan(limits.perDay);
        expect(days.filter((day) => ageOf(day) < 7).length).toBeLessThan(limits.perWeek);
      }),
      { numRuns: 150 },
    );
  });

  /** Read without the calendar's own arithmetic. */
  function clock(moment: string, timeZone: string) {
    const format = new Intl.DateTimeFormat('sv-SE', {
      ...{ timeZone, dateStyle: 'short', timeStyle: 'short' },
    });
    const [day, time] = format.format(new Date(moment)).split(' ') as [string, string];
    const weekday = new Date(`${day}T12:00:00Z`).getUTCDay() || 7;
    expect(localDay(moment, timeZone)).toMatchObject({ day, weekday });
    return { day, time, weekday };
  }
});

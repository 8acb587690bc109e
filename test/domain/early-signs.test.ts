import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  answerTo,
  declineOf,
  isTakenBack,
  leftOutReasons,
  whyOf,
  type Background,
  type LeftOutReason,
} from '../../domain/early-signs.ts';
import { demoPolicy, standardPolicy } from '../../domain/standard-policy.ts';
import { earlySigns, type EarlySign } from '../../domain/words.ts';

const limits = standardPolicy.earlySigns;
const { decline } = limits;
const at = '2026-11-02T08:00:00.000Z';

const harmless: Background = {
  deceased: false,
  objected: false,
  cancelled: false,
  caseSince: false,
  lastPurchaseAt: '2026-10-01T10:00:00.000Z',
  purchaseDays: 2,
  closed: [],
  lastTaskAt: null,
  openTasks: 0,
};

function answer(
  known: Partial<Background> = {},
  shown: { sign?: EarlySign; signAt?: string; policy?: typeof limits } = {},
) {
  const { sign = 'cancellation-considered', signAt = at, policy = limits } = shown;
  return answerTo({ sign, signAt }, { ...harmless, ...known }, policy, at);
}

describe('a sign before the loss', () => {
  it.each(earlySigns)('gives a call where the phone is permitted: %s', (sign) => {
    expect(answer({}, { sign })).toEqual({ task: 'prevention-call' });
    expect(answer({ closed: ['email', 'letter'] }, { sign })).toEqual({ task: 'prevention-call' });
  });

  it('gives a letter where the phone is refused, and nothing where letters are refused as well', () => {
    expect(answer({ closed: ['phone', 'email'] })).toEqual({ task: 'prevention-letter' });
    expect(answer({ closed: ['phone', 'letter'] })).toEqual({ leftOut: 'no-channel' });
  });

  const leftOut: [LeftOutReason, ReturnType<typeof answer>][] = [
    ['not-acted-on', answer({}, { policy: { ...limits, actOn: ['declining-rhythm'] } })],
    ['history', answer({}, { signAt: '2026-10-19T07:59:59.999Z' })],
    ['bought-since', answer({ lastPurchaseAt: '2026-11-02T08:00:00.001Z' })],
    ['deceased', answer({ deceased: true })],
    ['objected', answer({ objected: true })],
    ['cancelled', answer({ cancelled: true })],
    ['case', answer({ caseSince: true })],
    ['too-few-purchases', answer({ purchaseDays: 1 })],
    ['no-channel', answer({ closed: ['letter', 'phone'] })],
    ['recently', answer({ lastTaskAt: '2026-08-04T08:00:00.001Z' })],
    ['team-full', answer({ openTasks: 20 })],
  ];

  it.each(leftOut)('is left out: %s', (reason, given) => {
    expect(given).toEqual({ leftOut: reason });
  });

  it('names every reason to leave one out in these tests', () => {
    expect(leftOut.map(([reason]) => reason)).toEqual([...leftOutReasons]);
  });

  it('gives a task up to the very limit', () => {
    expect(answer({ openTasks: 19 })).toEqual({ task: 'prevention-call' });
    expect(answer({ lastTaskAt: '2026-08-04T08:00:00.000Z' })).toHaveProperty('task');
    expect(answer({}, { signAt: '2026-10-19T08:00:00.000Z' })).toHaveProperty('task');
    expect(answer({ lastPurchaseAt: at })).toHaveProperty('task');
  });

  it('of a complaint holds only once nobody has answered in time', () => {
    const sign = 'complaint-unanswered';
    expect(answer({}, { sign, signAt: '2026-10-16T08:00:00.000Z' })).toHaveProperty('task');
    expect(answer({}, { sign, signAt: '2026-10-16T07:59:59.999Z' })).toEqual({
      leftOut: 'history',
    });
  });

  it('of a silence holds whenever it is noticed', () => {
    expect(answer({}, { sign: 'declining-rhythm', signAt: harmless.lastPurchaseAt! })).toEqual({
      task: 'prevention-call',
    });
  });

  it('is taken back by a later purchase, unless it is about a complaint or a permission', () => {
    const by = earlySigns.filter((sign) => isTakenBack({ sign, signAt: at }, '2026-11-02T09:00Z'));
    expect(by).toEqual(['declining-rhythm', 'cancellation-considered']);
    expect(by.filter((sign) => isTakenBack({ sign, signAt: at }, at))).toEqual([]);
  });

  it('can be acted on by both policies, and within limits', () => {
    for (const { earlySigns: own } of [standardPolicy, demoPolicy]) {
      expect(own.actOn).toEqual([...earlySigns]);
      expect(own.openAtMost).toBeGreaterThan(0);
      expect(own.decline.longestFactor).toBeGreaterThan(1);
    }
  });
});

describe('why there is a preventive task', () => {
  const why = (sign: EarlySign, signData = {}, signAt = '2026-03-03T10:00:00.000Z') =>
    whyOf({ sign, signAt, signData }, 'Europe/Berlin');

  it('is told in plain words', () => {
    const data = { usualDays: 21, longestDays: 30, silentDays: 40 };
    expect([
      why('declining-rhythm', data),
      why('complaint-unanswered'),
      why('permission-withdrawn', { channel: 'phone' }),
      why('cancellation-considered'),
      why('low-satisfaction', { score: 2 }),
    ]).toEqual([
      'Silent since 3 March 2026, clearly longer than ever before: bought every 21 days, after 30 at the latest',
      'Complained on 3 March 2026 and had no answer',
      'Withdrew the leave for contact by phone on 3 March 2026',
      'Looked at the cancellation page on 3 March 2026',
      'Gave us 2 of 10 points on 3 March 2026',
    ]);
  });

  it("names the day of the company's own clock", () => {
    const late = '2026-03-03T23:30:00.000Z';
    expect(why('cancellation-considered', {}, late)).toContain('4 March 2026');
  });

  it('is nothing for a task of a case', () => {
    expect(whyOf({ sign: null, signAt: null, signData: null }, 'Europe/Berlin')).toBeNull();
  });
});

describe('a rhythm', () => {
  const monthly = [0, 30, 60, 90];

  it('slows down when the silence is clearly longer than any before', () => {
    expect(declineOf(monthly, 90 + 37, decline)).toBeNull();
    expect(declineOf(monthly, 90 + 38, decline)).toEqual({
      usualDays: 30,
      longestDays: 30,
      silentDays: 38,
    });
  });

  it('of somebody who has once been silent for long is measured against that', () => {
    const once = [0, 10, 20, 100, 110];
    expect(declineOf(once, 110 + 100, decline)).toBeNull();
    expect(declineOf(once, 110 + 101, decline)).toEqual({
      usualDays: 10,
      longestDays: 80,
      silentDays: 101,
    });
  });

  it('takes enough purchase days and a silence worth the name', () => {
    expect(declineOf([0, 30, 60], 160, decline)).toBeNull();
    const daily = [0, 1, 2, 3, 4];
    expect(declineOf(daily, 4 + 20, decline)).toBeNull();
    expect(declineOf(daily, 4 + 21, decline)).not.toBeNull();
  });

  const history = fc
    .array(fc.integer({ min: 1, max: 120 }), { minLength: 3, maxLength: 12 })
    .map((intervals) => intervals.reduce((days, each) => [...days, days.at(-1)! + each], [0]));

  it('is never made suspicious by one more purchase, nor by a later last one', () => {
    fc.assert(
      fc.property(history, fc.nat(300), fc.nat(300), (days, silence, ago) => {
        const last = days.at(-1)!;
        const today = last + silence;
        fc.pre(declineOf(days, today, decline) === null && ago < silence);
        const bought = today - ago;
        expect(declineOf([...days, bought], today, decline)).toBeNull();
        expect(declineOf([...days.slice(0, -1), bought], today, decline)).toBeNull();
      }),
    );
  });

  it('stays suspicious while the silence grows', () => {
    fc.assert(
      fc.property(history, fc.nat(300), fc.nat(300), (days, silence, more) => {
        const today = days.at(-1)! + silence;
        fc.pre(declineOf(days, today, decline) !== null);
        expect(declineOf(days, today + more, decline)).not.toBeNull();
      }),
    );
  });
});

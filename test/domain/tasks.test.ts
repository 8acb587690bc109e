import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  codedResult,
  isCall,
  resultErrors,
  taskTypeNames,
  taskTypes,
  type TaskType,
} from '../../domain/tasks.ts';
import { causes, decisions } from '../../domain/words.ts';

type Result = Record<string, unknown>;

/** What an outcome needs beside itself, by type; nothing else does. */
function needs(type: TaskType, outcome: string): Result {
  if (outcome === 'callback') return { callbackAt: '2026-03-24T16:30:00Z' };
  // A preventive call is over then, and its customer watched as before.
  if (outcome === 'not-now' && type === 'prevention-call') return {};
  if (outcome === 'not-now') return { recontactAt: '2026-06-01T08:00:00Z' };
  if (type === 'cause-call' && outcome === 'answered') return { cause: 'neglected' };
  if (type === 'satisfaction-call' && outcome === 'answered') return { score: 9 };
  return {};
}

function minimal(type: TaskType, outcome: string): Result {
  return { outcome, ...needs(type, outcome) };
}

function outcomesOf(type: TaskType): readonly string[] {
  return taskTypes[type].result.outcome.values;
}

const pairs = taskTypeNames.flatMap((type) =>
  outcomesOf(type).map((outcome) => ({ type, outcome })),
);

/** The fields at fault. */
function faults(type: TaskType, result: unknown): string[] {
  return resultErrors(type, result).map(({ field }) => field);
}

describe('the outcomes of a task', () => {
  const call = ['no-answer', 'callback', 'not-now', 'refused', 'wrong-number', 'do-not-contact'];
  it.each<[TaskType, readonly string[]]>([
    ['decide-pursuit', decisions],
    ['cause-call', ['answered', ...call]],
    ['recovery-call', ['accepted', ...call]],
    ['offer-call', ['accepted', ...call]],
    ['approve-offer', ['approved', 'refused']],
    ['check-mail', ['sent', 'not-sent', 'send-again']],
    ['letter', ['sent', 'not-sent']],
    ['visit', ['accepted', 'refused', 'not-met', 'do-not-contact']],
    ['remedy', ['fixed', 'not-fixable']],
    ['welcome-call', ['reached', ...call]],
    ['aftercare-call', ['reached', ...call]],
    ['satisfaction-call', ['answered', ...call]],
    ['referral-call', ['accepted', ...call]],
    ['prevention-call', ['reached', ...call]],
    ['prevention-letter', ['sent', 'not-sent']],
  ])('%s are those that its step understands', (type, outcomes) => {
    expect(outcomesOf(type)).toEqual(outcomes);
  });

  it('need the phone exactly where nobody may answer it', () => {
    const onThePhone = taskTypeNames.filter((type) => outcomesOf(type).includes('no-answer'));
    expect(taskTypeNames.filter(isCall)).toEqual(onThePhone);
    expect(onThePhone).toContain('cause-call');
    expect(onThePhone).not.toContain('visit');
  });
});

describe('a result', () => {
  it.each(pairs)('of $type may be $outcome with only what that needs', ({ type, outcome }) => {
    expect(resultErrors(type, minimal(type, outcome))).toEqual([]);
    expect(resultErrors(type, { ...minimal(type, outcome), note: 'Spoke with him.' })).toEqual([]);
  });

  const needy = pairs.filter(({ type, outcome }) => Object.keys(needs(type, outcome)).length > 0);
  it.each(needy)('of $type with $outcome lacks what that needs', ({ type, outcome }) => {
    const missing = Object.keys(needs(type, outcome)).map((name) => `result.${name}`);
    expect(faults(type, { outcome })).toEqual(missing);
    const [error] = resultErrors(type, { outcome });
    expect(error!.rule).toMatch(new RegExp(`^is required with outcome ${outcome}: must be `));
  });

  it.each(taskTypeNames)('of %s takes no field that belongs to another outcome', (type) => {
    const conditional = Object.assign(
      {},
      ...outcomesOf(type).map((outcome) => needs(type, outcome)),
    ) as Result;
    for (const outcome of outcomesOf(type)) {
      for (const [name, value] of Object.entries(conditional)) {
        if (name in needs(type, outcome)) continue;
        expect(resultErrors(type, { ...minimal(type, outcome), [name]: value })).toEqual([
          {
            field: `result.${name}`,
            rule: expect.stringMatching(/^is allowed only with outcome [a-z-]+$/) as unknown,
          },
        ]);
      }
    }
  });

  it.each(taskTypeNames)('of %s takes no field of another type and no unknown one', (type) => {
    const outcome = outcomesOf(type)[0]!;
    const own = Object.keys(taskTypes[type].result);
    const foreign = ['callbackAt', 'recontactAt', 'cause', 'score', 'phone', 'Outcome', ''].filter(
      (name) => !own.includes(name),
    );
    for (const name of foreign) {
      expect(resultErrors(type, { ...minimal(type, outcome), [name]: null })).toEqual([
        { field: `result.${name}`, rule: `is not a field of ${type}` },
      ]);
    }
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'])(
    'with a field named %s is refused for it',
    (name) => {
      const result: unknown = JSON.parse(`{"outcome":"refused","${name}":{"outcome":"accepted"}}`);
      expect(faults('offer-call', result)).toEqual([`result.${name}`]);
      expect(faults('offer-call', { outcome: name })).toEqual(['result.outcome']);
    },
  );

  it.each([
    null,
    undefined,
    [],
    [{ outcome: 'refused' }],
    'refused',
    '',
    0,
    1,
    true,
    Symbol('refused'),
    () => 'refused',
  ])('must be an object, not %p', (result) => {
    expect(resultErrors('offer-call', result)).toEqual([
      { field: 'result', rule: 'must be an object' },
    ]);
  });

  it.each([undefined, null, '', 'sent', 'Refused', ' refused', 0, true, ['refused'], {}])(
    'has no outcome %p',
    (outcome) => {
      expect(faults('offer-call', { outcome })).toEqual(['result.outcome']);
    },
  );

  it('needs an outcome before anything else makes sense', () => {
    expect(faults('offer-call', {})).toEqual(['result.outcome']);
    expect(faults('offer-call', { callbackAt: '2026-03-24T16:30:00Z' })).toEqual([
      'result.outcome',
      'result.callbackAt',
    ]);
  });

  it('names what is allowed', () => {
    expect(resultErrors('letter', { outcome: 'lost' })).toEqual([
      { field: 'result.outcome', rule: 'must be one of: sent, not-sent' },
    ]);
  });

  it.each([
    '2026-03-24T16:30Z',
    '2026-03-24T16:30:00Z',
    '2026-03-24T16:30:00.5Z',
    '2026-03-24T16:30:00.123456789+02:00',
    '2028-02-29T00:00:00-11:30',
  ])('may set a call back at %s', (callbackAt) => {
    expect(resultErrors('cause-call', { outcome: 'callback', callbackAt })).toEqual([]);
  });

  it.each([
    '',
    'tomorrow',
    '2026-03-24',
    '2026-03-24T16:30:00',
    '2026-03-24 16:30:00Z',
    '24.03.2026 16:30',
    '2026-W13-2T16:30:00Z',
    '+012026-03-24T16:30:00Z',
    '2026-03-24T16:30:00Z\n',
    '2026-13-01T10:00:00Z',
    '2026-00-01T10:00:00Z',
    '2026-03-00T10:00:00Z',
    '2026-03-32T10:00:00Z',
    '2026-03-24T25:00:00Z',
    '2026-03-24T16:60:00Z',
    '2026-03-24T16:30:00+99:99',
    1_774_369_800_000,
    null,
    true,
    {},
    ['2026-03-24T16:30:00Z'],
    new Date('2026-03-24T16:30:00Z'),
  ])('may not set a call back at %p', (callbackAt) => {
    expect(faults('cause-call', { outcome: 'callback', callbackAt })).toEqual([
      'result.callbackAt',
    ]);
  });

  it.each(['2026-02-29T10:00:00Z', '2026-02-31T10:00:00Z', '2026-04-31T10:00:00+02:00'])(
    'may not set a call back on a day that does not exist: %s',
    (callbackAt) => {
      expect(faults('cause-call', { outcome: 'callback', callbackAt })).toEqual([
        'result.callbackAt',
      ]);
    },
  );

  it.each(['9999-12-31T23:59:59-01:00', '0000-01-01T00:00:00+01:00'])(
    'may not set a call back at a time whose year in UTC has not four digits: %s',
    (callbackAt) => {
      expect(faults('cause-call', { outcome: 'callback', callbackAt })).toEqual([
        'result.callbackAt',
      ]);
    },
  );

  it.each(causes)('may name the cause %s', (cause) => {
    expect(resultErrors('cause-call', { outcome: 'answered', cause })).toEqual([]);
  });

  it.each(['', 'price', 'UNKNOWN', null, 3, ['unknown'], {}])('knows no cause %p', (cause) => {
    expect(faults('cause-call', { outcome: 'answered', cause })).toEqual(['result.cause']);
  });

  it.each([0, 1, 10])('may have the satisfaction score %i', (score) => {
    expect(resultErrors('satisfaction-call', { outcome: 'answered', score })).toEqual([]);
  });

  it.each([-1, 11, 9.5, NaN, Infinity, '9', null, true, [9], {}])('has no score %p', (score) => {
    expect(faults('satisfaction-call', { outcome: 'answered', score })).toEqual(['result.score']);
  });

  it('may hold a note of 4,000 characters and not one more', () => {
    const noted = (length: number) => ({ outcome: 'sent', note: 'x'.repeat(length) });
    expect(faults('letter', noted(0))).toEqual([]);
    expect(faults('letter', noted(4_000))).toEqual([]);
    expect(faults('letter', noted(4_001))).toEqual(['result.note']);
  });

  it.each([null, 0, false, {}, ['text']])('has no note %p', (note) => {
    expect(faults('letter', { outcome: 'sent', note })).toEqual(['result.note']);
  });

  it('of any shape is judged without an accident, each field once', () => {
    const fields = fc.constantFrom(
      'outcome',
      'callbackAt',
      'recontactAt',
      'cause',
      'score',
      'note',
    );
    const result = fc.oneof(
      fc.anything(),
      fc.dictionary(fc.oneof(fields, fc.string()), fc.anything()),
    );
    fc.assert(
      fc.property(fc.constantFrom(...taskTypeNames), result, (type, value) => {
        const at = faults(type, value);
        expect([...new Set(at)]).toEqual(at);
        expect(at.filter((field) => !/^result(\.|$)/.test(field))).toEqual([]);
      }),
    );
  });
});

describe('what a workflow carries of a result', () => {
  const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
  /** The same moment, in UTC and as somebody in another zone writes it. */
  const time = fc
    .tuple(
      fc.date({
        min: new Date('2000-01-01T00:00:00Z'),
        max: new Date('2100-01-01T00:00:00Z'),
        noInvalidDate: true,
      }),
      offset,
    )
    .map(([date, minutes]) => {
      const two = (number: number) => String(number).padStart(2, '0');
      const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const size = Math.abs(minutes);
      const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
      return { sent: `${local}${zone}`, utc: date.toISOString() };
    });
  // Brackets that no code contains, so that a note is found wherever it went.
  const note = fc.string({ maxLength: 200 }).map((text) => `«${text}»`);

  it('is no free text, whatever was noted', () => {
    fc.assert(
      fc.property(fc.constantFrom(...pairs), note, ({ type, outcome }, note) => {
        const result = { ...minimal(type, outcome), note };
        expect(resultErrors(type, result)).toEqual([]);
        const coded = codedResult(type, result);
        expect(Object.keys(coded).sort()).toEqual(Object.keys(minimal(type, outcome)).sort());
        expect(Object.values(coded).filter((value) => String(value).includes('«'))).toEqual([]);
      }),
    );
  });

  it('are the same times in UTC, whatever the zone they were told in', () => {
    fc.assert(
      fc.property(time, ({ sent, utc }) => {
        expect(codedResult('offer-call', { outcome: 'callback', callbackAt: sent })).toEqual({
          outcome: 'callback',
          callbackAt: utc,
        });
        expect(codedResult('offer-call', { outcome: 'not-now', recontactAt: sent })).toEqual({
          outcome: 'not-now',
          recontactAt: utc,
        });
      }),
    );
  });

  it('are cause and score as they were told', () => {
    expect(
      codedResult('cause-call', { outcome: 'answered', cause: 'neglected', note: 'Anna' }),
    ).toEqual({ outcome: 'answered', cause: 'neglected' });
    expect(codedResult('satisfaction-call', { outcome: 'answered', score: 0 })).toEqual({
      outcome: 'answered',
      score: 0,
    });
  });

  it.each(pairs)('is a valid result again: $type with $outcome', ({ type, outcome }) => {
    const coded = codedResult(type, { ...minimal(type, outcome), note: 'Anna' });
    expect(resultErrors(type, coded)).toEqual([]);
    expect(codedResult(type, coded)).toEqual(coded);
  });
});

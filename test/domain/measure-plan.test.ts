import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  begun,
  contentFor,
  differenceOf,
  planOf,
  replaced,
  settled,
  tailored,
  type MeasurePlan,
  type Tailoring,
} from '../../domain/measure-plan.ts';
import { measureResults, type Measure, type MeasureResult } from '../../domain/playbooks.ts';

const measures: Measure[] = [
  {
    id: 'ask',
    kind: 'call',
    afterDays: 1,
    content: 'Ask.',
    on: { refused: 'last', 'not-reached': 'end' },
    instead: { kind: 'letter', content: 'Write.' },
  },
  { id: 'sweeten', kind: 'offer', afterDays: 2, concession: 'credit', cost: 500 },
  { id: 'last', kind: 'letter', afterDays: 3 },
];
const plan = planOf({ measures });

/** The plan with its first measure begun and come to a result. */
function afterFirst(result: MeasureResult): MeasurePlan {
  return settled(begun(plan)!.plan, 'ask', result);
}

const walk = (of: MeasurePlan) => of.map(({ id, status }) => `${id} ${status}`);
const change = (of: MeasurePlan, how: Tailoring) => tailored(of, how) ?? null;

describe('the plan of a case', () => {
  it('begins as the playbook has it, without what to say', () => {
    expect(walk(plan)).toEqual(['ask planned', 'sweeten planned', 'last planned']);
    expect(JSON.stringify(plan)).not.toMatch(/Ask\.|Write\./);
  });

  it('numbers measures that were stored without an ID', () => {
    const old: Measure[] = [
      { kind: 'call', afterDays: 0 },
      { kind: 'letter', afterDays: 3 },
    ];
    expect(planOf({ measures: old }).map(({ id }) => id)).toEqual(['call-1', 'letter-2']);
  });

  it.each<[MeasureResult, string[]]>([
    ['accepted', ['ask done', 'sweeten skipped', 'last skipped']],
    ['refused', ['ask done', 'sweeten skipped', 'last planned']],
    ['not-reached', ['ask done', 'sweeten skipped', 'last skipped']],
    ['not-permitted', ['ask done', 'sweeten planned', 'last planned']],
  ])('goes where %s leads', (result, then) => {
    expect(walk(afterFirst(result))).toEqual(then);
  });

  it('goes to the next where a result leads to a measure that was taken out', () => {
    const without = replaced(begun(plan)!.plan, { measures: measures.slice(0, 2) });
    expect(walk(settled(without, 'ask', 'refused'))).toEqual(['ask done', 'sweeten planned']);
  });

  it('tells what to say by measure and type of task', () => {
    const content = (measureId: string, type: 'recovery-call' | 'letter') =>
      contentFor({ measures }, { measureId, type });
    expect(content('ask', 'recovery-call')).toBe('Ask.');
    expect(content('ask', 'letter')).toBe('Write.');
    expect(content('ask-2', 'recovery-call')).toBe('Ask.');
    expect(content('gone', 'letter')).toBeNull();
  });
});

describe('tailoring', () => {
  const running = begun(plan)!.plan;

  it('skips what is planned or under way', () => {
    expect(walk(change(running, { kind: 'skip', measureId: 'ask' })!)[0]).toBe('ask skipped');
    expect(walk(change(running, { kind: 'skip', measureId: 'last' })!)[2]).toBe('last skipped');
  });

  it('adds a measure next or last', () => {
    const measure: Measure = { kind: 'visit', afterDays: 1 };
    const added = (position: 'next' | 'last') =>
      change(running, { kind: 'add', measure, position })!.map(({ id }) => id);
    expect(added('next')).toEqual(['ask', 'visit', 'sweeten', 'last']);
    expect(added('last')).toEqual(['ask', 'sweeten', 'last', 'visit']);
  });

  it('repeats what is over, next and under an ID of its own', () => {
    const again = change(afterFirst('not-permitted'), { kind: 'repeat', measureId: 'ask' })!;
    expect(walk(again)).toEqual(['ask done', 'ask-2 planned', 'sweeten planned', 'last planned']);
    const thrice = change(settled(begun(again)!.plan, 'ask-2', 'not-permitted'), {
      ...{ kind: 'repeat', measureId: 'ask-2' },
    })!;
    expect(thrice.map(({ id }) => id)).toContain('ask-3');
  });

  it('brings forward what is planned, without its wait', () => {
    const sooner = change(running, { kind: 'bring-forward', measureId: 'last' })!;
    expect(walk(sooner)).toEqual(['ask current', 'last planned', 'sweeten planned']);
    expect(sooner[1]!.afterDays).toBe(0);
  });

  it.each<[string, Tailoring]>([
    ['skip what is not there', { kind: 'skip', measureId: 'dance' }],
    ['skip what is over', { kind: 'skip', measureId: 'ask' }],
    ['repeat what is still to come', { kind: 'repeat', measureId: 'last' }],
    ['bring forward what is over', { kind: 'bring-forward', measureId: 'ask' }],
  ])('does not %s', (_what, how) => {
    expect(change(afterFirst('not-permitted'), how)).toBeNull();
  });
});

describe('a result that leads further on', () => {
  it('does not pass over what somebody put into the plan', () => {
    const running = begun(plan)!.plan;
    const measure: Measure = { kind: 'visit', afterDays: 0 };
    const added = change(running, { kind: 'add', measure, position: 'next' })!;
    expect(walk(settled(added, 'ask', 'refused'))).toEqual([
      ...['ask done', 'visit planned', 'sweeten skipped', 'last planned'],
    ]);
    expect(walk(settled(added, 'ask', 'accepted'))[1]).toBe('visit skipped');
  });
});

describe('another version of the playbook', () => {
  const version: Measure[] = [
    { id: 'ask', kind: 'call', afterDays: 5 },
    { id: 'write', kind: 'letter', afterDays: 1 },
  ];

  it('leaves what is over and goes on with its own', () => {
    expect(walk(replaced(afterFirst('not-permitted'), { measures: version }))).toEqual([
      'ask done',
      'write planned',
    ]);
  });

  it('skips what is under way if it has it no more', () => {
    const changed = replaced(begun(plan)!.plan, { measures: version.slice(1) });
    expect(walk(changed)).toEqual(['ask skipped', 'write planned']);
  });

  it('begins anew what is something else under the same ID', () => {
    const mailed: Measure[] = [{ id: 'ask', kind: 'email', template: 'ask-back', afterDays: 0 }];
    expect(walk(replaced(begun(plan)!.plan, { measures: mailed }))).toEqual([
      ...['ask skipped', 'ask-2 planned'],
    ]);
  });

  it('is compared with what lies ahead', () => {
    const running = begun(plan)!.plan;
    const edited = measures.map((one) => (one.id === 'last' ? { ...one, afterDays: 9 } : one));
    expect(differenceOf(running, replaced(running, { measures: edited }))).toEqual({
      ...{ added: [], removed: [], changed: ['last'] },
    });
    expect(differenceOf(running, replaced(running, { measures: version }))).toEqual({
      ...{ added: ['write'], removed: ['sweeten', 'last'], changed: [] },
    });
    expect(differenceOf(running, replaced(running, { measures }))).toEqual({
      ...{ added: [], removed: [], changed: [] },
    });
  });
});

describe('whatever is done to a plan', () => {
  const ids = fc.constantFrom('ask', 'sweeten', 'last', 'ask-2', 'visit', 'nothing');
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constantFrom('skip', 'repeat', 'bring-forward'), measureId: ids }),
      fc.record({
        kind: fc.constant('add'),
        measure: fc.constant<Measure>({ kind: 'visit', afterDays: 1 }),
        position: fc.constantFrom('next', 'last'),
      }),
      fc.constant('go on'),
      fc.constant('new version'),
    ),
    { maxLength: 40 },
  );

  it('has its own IDs, at most one measure under way, nothing over comes back, and it ends', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 9 }), (doing, pick) => {
        let now = plan;
        const over = new Map<string, string>();
        const goOn = () => {
          const next = begun(now);
          if (!next) return false;
          const results = measureResults[next.measure.kind];
          now = settled(next.plan, next.measure.id, results[pick % results.length]!);
          return true;
        };
        for (const step of doing) {
          if (step === 'go on') goOn();
          else if (step === 'new version') now = replaced(now, { measures: measures.slice(1) });
          else now = tailored(now, step) ?? now;
          expect(new Set(now.map(({ id }) => id)).size).toBe(now.length);
          expect(now.filter(({ status }) => status === 'current').length).toBeLessThanOrEqual(1);
          for (const [id, status] of over) {
            expect(now.find((one) => one.id === id)?.status ?? status).toBe(status);
          }
          for (const { id, status } of now) if (status === 'done') over.set(id, status);
        }
        for (let n = 0; goOn(); n += 1) expect(n).toBeLessThan(50);
      }),
    );
  });
});

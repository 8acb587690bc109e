import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { Cast, leastPursued, resultOf } from '../../cli/demo/cast.ts';
import { cancellations } from '../../cli/demo/cancellations.ts';
import { roles, usually, type Reply, type Role, type RoleName } from '../../cli/demo/roles.ts';
import { loadPlaybooks } from '../../config/playbooks.ts';
import { begun, planOf, settled } from '../../domain/measure-plan.ts';
import { choosePlaybook, type MeasureResult } from '../../domain/playbooks.ts';
import { demoPolicy } from '../../domain/standard-policy.ts';
import {
  isCall,
  resultErrors,
  taskTypeOfMeasure,
  taskTypes,
  type TaskType,
} from '../../domain/tasks.ts';
import { outcomes, type Decision, type Trigger } from '../../domain/words.ts';

type Opened = { decision?: Decision | null; controlGroup?: boolean };

function casesOf(opened: Opened[]) {
  return opened.map(({ decision = 'pursue', controlGroup = false }, i) => ({
    caseId: `C-${i}-e1`,
    customerId: `C-${i}`,
    decision,
    controlGroup,
  }));
}

const rolesDealt = (seed: number, opened: Opened[]) =>
  new Cast(seed).take(casesOf(opened)).map(({ theCase, role }) => [theCase.caseId, role]);

describe('the cast', () => {
  test('reaches every outcome, whatever the seed, with the fewest cases that the demo plays with', () => {
    const opened = fc.tuple(
      fc.integer({ min: leastPursued, max: 60 }),
      fc.integer({ min: 1, max: 20 }),
    );
    fc.assert(
      fc.property(fc.integer(), opened, (seed, [pursued, controls]) => {
        const cases: Opened[] = [
          ...Array.from({ length: pursued }, () => ({})),
          ...Array.from({ length: controls }, () => ({ controlGroup: true })),
        ];
        const ends = rolesDealt(seed, cases).map(([, role]) => (role as Role).ends);
        const all = [...ends, ...cancellations.map(({ role }) => roles[role].ends)];
        expect(new Set(all)).toEqual(new Set(outcomes));
      }),
    );
  });

  test('is the same for the same seed, and another for another', () => {
    const opened = Array.from({ length: 30 }, () => ({}));
    expect(rolesDealt(7, opened)).toEqual(rolesDealt(7, opened));
    expect(rolesDealt(7, opened)).not.toEqual(rolesDealt(8, opened));
  });

  test('lets a case of the control group play in the control group', () => {
    const dealt = new Cast(1).take(
      casesOf(Array.from({ length: 9 }, () => ({ controlGroup: true }))),
    );
    expect(dealt.map(({ role }) => role.ends)).toEqual(Array(9).fill('control-group'));
    expect(dealt.some(({ role }) => role.does)).toBe(true);
    expect(dealt.some(({ role }) => !role.does)).toBe(true);
  });

  test('waits with a case that is not identified yet, and deals to each case once', () => {
    const cast = new Cast(1);
    const waiting = casesOf([{ decision: null }]);
    expect(cast.take(waiting)).toEqual([]);
    expect(cast.roleOf('C-0-e1')).toBeUndefined();
    const identified = casesOf([{}]);
    expect(cast.take(identified)).toHaveLength(1);
    expect(cast.take(identified)).toEqual([]);
  });

  test('gives a planned role to the customer’s next case, even before it is identified', () => {
    const cast = new Cast(1);
    cast.plan('C-0', 'moves-away');
    const [dealt] = cast.take(casesOf([{ decision: null }]));
    expect(dealt!.role).toBe(roles['moves-away']);
  });

  test('lets the customer who cancels again go on in the second episode', () => {
    const cast = new Cast(1);
    cast.plan('C-0', 'comes-back-and-cancels');
    const [first] = casesOf([{}]);
    cast.take([first!]);
    const second = { ...first!, caseId: 'C-0-e2', decision: null };
    expect(cast.take([second])[0]!.role).toBe(roles['gets-a-third-chance']);
  });

  test('gives the n-th task of a type the n-th reply, then the last again, and otherwise the usual one', () => {
    const cast = new Cast(1);
    cast.plan('C-0', 'comes-back-when-fixed');
    cast.take(casesOf([{}]));
    const call = { caseId: 'C-0-e1', type: 'recovery-call' } as const;
    const outcomesOfCalls = [1, 2, 3].map(() => cast.replyTo(call).outcome);
    expect(outcomesOfCalls).toEqual(['callback', 'accepted', 'accepted']);
    expect(cast.replyTo({ ...call, type: 'remedy' })).toBe(usually.remedy);
  });
});

describe('the roles', () => {
  test('say only what a task takes as its result', () => {
    const said = Object.values<Role>(roles).flatMap(({ says = {} }) => Object.entries(says));
    for (const [type, replies] of [...said, ...Object.entries(usually).map(([t, r]) => [t, [r]])]) {
      for (const reply of replies as Reply[]) {
        const result = resultOf(reply, new Date('2026-03-24T10:00:00Z'));
        expect([reply, ...resultErrors(type as TaskType, result)]).toEqual([reply]);
      }
    }
  });

  test('say something of every type of task', () => {
    expect(Object.keys(usually).sort()).toEqual(Object.keys(taskTypes).sort());
  });

  test('name only episodes that exist', () => {
    for (const { next } of Object.values<Role>(roles)) {
      if (next) expect(Object.keys(roles)).toContain(next);
    }
  });
});

const own = (await loadPlaybooks(join(import.meta.dirname, '../../playbooks'))).map((content) => ({
  ...content,
  version: 1,
}));

/** What the customer does in consequence of the measures that reach them, in the order of the playbook. */
function deedsOf(name: RoleName, trigger: Trigger) {
  const cast = new Cast(1);
  cast.plan('C-0', name);
  cast.take(casesOf([{}]));
  const reply = (type: TaskType) => cast.replyTo({ caseId: 'C-0-e1', type });
  const { call } = demoPolicy.measures;
  const triesAtMost = (attempts = call.attempts) => attempts + call.postponements;
  const talk = (type: TaskType, tries: number) => {
    for (let n = 1; n <= tries; n += 1) {
      const said = reply(type);
      if (said.outcome !== 'no-answer' && !said.inSeconds) return said;
    }
    return undefined;
  };
  const cause = talk('cause-call', triesAtMost(demoPolicy.causeAnalysis.call.attempts))?.cause;
  const decision = name === 'likes-the-letter' ? 'pursue-light' : 'pursue';
  const to = { trigger, decision, cause: cause ?? 'unknown', tier: 'A' } as const;
  const { playbook } = choosePlaybook(own, to)!;
  let plan = planOf(playbook);
  for (let next = begun(plan); next; next = begun(plan)) {
    const { id, kind, attempts } = next.measure;
    const type = taskTypeOfMeasure[kind];
    // Nobody in the demo has a mail address.
    if (type === null) {
      plan = settled(next.plan, id, 'not-sent');
      continue;
    }
    const said = isCall(type) ? talk(type, triesAtMost(attempts)) : reply(type);
    if (said?.then?.length) return said.then;
    if (said?.outcome === 'do-not-contact') return [];
    plan = settled(next.plan, id, (said?.outcome ?? 'not-reached') as MeasureResult);
  }
  return [];
}
const asked = Object.entries<Role>(roles).filter(([, { says, does }]) => says && !does);

test.each(asked)('%s ends as the role says, on our own playbooks', (name, { ends }) => {
  for (const trigger of ['cancellation', 'dormancy'] as const) {
    const comesBack = deedsOf(name as RoleName, trigger).length > 0;
    expect({ trigger, comesBack }).toEqual({ trigger, comesBack: ends.endsWith('again') });
  }
});

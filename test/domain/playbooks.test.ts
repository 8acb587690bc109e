import { describe, expect, it } from '@jest/globals';
import {
  builtInPlaybooks,
  choosePlaybook,
  type Playbook,
  type PlaybookChoice,
} from '../../domain/playbooks.ts';
import { triggerDetails } from '../../domain/silent-loss.ts';
import { causes, decisions, tiers, triggers } from '../../domain/words.ts';

function playbook(playbookId: string, fits: Partial<Playbook> = {}): Playbook {
  return {
    playbookId,
    version: 1,
    title: playbookId,
    triggers: [],
    decisions: [],
    causes: [],
    tiers: [],
    measures: [{ kind: 'call', afterDays: 0 }],
    ...fits,
  };
}

const lost: PlaybookChoice = {
  trigger: 'cancellation',
  decision: 'pursue',
  cause: 'better-offer-price',
  tier: 'A',
};

function chosen(playbooks: Playbook[], to: PlaybookChoice = lost): string | undefined {
  const byEitherOrder = [playbooks, playbooks.toReversed()].map(
    (list) => choosePlaybook(list, to)?.playbookId,
  );
  expect(byEitherOrder[0]).toBe(byEitherOrder[1]);
  return byEitherOrder[0];
}

describe('the choice of a playbook', () => {
  it('takes one without conditions for any case', () => {
    expect(chosen([playbook('any')])).toBe('any');
  });

  it.each<[string, Partial<Playbook>]>([
    ['trigger', { triggers: ['dormancy', 'manual'] }],
    ['decision', { decisions: ['pursue-light'] }],
    ['cause', { causes: ['neglected', 'unknown'] }],
    ['tier', { tiers: ['B', 'C', 'D'] }],
  ])('passes over one for another %s, however well the rest fits', (_condition, other) => {
    const narrow = { triggers: [lost.trigger], decisions: [lost.decision], causes: [lost.cause] };
    expect(chosen([playbook('other', { ...narrow, ...other })])).toBeUndefined();
  });

  it('takes the one that names its cases most narrowly', () => {
    const all = [
      playbook('a'),
      playbook('b', { triggers: ['cancellation'] }),
      playbook('c', { triggers: ['cancellation'], causes: ['better-offer-price'] }),
      playbook('d', {
        triggers: ['cancellation'],
        causes: ['better-offer-price'],
        tiers: ['A'],
      }),
      playbook('e', {
        triggers: ['cancellation'],
        causes: ['better-offer-price'],
        tiers: ['A'],
        decisions: ['pursue'],
      }),
    ];
    for (let count = 1; count <= all.length; count += 1) {
      expect(chosen(all.slice(0, count))).toBe(all[count - 1]!.playbookId);
    }
  });

  it('lets the cause count more than everything else together', () => {
    const rest = playbook('a', { triggers: ['cancellation'], tiers: ['A'], decisions: ['pursue'] });
    expect(chosen([rest, playbook('z', { causes: ['better-offer-price'] })])).toBe('z');
  });

  it('prefers a wider one that fits to a narrower one that does not', () => {
    const narrower = playbook('narrower', { causes: ['neglected'], tiers: ['A'] });
    expect(chosen([narrower, playbook('wider', { tiers: ['A'] })])).toBe('wider');
  });

  it('takes the first by ID between equals', () => {
    const equals = ['m', 'z', 'b'].map((id) => playbook(id, { triggers: ['cancellation'] }));
    expect(chosen(equals)).toBe('b');
  });

  it('is none where none fits', () => {
    expect(choosePlaybook([], lost)).toBeUndefined();
    expect(
      chosen([playbook('a', { tiers: ['D'] }), playbook('b', { tiers: ['C'] })]),
    ).toBeUndefined();
  });

  it('leaves the list as it was', () => {
    const list = Object.freeze([playbook('b'), playbook('a')]) as Playbook[];
    expect(choosePlaybook(list, lost)?.playbookId).toBe('a');
    expect(list.map(({ playbookId }) => playbookId)).toEqual(['b', 'a']);
  });
});

describe('the built-in playbooks', () => {
  const cases = triggers.flatMap((trigger) =>
    decisions
      .filter((decision) => decision !== 'do-not-pursue')
      .flatMap((decision) =>
        causes.flatMap((cause) =>
          tiers.flatMap((tier) =>
            [null, ...triggerDetails].map((triggerDetail) => ({
              ...{ trigger, triggerDetail, decision, cause, tier },
            })),
          ),
        ),
      ),
  );
  const choose = (to: PlaybookChoice) => choosePlaybook(builtInPlaybooks, to)?.playbookId;

  it('hold one for every case that is pursued', () => {
    expect(cases).toHaveLength(3 * 2 * 14 * 4 * 3);
    expect(cases.filter((to) => choose(to) === undefined)).toEqual([]);
  });

  it('hold one of its own for first-time buyers', () => {
    const silent = { ...lost, trigger: 'dormancy', cause: 'unknown' } as const;
    expect(choose({ ...silent, triggerDetail: 'no-second-purchase' })).toBe('first-time-buyer');
    expect(choose({ ...silent, triggerDetail: 'out-of-rhythm' })).toBe('dormancy');
    expect(choose({ ...silent, triggerDetail: null })).toBe('dormancy');
    expect(choose(silent)).toBe('dormancy');
  });

  it('hold none for a case that is not pursued', () => {
    expect(choose({ ...lost, decision: 'do-not-pursue' })).toBeUndefined();
  });

  it('hold none that is never chosen', () => {
    const used = new Set(cases.map(choose));
    expect(
      builtInPlaybooks.map(({ playbookId }) => playbookId).filter((id) => !used.has(id)),
    ).toEqual([]);
  });

  it.each(triggers)('fit the trigger: %s', (trigger) => {
    expect(choose({ trigger, decision: 'pursue', cause: 'unknown', tier: 'B' })).toBe(trigger);
  });

  it.each(triggers)('fix what disappointed the customer before asking, after %s', (trigger) => {
    const causes = [
      'disappointed-product',
      'disappointed-service',
      'disappointed-complaint',
    ] as const;
    for (const cause of causes) {
      const playbook = choosePlaybook(builtInPlaybooks, {
        trigger,
        decision: 'pursue',
        cause,
        tier: 'A',
      });
      expect(playbook?.measures.map(({ kind }) => kind)).toEqual(['remedy', 'call', 'letter']);
    }
  });

  it('spend no more than a letter where little effort is due', () => {
    for (const to of cases.filter(({ decision }) => decision === 'pursue-light')) {
      const kinds = choosePlaybook(builtInPlaybooks, to)?.measures.map(({ kind }) => kind);
      expect(kinds).toEqual(['letter']);
    }
  });

  it('have IDs of their own, measures, and waits and costs that are no less than nothing', () => {
    const ids = builtInPlaybooks.map(({ playbookId }) => playbookId);
    expect([...new Set(ids)]).toEqual(ids);
    for (const { measures } of builtInPlaybooks) {
      expect(measures).not.toEqual([]);
      for (const measure of measures) {
        expect(Number.isInteger(measure.afterDays) && measure.afterDays >= 0).toBe(true);
        if (measure.kind === 'offer') expect(measure.cost).toBeGreaterThan(0);
      }
    }
  });
});

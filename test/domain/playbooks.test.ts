import { describe, expect, it } from '@jest/globals';
import { choosePlaybook, type Playbook, type PlaybookChoice } from '../../domain/playbooks.ts';

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
    (list) => choosePlaybook(list, to)?.playbook.playbookId,
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
    expect(choosePlaybook(list, lost)?.playbook.playbookId).toBe('a');
    expect(list.map(({ playbookId }) => playbookId)).toEqual(['b', 'a']);
  });

  it('names all that fit equally well, the one that is taken first', () => {
    const equals = [
      ...['b', 'a'].map((id) => playbook(id, { triggers: ['cancellation'], tiers: ['A'] })),
      playbook('wide', { triggers: ['cancellation'] }),
      playbook('other', { triggers: ['dormancy'], tiers: ['A'] }),
    ];
    const choice = choosePlaybook(equals, lost)!;
    expect(choice.equals.map(({ playbookId }) => playbookId)).toEqual(['a', 'b']);
    expect(choice.alsoFitted).toEqual(['b', 'wide']);
  });
});

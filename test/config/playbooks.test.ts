import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { loadPlaybooks, parsePlaybooks, playbookYaml } from '../../config/playbooks.ts';
import { DomainError } from '../../domain/errors.ts';
import { choosePlaybook, type Playbook, type PlaybookChoice } from '../../domain/playbooks.ts';
import { triggerDetails } from '../../domain/silent-loss.ts';
import { causes, customerKinds, decisions, tiers, triggers } from '../../domain/words.ts';

const yaml = `
playbookId: price
title: The price drove them off
causes: [better-offer-price]
measures:
  - id: ask
    kind: call
    afterDays: 1
    attempts: 3
    retryAfterDays: [1, 2]
    on: { refused: last, not-reached: end }
    instead: { kind: letter }
  - kind: offer
    afterDays: 2
    concession: credit
    cost: 1000
  - id: last
    kind: letter
    afterDays: 3
`;

function errorsOf(text: string): string[] {
  try {
    parsePlaybooks(text, 'test.yaml');
  } catch (error) {
    return (error as DomainError).fields.map(({ field, rule }) => `${field} ${rule}`.trim());
  }
  return [];
}

describe('a playbook file', () => {
  it('is read with what it leaves out', () => {
    expect(parsePlaybooks(yaml, 'test.yaml')).toMatchObject([
      { playbookId: 'price', triggers: [], causes: ['better-offer-price'], measures: [{}, {}, {}] },
    ]);
  });

  it('may hold several', () => {
    const second = yaml.replace('playbookId: price', 'playbookId: other');
    expect(parsePlaybooks(`${yaml}---${second}`, 'test.yaml')).toHaveLength(2);
  });

  it('comes back as it was written', () => {
    const [content] = parsePlaybooks(yaml, 'test.yaml');
    const playbook: Playbook = { ...content!, version: 7 };
    expect(parsePlaybooks(playbookYaml(playbook), 'again')).toEqual([content]);
  });

  it.each<[string, string, string, string]>([
    [
      'an unknown cause',
      'causes: [better-offer-price]',
      'causes: [bad-mood]',
      'causes.0 must be one of: ',
    ],
    ['an unknown kind', 'kind: offer', 'kind: dance', 'measures.1.kind must be one of: '],
    [
      'a field that it does not know',
      'title:',
      'colour: red\ntitle:',
      'colour is not known here (line ',
    ],
    [
      'an offer without its cost',
      '    cost: 1000\n',
      '',
      'measures.1.cost is required with kind offer (line 13)',
    ],
    [
      'attempts of a letter',
      '    afterDays: 3',
      '    afterDays: 3\n    attempts: 2',
      'measures.2.attempts is only for kind call or offer (line 20)',
    ],
    [
      'a mail without a template',
      '    kind: letter',
      '    kind: email',
      'measures.2.template is required with kind email (line 17)',
    ],
    [
      'a template of a call',
      '    kind: call',
      '    kind: call\n    template: ask-back',
      'measures.0.template is only for kind email or letter (line 8)',
    ],
    [
      'who is to do a mail',
      '    kind: letter',
      '    kind: email\n    template: ask-back\n    queue: service',
      'measures.2.queue is not for kind email, which nobody does',
    ],
    [
      'a result that a call cannot have',
      'refused: last',
      'sent: last',
      'measures.0.on.sent is no result of kind call: accepted, refused, not-reached, not-permitted (line 11)',
    ],
    [
      'a way back',
      'refused: last',
      'refused: ask',
      'measures.0.on.refused must be next, end or the id of a later measure (line 11)',
    ],
    [
      'the same ID twice',
      'id: last',
      'id: ask',
      'measures.2.id must be unique in the playbook (line 17)',
    ],
    [
      'a wait that is none',
      'afterDays: 1',
      'afterDays: soon',
      'measures.0.afterDays must be a whole number from 0 to 365 (line 8)',
    ],
    [
      'no measures',
      yaml.slice(yaml.indexOf('measures:')),
      'measures: []\n',
      'measures must be a list of 1 to 30 entries (line 5)',
    ],
    ['no YAML', 'causes: [better', 'causes: [[better', 'line '],
  ])('names field, rule and line of %s', (_what, right, wrong, error) => {
    expect(yaml).toContain(right);
    const errors = errorsOf(yaml.replace(right, wrong));
    expect(errors).toContainEqual(expect.stringContaining(error));
  });

  it.each(['', '---', '- a', 'just a text', 'a: [', '\u0000', '!!js/function x'])(
    'that is %j is refused with a reason',
    (text) => {
      expect(() => parsePlaybooks(text, 'test.yaml')).toThrow(/^test\.yaml: ./);
    },
  );
});

const lost = {
  trigger: 'cancellation',
  decision: 'pursue',
  cause: 'better-offer-price',
  tier: 'A',
} as const;
const own = (await loadPlaybooks(join(import.meta.dirname, '../../playbooks'))).map(
  (content): Playbook => ({ ...content, version: 1 }),
);

describe('the playbooks that the product begins with', () => {
  const cases = triggers.flatMap((trigger) =>
    decisions
      .filter((decision) => decision !== 'do-not-pursue')
      .flatMap((decision) =>
        causes.flatMap((cause) =>
          tiers.flatMap((tier) =>
            [null, ...triggerDetails].flatMap((triggerDetail) =>
              [null, ...customerKinds].map((customerKind) => ({
                ...{ trigger, triggerDetail, decision, cause, tier, customerKind },
              })),
            ),
          ),
        ),
      ),
  );
  const choose = (to: PlaybookChoice) => choosePlaybook(own, to)?.playbook.playbookId;

  it('hold one for every case that is pursued', () => {
    expect(cases).toHaveLength(3 * 2 * 14 * 4 * 3 * 3);
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
    expect(own.map(({ playbookId }) => playbookId).filter((id) => !used.has(id))).toEqual([]);
  });

  it.each(triggers)('fit the trigger: %s', (trigger) => {
    expect(choose({ trigger, decision: 'pursue', cause: 'unknown', tier: 'B' })).toBe(trigger);
  });

  it.each(triggers)('fix what disappointed the customer before asking, after %s', (trigger) => {
    for (const cause of [
      'disappointed-product',
      'disappointed-service',
      'disappointed-complaint',
    ] as const) {
      const { playbook } = choosePlaybook(own, { trigger, decision: 'pursue', cause, tier: 'A' })!;
      expect(playbook.measures[0]?.kind).toBe('remedy');
    }
  });

  it('spend no more than a letter where little effort is due', () => {
    for (const to of cases.filter(({ decision }) => decision === 'pursue-light')) {
      const { playbook } = choosePlaybook(own, to)!;
      expect(playbook.measures.map(({ kind }) => kind)).toEqual(['letter']);
    }
  });

  it('say what to do, and what in place of a call that is not permitted', () => {
    for (const { playbookId, measures } of own) {
      for (const { id, content, kind, instead } of measures) {
        const where = `${playbookId}/${id}`;
        expect({ where, content: content ?? '' }).not.toEqual({ where, content: '' });
        if (kind === 'call' || kind === 'offer')
          expect({ where, instead: instead?.kind }).not.toEqual({ where });
      }
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { simulated } from '../../cli/playbook/simulation.ts';
import { loadOffers } from '../../config/offers.ts';
import { loadPlaybooks, parsePlaybooks, playbookYaml } from '../../config/playbooks.ts';
import { DomainError } from '../../domain/errors.ts';
import { choosePlaybook, type Playbook, type PlaybookChoice } from '../../domain/playbooks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
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

  it('names the line of a star that is meant as text', () => {
    const starred = yaml.replace('title: The price drove them off', 'title: *Important');
    expect(errorsOf(`${yaml}---${starred}`)).toEqual([
      'line 22: *Important names nothing above it; a text that begins with * needs quotes',
    ]);
  });

  it('takes an alias, and refuses those that grow without end', () => {
    const twice = yaml.replace('instead: {', 'instead: &letter {');
    expect(
      errorsOf(twice.replace('    afterDays: 3', '    afterDays: 3\n    instead: *letter')),
    ).toEqual([]);
    const ten = (name: string) => `[${Array(10).fill(name).join(', ')}]`;
    const bomb = `a: &a ${ten('x')}\nb: &b ${ten('*a')}\nc: &c ${ten('*b')}\nd: ${ten('*c')}\n`;
    expect(errorsOf(bomb)).toEqual(['line 4: has too many aliases']);
    expect(errorsOf('title: &title [*title]\n')[0]).toContain('(line 1)');
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
      'alternatives of a call',
      '    kind: call',
      '    kind: call\n    alternatives: [gift]',
      'measures.0.alternatives is only for kind offer (line 8)',
    ],
    [
      'an offer as an alternative to itself',
      '    concession: credit',
      '    concession: credit\n    alternatives: [gift, credit]',
      'measures.1.alternatives must be other offers than the concession, each once (line 16)',
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
      'fixed: last',
      'measures.0.on.fixed is no result of kind call or letter: accepted, refused, not-reached, not-permitted, sent, not-sent, not-done (line 11)',
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
  /** What is left for a cause of which no playbook speaks any more. */
  const net = own.filter(({ causes }) => causes.length === 0);

  it('hold one for every case that is pursued', () => {
    expect(cases).toHaveLength(3 * 2 * 14 * 4 * 3 * 3);
    expect(cases.filter((to) => choose(to) === undefined)).toEqual([]);
  });

  it('hold one of its own for first-time buyers', () => {
    const silent = { ...lost, trigger: 'dormancy', cause: 'unknown' } as const;
    expect(choose({ ...silent, triggerDetail: 'no-second-purchase' })).toBe('first-time-buyer');
    for (const triggerDetail of ['out-of-rhythm', null] as const) {
      expect(choose({ ...silent, triggerDetail })).toBe('unknown-retail');
    }
    expect(choose(silent)).toBe('unknown-retail');
  });

  it('hold none for a case that is not pursued', () => {
    expect(choose({ ...lost, decision: 'do-not-pursue' })).toBeUndefined();
  });

  it('hold none that is never chosen, if only when those of the causes are retired', () => {
    const used = new Set(
      [own, net].flatMap((some) =>
        cases.map((to) => choosePlaybook(some, to)?.playbook.playbookId),
      ),
    );
    expect(own.map(({ playbookId }) => playbookId).filter((id) => !used.has(id))).toEqual([]);
  });

  it.each(triggers)('fall back on one for the trigger: %s', (trigger) => {
    const to = { ...lost, trigger, cause: 'unknown' } as const;
    expect(choosePlaybook(net, to)?.playbook.playbookId).toBe(trigger);
  });

  it.each(causes)('answer the cause on every way in, for every kind of customer: %s', (cause) => {
    for (const trigger of triggers) {
      for (const customerKind of [null, ...customerKinds]) {
        const { playbook, because } = choosePlaybook(own, {
          ...{ ...lost, trigger, cause, customerKind },
        })!;
        expect(because[0]).toBe('cause');
        expect(playbook.causes).toEqual([cause]);
        // Who did not want them back writes one letter to all of them.
        if (cause === 'pushed-away-intended') continue;
        expect(playbook.customerKinds ?? []).toEqual(
          customerKind === 'business' ? ['business'] : [],
        );
        if (customerKind !== 'business') expect(playbook.triggers).toContain(trigger);
      }
    }
  });

  it('lower the price for nobody who left for something else', () => {
    const money = /credit|discount|price|voucher|refund|compensation|free/;
    const sweetened = own
      .filter(({ causes }) => causes.length > 0 && !causes.includes('better-offer-price'))
      .flatMap(({ playbookId, measures }) =>
        measures.flatMap(({ concession = '' }) =>
          money.test(concession) ? [`${playbookId}: ${concession}`] : [],
        ),
      );
    expect(sweetened.sort()).toEqual([
      // Whose complaint we handled badly gets back what it cost them, whether or not they stay.
      'disappointed-complaint-business: compensation-business',
      'disappointed-complaint-retail: compensation',
      'disappointed-complaint-subscription: compensation',
      // Between a first and a second order stands the delivery charge; what the goods cost stays as it is.
      'first-time-buyer: free-delivery',
      'never-started-retail: free-delivery',
    ]);
  });

  it('send whom we did not want back nothing but a polite letter', () => {
    for (const trigger of triggers) {
      const to = { ...lost, trigger, cause: 'pushed-away-intended' } as const;
      const { playbook } = choosePlaybook(own, to)!;
      for (const { kind } of playbook.measures) expect(['email', 'letter']).toContain(kind);
    }
  });

  it('never tell a customer that something is fixed which is not', () => {
    for (const { playbookId, measures } of own) {
      measures.forEach(({ kind, on }, place) => {
        const [next, ...later] = measures.slice(place + 1);
        // A visit tells how it stands, whatever that is.
        if (kind !== 'remedy' || next?.kind === 'visit') return;
        const elsewhere = ['end', ...later.map(({ id }) => id)];
        for (const result of ['not-fixable', 'not-done'] as const) {
          expect({ playbookId, elsewhere }).toEqual({
            ...{ playbookId, elsewhere: expect.arrayContaining([on?.[result]]) },
          });
        }
      });
    }
  });

  it('begin on the day of a cancellation', () => {
    const at = '2026-11-23T07:00:00.000Z';
    for (const playbook of own.filter(({ triggers }) => triggers.includes('cancellation'))) {
      const first = simulated(playbook, { terms: standardPolicy, at, refused: [] });
      expect([playbook.playbookId, first?.dueAt[0]?.slice(0, 10)]).toEqual([
        ...[playbook.playbookId, '2026-11-23'],
      ]);
    }
  });

  it('can be told to the end by whatever channels a customer refuses', () => {
    const at = '2026-11-23T07:00:00.000Z';
    for (const refused of [
      [],
      ['phone'],
      ['phone', 'visit'],
      ['phone', 'letter', 'visit'],
    ] as const)
      for (const playbook of own) {
        const first = simulated(playbook, { terms: standardPolicy, at, refused });
        expect({ is: playbook.playbookId, told: first !== null }).toEqual({
          ...{ is: playbook.playbookId, told: true },
        });
      }
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

  it('spend no more than a mail or a letter where little effort is due', () => {
    for (const to of cases.filter(({ decision }) => decision === 'pursue-light')) {
      const { playbook } = choosePlaybook(own, to)!;
      for (const { kind } of playbook.measures) expect(['email', 'letter']).toContain(kind);
    }
  });

  it('say what to do, and what in place of a call that is not permitted', () => {
    for (const { playbookId, measures } of own) {
      for (const { id, content, kind, instead } of measures) {
        if (kind === 'email') continue;
        const where = `${playbookId}/${id}`;
        expect({ where, content: content ?? '' }).not.toEqual({ where, content: '' });
        if (kind === 'call' || kind === 'offer')
          expect({ where, instead: instead?.kind }).not.toEqual({ where });
      }
    }
  });

  it('offer what the catalogue knows, at its cost', async () => {
    const catalogue = await loadOffers(join(import.meta.dirname, '../../offers.yaml'));
    const costs = new Map(catalogue.map(({ offerId, cost }) => [offerId, cost]));
    for (const { playbookId, measures } of own) {
      for (const { concession, cost } of measures) {
        if (concession === undefined) continue;
        expect({ playbookId, concession, cost: costs.get(concession) }).toEqual({
          ...{ playbookId, concession, cost },
        });
      }
    }
    for (const { fallback } of catalogue) if (fallback) expect(costs.has(fallback)).toBe(true);
  });
});

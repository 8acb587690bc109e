import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { loadOffers } from '../../config/offers.ts';
import { loadPlaybooks } from '../../config/playbooks.ts';
import { loadTemplates } from '../../config/templates.ts';
import type { OfferToName } from '../../domain/mails.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { filledIn, valuesOf } from '../../mail/text.ts';

/* What the letters, mails and calls of the playbooks that the product begins with say and promise. */

const root = join(import.meta.dirname, '../..');
const templates = await loadTemplates(join(root, 'templates'));
const offers = await loadOffers(join(root, 'offers.yaml'));
const doings = (await loadPlaybooks(join(root, 'playbooks'))).flatMap(({ playbookId, measures }) =>
  measures.flatMap(({ instead, ...measure }) => {
    const where = `${playbookId}/${measure.id}`;
    const offered = measure.kind === 'offer' ? measure.concession! : null;
    return [
      { where, offered, ...measure },
      ...(instead ? [{ where: `${where}, instead`, offered, ...instead }] : []),
    ];
  }),
);
const written = doings.filter(({ kind }) => kind === 'letter' || kind === 'email');
const withCode = templates.filter((template) => JSON.stringify(template).includes('offerCode'));
const codes = new Set(withCode.map(({ templateId }) => templateId));

describe('every letter and mail of the starter set', () => {
  it('is written from a template that there is', () => {
    const known = new Set(templates.map(({ templateId }) => templateId));
    const without = written.filter(({ template }) => !template || !known.has(template));
    expect(without.map(({ where }) => where)).toEqual([]);
    expect(new Set(templates.map(({ templateId }) => templateId)).size).toBe(templates.length);
  });

  it('names the code of an offer where, and only where, it makes one', () => {
    for (const { where, offered, template } of written) {
      expect({ where, code: codes.has(template!) }).toEqual({ where, code: offered !== null });
    }
  });

  it('is about what is offered, and about nothing in particular where something else may go out', () => {
    const fits = new Map<string, string[]>();
    for (const { offered, template } of written) {
      if (offered) fits.set(template!, [...(fits.get(template!) ?? []), offered]);
    }
    const canChange = (one: string) => offers.find(({ offerId }) => offerId === one)?.fallback;
    const open = ['offer-price', 'offer-credit', 'offer-compensation'];
    for (const [template, offered] of fits) {
      if (!open.includes(template)) {
        expect({ template, offered: new Set(offered).size }).toEqual({ template, offered: 1 });
        expect({ template, other: offered.some(canChange) }).toEqual({ template, other: false });
      }
    }
  });

  it('is not sent twice in the same words on one way through a playbook', () => {
    const letters = Map.groupBy(written, ({ where }) => where.split('/')[0]!);
    const twice = [...letters].flatMap(([playbookId, some]) => {
      const [...names] = some.map(({ template }) => template!);
      return names.flatMap((name, at) =>
        names[at - 1] === name ? [`${playbookId}: ${name}`] : [],
      );
    });
    // The second of these is closed as not sent where the first went out, as its content says.
    const onlyOnce =
      /problem-open|complaint-honest|explanation|unknown-retail: question|light: letter/;
    expect(twice.filter((one) => !onlyOnce.test(one))).toEqual([]);
  });
});

describe('every offer of the catalogue', () => {
  it('has a name in both languages', () => {
    for (const { offerId, title, names } of offers) {
      expect({ offerId, english: names?.en ?? title }).not.toEqual({ offerId, english: title });
    }
  });
});

describe('a letter that offers something', () => {
  it.each(withCode.map((template) => [template.templateId, template] as const))(
    'promises it by its name, with the code and the day until which it is valid, or not at all: %s',
    (_, { texts }) => {
      const sender = { company: 'Laden', address: [], name: 'Eva' };
      for (const language of ['de', 'en'] as const) {
        const words = (offer: OfferToName | null) => {
          const to = { name: 'Kim', language, lastPurchaseAt: null, offer };
          const values = valuesOf(to, sender, { language, timeZone: standardPolicy.timeZone });
          return filledIn(texts[language]!, values).body;
        };
        const names = { de: 'Ein Kännchen', en: 'A small pot' };
        const code = { code: 'WB-A', expiresAt: '2026-12-24T12:00:00.000Z' };
        const offered = words({ title: 'Pot', names, ...code });
        expect(offered).toContain('WB-A');
        expect(offered).toContain(names[language]);
        expect(offered).toMatch(/24\. Dezember 2026|24 December 2026/);
        expect(promisesIn(words(null))).toEqual([]);
      }
    },
  );
});

/** Words of a concession, German and English. */
const promise =
  /euro|€|\d ?%|prozent|percent|gutschein|gutschrift|guthaben|rabatt|nachl[aä]ss|gratis|kostenlos|kostenfrei|umsonst|geschenk|zugabe|prämie|versandkosten|aufpreis|freimonat|monate? (frei|lang)|ermäßig|probebetrieb|probelieferung|muster|ausprobieren|pausier|vertrag ruh|entlassung|fristverlängerung|\braten\b|auf unsere kosten|einmal entgegenkommen|voucher|credit|discount|free of charge|for free|free (month|delivery)|extra charge|at our cost|trial|compensation/iu;
/** What rules a concession out is none. */
const ruledOut =
  /\b(?:keine?[nrms]?|nie|ohne|nicht)\b(?: \p{L}+)? (?:\p{L}*(?:gutschein|rabatt|nachl[aä]ss|prämie|guthaben)\p{L}*)/giu;

function promisesIn(text: string): string[] {
  return text
    .split(/(?<=[.!?:“])\s+/u)
    .filter((sentence) => promise.test(sentence.replaceAll(ruledOut, '')));
}

describe('who makes no offer', () => {
  /** Why what holds such a word is no concession. */
  const justified = new Map([
    [
      'disappointed-product-subscription/fixed-call',
      'to see that what was promised works now, under a contract that runs anyway',
    ],
    ['disappointed-service-business-key/visit', 'a question about the next three months'],
    ['price-business/understand', 'whoever calls is told not to give way'],
    ['pushed-away-intended/polite-letter', 'what the customer has coming anyway'],
    ['never-started-retail/help', 'a present that the customer bought for somebody'],
  ]);

  it('promises no concession, in what is said or written', () => {
    const found = doings
      .filter(({ kind, offered }) => offered === null && kind !== 'remedy')
      .flatMap(({ where, content = '' }) =>
        promisesIn(content).map((sentence) => ({ where, sentence })),
      );
    const places = new Set(found.map(({ where }) => where.replace(', instead', '')));
    expect(found.filter(({ where }) => !justified.has(where.replace(', instead', '')))).toEqual([]);
    expect([...justified.keys()].filter((where) => !places.has(where))).toEqual([]);
  });

  it('writes from templates that promise none', () => {
    for (const { templateId, texts } of templates) {
      if (codes.has(templateId)) continue;
      const promises = Object.values(texts).flatMap(({ subject, body }) =>
        promisesIn(`${subject}. ${body}`),
      );
      expect({ templateId, promises }).toEqual({ templateId, promises: [] });
    }
  });

  it.each([
    'Ich schreibe Ihnen 10 Euro gut.',
    'Kein Prospekt, aber ein Gutschein.',
    'Zwölf Monate lang weniger zahlen.',
    'Die zweite Bestellung ohne Versandkosten.',
    'You get a voucher.',
  ])('would be found out: %s', (sentence) => expect(promisesIn(sentence)).toEqual([sentence]));

  it.each([
    'Kein Gutschein: Am Preis lag es nicht.',
    'Keine Werbung, kein Rabatt, nie ein Nachlass.',
  ])('may rule one out: %s', (sentence) => expect(promisesIn(sentence)).toEqual([]));
});

import { join } from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { loadTemplates, parseTemplates, templateYaml } from '../../config/templates.ts';
import { filledIn, valuesOf } from '../../mail/text.ts';

const yaml = `templateId: ask
title: Ask back
texts:
  de:
    subject: Für {{customerName}}
    body: |
      {{salutation}},
      wie geht es Ihnen{{#lastPurchase}} seit dem {{lastPurchase}}{{/lastPurchase}}?
`;
const errorOf = (text: string) => {
  try {
    parseTemplates(text, 'mine.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
};

describe('a template', () => {
  it('comes out as it went in', () => {
    const [template] = parseTemplates(yaml, 'mine.yaml');
    expect(template).toMatchObject({ templateId: 'ask', texts: { de: { subject: /Für/ } } });
    expect(parseTemplates(templateYaml({ ...template!, version: 3 }), 'again')).toEqual([template]);
  });

  it.each([
    ['a name that is not known', '{{salutation}}', '{{password}}', '{{password}} is not one of: '],
    ['one inside a section', ' {{lastPurchase}}', ' {{iban}}', '{{iban}} is not one of: '],
    ['text that is not escaped', '{{salutation}}', '{{{salutation}}}', 'only (line 6)'],
    ['the same by a sign', '{{salutation}}', '{{&salutation}}', 'only (line 6)'],
    ['a part from elsewhere', '{{salutation}}', '{{>salutation}}', 'only (line 6)'],
    ['other brackets', '{{salutation}}', '{{=<% %>=}}', 'only (line 6)'],
    ['a section without an end', '{{/lastPurchase}}', '', 'Unclosed section'],
    ['no text', 'Für {{customerName}}', '""', 'texts.de.subject must be a text of 1 to 200'],
    ['another language', '  de:', '  fr:', 'texts'],
  ])('holds no %s', (_what, right, wrong, error) => {
    expect(yaml).toContain(right);
    expect(errorOf(yaml.replace(right, wrong))).toContain(error);
  });

  it('holds a language at least', () => {
    expect(errorOf('templateId: a\ntitle: A\ntexts: {}\n')).toContain('must hold a text');
  });
});

test('what the product begins with speaks both languages and knows all that it names', async () => {
  const templates = await loadTemplates(join(import.meta.dirname, '../../templates'));
  expect(templates.map(({ templateId }) => templateId)).toContain('letter');
  const sender = { company: 'Shop', address: [], name: 'Eva' };
  for (const { texts } of templates) {
    expect(Object.keys(texts).sort()).toEqual(['de', 'en']);
    for (const language of ['de', 'en'] as const) {
      for (const lastPurchaseAt of [null, '2026-03-24T16:30:00.000Z']) {
        const offer = lastPurchaseAt
          ? { title: 'Ein Kännchen', code: 'WB-A', expiresAt: lastPurchaseAt }
          : null;
        const customer = { name: null, language: null, lastPurchaseAt, offer };
        const values = valuesOf(customer, sender, { language, timeZone: 'Europe/Berlin' });
        const { subject, body } = filledIn(texts[language]!, values);
        expect(`${subject}${body}`).not.toMatch(/\{\{|undefined| ,| \./);
        if (lastPurchaseAt && body.includes('2026')) {
          expect(body).toMatch(language === 'de' ? /24\. März 2026/ : /24 March 2026/);
        }
      }
    }
  }
});

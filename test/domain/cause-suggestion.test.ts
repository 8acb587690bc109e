import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { builtInCauseRules } from '../../domain/cause-rules.ts';
import {
  causeRuleErrors,
  compileRules,
  suggestCauses,
  type CauseRule,
} from '../../domain/cause-suggestion.ts';

const builtIn = compileRules(builtInCauseRules);
const codes = (text: string, rules = builtIn) => suggestCauses(text, rules).map(({ code }) => code);

const rule = (fields: Partial<CauseRule>): CauseRule => ({
  ruleId: 'one',
  code: 'disappointed-service.delivery',
  language: 'de',
  words: ['liefer*'],
  weight: 2,
  ...fields,
});
const only = (fields: Partial<CauseRule>) => compileRules([rule(fields)]);

describe('a suggestion', () => {
  it('names the category, its cause, the words as they were written, and the rules', () => {
    const text = 'Die LIEFERUNG war verspätet.';
    expect(suggestCauses(text, only({ with: ['verspaet*'] }))).toEqual([
      {
        code: 'disappointed-service.delivery',
        cause: 'disappointed-service',
        score: 2,
        words: ['LIEFERUNG', 'verspätet'],
        ruleIds: ['one'],
      },
    ]);
  });

  it.each(['Qualität', 'Qualitaet', 'qualitat', 'QUALITÄT', 'Qualita\u0308t'])(
    'reads %s however it is typed',
    (text) => expect(codes(text, only({ words: ['qualität'] }))).toHaveLength(1),
  );

  it('knows where a word ends', () => {
    const price = only({ words: ['preis', '*erhöhung', '*kosten*'] });
    expect(codes('preiselbeeren', price)).toEqual([]);
    expect(codes('der Preis', price)).toHaveLength(1);
    expect(codes('Beitragserhöhungen', price)).toEqual([]);
    expect(codes('Beitragserhöhung', price)).toHaveLength(1);
    expect(codes('Versandkostenfrei', price)).toHaveLength(1);
  });

  it('reads a phrase as neighbours and a companion in the same clause', () => {
    expect(codes('round my corner', only({ words: ['round the corner'] }))).toEqual([]);
    const late = only({ words: ['order*'], with: ['late'], without: ['never'] });
    expect(codes('Orders were late', late)).toHaveLength(1);
    expect(codes('I ordered twice. It is late in the day', late)).toEqual([]);
    expect(codes('orders late, never mind', late)).toHaveLength(1);
    expect(codes('orders never late', late)).toEqual([]);
  });

  it.each([
    ["It's not the price", []],
    ['Der Preis war nicht der Grund', []],
    ['not only too expensive', ['better-offer-price']],
    ['nicht nur zu teuer', ['better-offer-price']],
    ['Not too expensive, but the staff is rude', ['disappointed-contact']],
    ['Nicht zu teuer, sondern unfreundlich', ['disappointed-contact']],
    ['I do not need it any more', ['no-need']],
  ])('hears what %s denies', (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it('takes more than a hint', () => {
    expect(codes('lieferung', only({ weight: 1 }))).toEqual([]);
    const two = compileRules([rule({ weight: 1 }), rule({ ruleId: 'two', weight: 1 })]);
    expect(codes('lieferung', two)).toHaveLength(1);
  });

  it('gives second choices, and of two alike the one whose rule comes first', () => {
    const rules = compileRules([
      rule({ code: 'neglected' }),
      rule({ ruleId: 'two', code: 'no-need' }),
      rule({ ruleId: 'three', code: 'life-change', weight: 3 }),
    ]);
    expect(codes('lieferung', rules)).toEqual(['life-change', 'neglected', 'no-need']);
  });

  it('never fails, and is the same every time', () => {
    const known = builtInCauseRules.flatMap(({ words }) => words);
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fc.constantFrom(...known, 'nicht', 'not', ',', '.')).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(text, (written) => {
        const found = suggestCauses(written, builtIn);
        expect(suggestCauses(written, builtIn)).toEqual(found);
        expect(new Set(found.map(({ code }) => code)).size).toBe(found.length);
      }),
      { numRuns: 200 },
    );
  });

  it('is there at once even for the longest text', () => {
    const long = 'zu teuer und kaputt '.repeat(100);
    const begun = performance.now();
    for (let i = 0; i < 5; i += 1) suggestCauses(long, builtIn);
    expect((performance.now() - begun) / 5).toBeLessThan(500);
  });
});

describe('a set of rules', () => {
  const errors = (...rules: CauseRule[]) =>
    causeRuleErrors(rules, (code) => code.endsWith('delivery'));

  it('is fine as it comes', () => {
    expect(causeRuleErrors(builtInCauseRules, () => false)).toEqual([]);
  });

  it.each<[Partial<CauseRule>, string]>([
    [{ code: 'nonsense' }, 'rules[0].code'],
    [{ code: 'neglected.unheard-of' }, 'rules[0].code'],
    [{ words: ['fine', 'a*'] }, 'rules[0].words[1]'],
    [{ words: ['two*words*here'] }, 'rules[0].words[0]'],
    [{ words: ['.*'] }, 'rules[0].words[0]'],
    [{ with: [''] }, 'rules[0].with[0]'],
    [{ without: ['x'.repeat(61)] }, 'rules[0].without[0]'],
  ])('with %j is refused for its field', (fields, field) => {
    expect(errors(rule(fields)).map((error) => error.field)).toEqual([field]);
  });

  it('names a rule that is there twice, and takes categories of the company', () => {
    expect(errors(rule({}), rule({}))).toEqual([
      { field: 'rules[1].ruleId', rule: 'is used twice: one' },
    ]);
  });
});

type Example = { label: string; text: string };

/** The hit rate on labelled examples: how often the first, or one of the first two suggestions is the label. */
function hitRate(examples: Example[]) {
  const rate = { texts: 0, first: 0, amongTwo: 0, wrong: 0, silent: 0, ofNone: 0, silentOnNone: 0 };
  for (const { label, text } of examples) {
    const found = codes(text);
    if (label === 'none') {
      rate.ofNone += 1;
      if (found.length === 0) rate.silentOnNone += 1;
      continue;
    }
    rate.texts += 1;
    if (found[0] === label) rate.first += 1;
    else if (found.length === 0) rate.silent += 1;
    else rate.wrong += 1;
    if (found.slice(0, 2).includes(label)) rate.amongTwo += 1;
  }
  return rate;
}

describe('the built-in rules on the labelled examples', () => {
  const file = join(import.meta.dirname, '../../examples/causes/labelled.csv');
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const examples = lines.map((line): Example => {
    const [, label, ...text] = line.split(';');
    return { label: label!, text: text.join(';') };
  });

  it.each([
    ['they were developed on', 0, { first: 94, amongTwo: 94, wrong: 0, silentOnNone: 12 }],
    ['they never saw', 1, { first: 76, amongTwo: 78, wrong: 2, silentOnNone: 12 }],
  ])('are as good as the documents say on the half that %s', (_half, remainder, least) => {
    const rate = hitRate(examples.filter((_, i) => i % 2 === remainder));
    console.log(`Hit rate on the half that ${_half}: ${JSON.stringify(rate)}`);
    expect(rate).toMatchObject({ texts: 96, ofNone: 12 });
    expect(rate.first).toBeGreaterThanOrEqual(least.first);
    expect(rate.amongTwo).toBeGreaterThanOrEqual(least.amongTwo);
    expect(rate.wrong).toBeLessThanOrEqual(least.wrong);
    expect(rate.silentOnNone).toBeGreaterThanOrEqual(least.silentOnNone);
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  causeOf,
  causeTree,
  longestCode,
  mostReliable,
  statementErrors,
  type CauseCategory,
} from '../../domain/causes.ts';
import { guideNameOf, guideNames, interviewGuide } from '../../domain/interview-guide.ts';
import { causes, isCause } from '../../domain/words.ts';

const delivery: CauseCategory = {
  code: 'disappointed-service.delivery',
  parent: 'disappointed-service',
  name: { de: 'Lieferung', en: 'Delivery' },
  createdAt: '2026-11-02T08:00:00.000Z',
  retiredAt: null,
};

describe('the tree of causes', () => {
  const tree = causeTree([delivery]);

  it('has every cause once, with its names in both languages', () => {
    expect(tree.filter(({ kind }) => kind === 'cause').map(({ code }) => code)).toEqual(causes);
    for (const { name } of tree) {
      expect(name.de).not.toBe('');
      expect(name.en).not.toBe('');
    }
  });

  it.each([
    ['better-offer-price', 'better-offer'],
    ['disappointed-contact', 'disappointed'],
    ['pushed-away-intended', 'pushed-away'],
    ['no-need', null],
    ['unknown', null],
    ['disappointed-service.delivery', 'disappointed-service'],
    ['disappointed', null],
  ])('has %s below %s', (code, parent) => {
    expect(tree.find((node) => node.code === code)).toMatchObject({ code, parent });
  });

  it('names each before what is below it', () => {
    const seen = new Set<string | null>([null]);
    for (const { code, parent } of tree) {
      expect(seen.has(parent)).toBe(true);
      seen.add(code);
    }
  });
});

describe('the code of a category', () => {
  it.each([
    ['disappointed-service.delivery', 'disappointed-service'],
    ['no-need.b2b-2026', 'no-need'],
    ['neglected', 'neglected'],
  ])('%s means %s', (code, cause) => expect(causeOf(code)).toBe(cause));

  it.each([
    'disappointed',
    'disappointed.service',
    'neglected.',
    'neglected.A',
    'neglected.a.b',
    'neglected.-a',
    'toString',
    '',
    'neglected.a\n',
  ])('%j means nothing', (code) => expect(causeOf(code)).toBeUndefined());
});

describe('a statement', () => {
  it.each([
    [{ category: 'neglected.calls' }, []],
    [{ category: 'no-need.calls' }, ['category']],
    [{ furtherCauses: ['no-need', 'neglected.calls'] }, []],
    [{ furtherCauses: ['neglected'] }, ['furtherCauses']],
    [{ furtherCauses: ['no-need', 'no-need'] }, ['furtherCauses']],
    [{ category: 'neglected.calls', furtherCauses: ['neglected.calls'] }, ['furtherCauses']],
  ])('of neglect with %j is at fault in %j', (more, faults) => {
    const errors = statementErrors({ cause: 'neglected', ...more });
    expect(errors.map(({ field }) => field)).toEqual(faults);
  });

  it('counts by the most reliable layer', () => {
    expect(mostReliable({ stated: 1, assessed: 2, verified: 3 })).toBe(3);
    expect(mostReliable({ stated: 1, assessed: 2, verified: null })).toBe(2);
    expect(mostReliable({ stated: 1 })).toBe(1);
    expect(mostReliable({})).toBeNull();
  });

  it('has codes that fit their limit', () => {
    for (const cause of causes) expect(cause.length).toBeLessThan(longestCode / 2);
  });
});

describe('the interview guides', () => {
  it.each(guideNames)('%s has questions and hints in both languages, each to a cause', (name) => {
    const [de, en] = [interviewGuide(name, 'de'), interviewGuide(name, 'en')];
    expect(de.questions.length).toBeGreaterThanOrEqual(4);
    const hints = (guide: typeof de) => guide.questions.flatMap(({ listenFor }) => listenFor);
    expect(hints(de).map(({ cause }) => cause)).toEqual(hints(en).map(({ cause }) => cause));
    expect(hints(en).every(({ cause }) => isCause(cause))).toBe(true);
    const texts = (guide: typeof de) => [
      guide.opening,
      guide.closing,
      ...guide.questions.map(({ question }) => question),
      ...hints(guide).map(({ hint }) => hint),
    ];
    for (const [i, text] of texts(de).entries()) {
      expect(text).not.toBe('');
      expect(texts(en)[i]).not.toBe(text);
    }
  });

  it('lead to every cause', () => {
    const led = guideNames.flatMap((name) =>
      interviewGuide(name, 'en').questions.flatMap(({ listenFor }) => listenFor),
    );
    expect(new Set(led.map(({ cause }) => cause))).toEqual(new Set(causes));
  });

  it('fit the trigger, and first-time buyers have one of their own', () => {
    expect(guideNameOf('dormancy', 'no-second-purchase')).toBe('no-second-purchase');
    expect(guideNameOf('dormancy', 'out-of-rhythm')).toBe('dormancy');
    expect(guideNameOf('cancellation', null)).toBe('cancellation');
  });
});

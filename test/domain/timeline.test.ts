import { approvalReasons, offerRefusals } from '../../domain/offers.ts';
import { trialStates } from '../../domain/optimisation.ts';
import { describe, expect, it } from '@jest/globals';
import { endReasons, taskCloseReasons } from '../../domain/case.ts';
import { decisionReasons } from '../../domain/identification.ts';
import { permissionReasons } from '../../domain/permission.ts';
import { taskTypeNames, taskTypes } from '../../domain/tasks.ts';
import {
  timelineCodes,
  timelineText,
  type TimelineCode,
  type TimelineData,
} from '../../domain/timeline.ts';
import { timelineTextInGerman } from '../../domain/timeline-german.ts';
import { outcomes } from '../../domain/words.ts';
import { aSilentLoss } from '../support/silent-losses.ts';

const at = '2026-03-24T16:30:00.000Z';

/** What the engine tells with each code. */
const sensible: Record<TimelineCode, TimelineData[]> = {
  opened: [{ trigger: 'dormancy', episode: 2 }],
  'silent-loss': [aSilentLoss],
  identified: decisionReasons.map((reason) => ({
    decision: 'pursue-light',
    reason,
    tier: 'C',
    value: 51_100,
    chancePercent: 14.4,
    chanceFrom: 'policy',
    chanceCases: 0,
    currency: 'EUR',
    policyVersion: 'standard-3',
  })),
  'manager-asked': ['natural-loss', 'wanted-loss', 'third-chance'].map((reason) => ({
    reason,
    tier: 'A',
    value: 51_100,
    chancePercent: 14.4,
    chanceFrom: 'policy',
    chanceCases: 0,
    currency: 'EUR',
  })),
  'control-group': [{}],
  'step-entered': [{ step: 'cause-analysis' }],
  'cause-recorded': [{ layer: 'stated', cause: 'better-offer-price' }],
  'playbook-chosen': [
    { playbookId: 'remedy-first', version: 4 },
    { playbookId: 'remedy-first', version: 4, because: 'cause, trigger', alsoFitted: 'light, any' },
    { playbookId: 'any', version: 1, because: '', alsoFitted: '' },
    ...trialStates.map((trial) => ({
      ...{ playbookId: 'any', version: 1, because: '', alsoFitted: 'other', trial },
      ...{ arms: 'any@1 0.4000, other@2 0.6000', probability: 0.4 },
    })),
  ],
  'playbook-changed': [{ playbookId: 'remedy-first', version: 5 }],
  'plan-tailored': [{ change: 'bring-forward', measureId: 'ask-back' }],
  'offer-drawn': trialStates.map((trial) => ({
    ...{ concession: 'credit', trial, arms: 'credit 0.4000, gift 0.6000', probability: 0.4 },
    ...{ objective: 'margin', leftOut: trial === 'running' ? 'upgrade above-limit' : '' },
  })),
  'offer-refused': offerRefusals.map((reason) => ({ concession: 'credit', reason })),
  'approval-asked': approvalReasons.map((reason) => ({
    ...{ concession: 'credit', cost: 5_000, currency: 'EUR', reason },
  })),
  'offer-approved': [{ concession: 'credit' }],
  'used-instead': [{ kind: 'letter' }],
  'no-playbook': [{}],
  'task-opened': taskTypeNames.map((type) => ({
    ...{ type, dueAt: at, attempt: 1 },
    ...{ time: '17:30', answeredPercent: 41, calls: 12 },
  })),
  'task-done': [{ type: 'offer-call', outcome: 'not-now' }],
  'task-cancelled': taskCloseReasons.map((reason) => ({ type: 'letter', reason })),
  'task-rescheduled': [{ type: 'visit', dueAt: at }],
  'late-result': [{ type: 'remedy', outcome: 'fixed' }],
  'contact-not-permitted': [
    { type: 'letter' },
    ...permissionReasons.map((reason) => ({ type: 'cause-call', reason })),
    { type: 'cause-call', reason: 'no-permission', rule: 'DE/recovery/phone/consumer: UWG § 7' },
  ],
  'gave-up': [{ type: 'cause-call', reason: 'put-off-too-often' }],
  purchase: [{ amount: 4_990, currency: 'EUR', factAt: at }],
  cancellation: [
    { cause: 'neglected', effectiveAt: at, factAt: at },
    { cause: null, effectiveAt: null, factAt: at },
  ],
  'cancellation-withdrawn': [{ factAt: at }],
  objection: [{ factAt: at }],
  death: [{ factAt: at }],
  permission: [
    { channel: 'phone', granted: true, factAt: at },
    { channel: 'letter', granted: false, factAt: at },
  ],
  'mail-queued': [{ template: 'ask-back' }],
  'mail-not-sent': ['no-address', 'undeliverable', 'no-template', 'not-permitted'].map(
    (reason) => ({ template: 'ask-back', reason }),
  ),
  'mail-bounced': [{ factAt: at }],
  delivery: [{ factAt: at }],
  satisfaction: [{ score: 3, factAt: at }],
  'early-warning': [{ silentDays: 40, usualDays: 21, factAt: at }],
  'make-up': [{ why: 'satisfaction' }, { why: 'old-cause' }, { why: 'early-warning' }],
  'after-delivery': [{ dueAt: at }],
  regained: [{ by: 'purchase' }, { by: 'cancellation-withdrawn' }],
  'observation-begun': [{ until: at }],
  'satisfaction-answered': [{ score: 0 }, { score: 10 }],
  'offer-sent': [{ concession: 'credit', cost: 1_500, currency: 'EUR' }],
  'offer-accepted': [{ concession: 'credit', cost: 1_500, currency: 'EUR' }],
  paused: [{ until: at }],
  resumed: [{ byManager: true }, { byManager: false }],
  repaired: [{ what: 'projection-behind' }],
  closed: outcomes.flatMap((outcome) => endReasons.map((reason) => ({ outcome, reason }))),
};

describe('an entry of the timeline', () => {
  it.each(timelineCodes)('%s is told in whole words', (code) => {
    for (const data of sensible[code]) {
      const text = timelineText({ code, data });
      expect(text).not.toMatch(/undefined|NaN|null|\[object|function|Invalid|\s{2}/);
      expect(text).toMatch(/^[A-Z].{9,}\S$/);
    }
  });

  it.each<[TimelineCode, TimelineData, string]>([
    ['opened', sensible.opened[0]!, 'Case opened by dormancy, episode 2'],
    [
      'identified',
      { ...sensible.identified[0]!, reason: 'expected-gain' },
      'Expected second lifetime value €511.00 (tier C), chance of return 14.4 % (by the policy): pursue light, because of what that promises and costs (policy standard-3)',
    ],
    [
      'manager-asked',
      sensible['manager-asked'][2]!,
      'A manager is asked to decide (expected second lifetime value €511.00 (tier A), chance of return 14.4 % (by the policy)), because the customer already came back once',
    ],
    ['cause-recorded', sensible['cause-recorded'][0]!, 'Cause (stated): better offer price'],
    [
      'task-opened',
      { type: 'cause-call', dueAt: at, attempt: 1 },
      `Task: Ask why the customer left, due ${at}`,
    ],
    [
      'task-opened',
      { type: 'cause-call', dueAt: at, attempt: 2 },
      `Task: Ask why the customer left, attempt 2, due ${at}`,
    ],
    ['cancellation', sensible.cancellation[0]!, `The customer cancelled, effective ${at}`],
    ['cancellation', sensible.cancellation[1]!, 'The customer cancelled'],
    [
      'permission',
      { channel: 'letter', granted: false },
      'The customer withdrew the leave for contact by letter',
    ],
    ['regained', { by: 'purchase' }, 'Regained: bought again'],
    ['regained', { by: 'cancellation-withdrawn' }, 'Regained: cancellation withdrawn'],
    ['resumed', { byManager: false }, 'The pause is over'],
    ['offer-accepted', sensible['offer-accepted'][0]!, 'Offer accepted: credit, costs €15.00'],
    [
      'closed',
      { outcome: 'lost-again', reason: 'no-second-purchase' },
      'Case closed: lost again (no second purchase)',
    ],
  ])('%s with its data', (code, data, text) => {
    expect(timelineText({ code, data })).toBe(text);
  });

  it.each(decisionReasons)('explains %s in a sentence, not by its code', (reason) => {
    const text = timelineText({ code: 'identified', data: { ...sensible.identified[0]!, reason } });
    const [, why] = /because (.+) \(policy/.exec(text)!;
    expect(why!.split(' ').length).toBeGreaterThan(2);
    expect(why).not.toBe(reason.replaceAll('-', ' '));
  });

  it('names every type of task by its title', () => {
    for (const type of taskTypeNames) {
      const text = timelineText({ code: 'task-done', data: { type, outcome: 'refused' } });
      expect(text).toBe(`Done: ${taskTypes[type].title}. Result: refused`);
    }
  });

  it('still tells a task of a type that is no longer known', () => {
    const data = { type: 'fax', outcome: 'sent' };
    expect(timelineText({ code: 'task-done', data })).toBe('Done: fax. Result: sent');
  });
});

describe('an entry of the timeline in German', () => {
  const day = (text: string) => text.slice(0, 10).split('-').reverse().join('.');

  it.each(timelineCodes)('%s is told in whole words', (code) => {
    for (const data of sensible[code]) {
      const text = timelineTextInGerman({ code, data }, day);
      expect(text).not.toMatch(/undefined|NaN|null|\[object|function|Invalid|\s{2}|\d{4}-\d\d-/);
      expect(text).toMatch(/^[A-ZÄÖÜ].{9,}\S$/);
    }
  });

  it.each<[TimelineCode, TimelineData, string]>([
    ['opened', sensible.opened[0]!, 'Fall eröffnet wegen Abwanderung, Episode 2'],
    [
      'task-opened',
      { type: 'cause-call', dueAt: at, attempt: 2 },
      'Aufgabe: Nach der Ursache fragen, 2. Versuch, fällig 24.03.2026',
    ],
    [
      'cause-recorded',
      sensible['cause-recorded'][0]!,
      'Ursache (genannt): Besseres Angebot anderswo: Preis',
    ],
    [
      'closed',
      { outcome: 'lost-again', reason: 'no-second-purchase' },
      'Fall geschlossen: Wieder verloren (kein zweiter Kauf)',
    ],
  ])('%s with its data', (code, data, text) => {
    expect(timelineTextInGerman({ code, data }, day)).toBe(text);
  });

  it('has German for every reason', () => {
    const said = [
      ...endReasons.map((reason) => ['closed', { outcome: 'lost', reason }, reason] as const),
      ...taskCloseReasons.map(
        (reason) => ['task-cancelled', { type: 'letter', reason }, reason] as const,
      ),
      ...decisionReasons.map(
        (reason) => ['identified', { ...sensible.identified[0]!, reason }, reason] as const,
      ),
      ...offerRefusals.map(
        (reason) => ['offer-refused', { concession: 'x', reason }, reason] as const,
      ),
      ...taskTypeNames.flatMap((type) =>
        taskTypes[type].result.outcome.values.map(
          (outcome) => ['task-done', { type, outcome }, `: ${outcome}`] as const,
        ),
      ),
    ];
    const english = said.filter(([code, data, word]) =>
      timelineTextInGerman({ code, data }, day).includes(word),
    );
    expect(english.map(([, , word]) => word)).toEqual([]);
  });
});

describe('money on the timeline', () => {
  it.each([
    [0, 'EUR', '€0.00'],
    [5, 'EUR', '€0.05'],
    [4_990, 'EUR', '€49.90'],
    [123_456_789, 'USD', '$1,234,567.89'],
    [-1_500, 'EUR', '-€15.00'],
  ])('%i minor units of %s are %s', (amount, currency, money) => {
    const text = timelineText({ code: 'purchase', data: { amount, currency } });
    expect(text).toBe(`The customer bought for ${money}`);
  });

  // ISO 4217: the yen has no minor unit, the dinar of Kuwait a thousand, the forint a hundred.
  it.each([
    [1_999, 'JPY', '¥1,999'],
    [1_999, 'KWD', 'KWD 1.999'],
    [199_950, 'HUF', 'HUF 1,999.50'],
  ])(
    '%i minor units of %s are %s, as many digits as the currency has',
    (amount, currency, money) => {
      const text = timelineText({ code: 'purchase', data: { amount, currency } });
      expect(text.replace('\u00a0', ' ')).toBe(`The customer bought for ${money}`);
    },
  );
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadPolicy, policySchema } from '../../config/policy.ts';
import type { DomainError } from '../../domain/errors.ts';
import { demoPolicy, standardPolicy } from '../../domain/standard-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'winback-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

function policyFile(content: unknown, name = 'shop.json'): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function refusal(content: unknown, name?: string): Promise<DomainError> {
  return loadPolicy(policyFile(content, name)).then(
    () => {
      throw new Error('accepted');
    },
    (error: DomainError) => {
      expect(error.code).toBe('invalid');
      return error;
    },
  );
}

describe('a policy', () => {
  test.each([standardPolicy, demoPolicy])('built in passes its own rules: $name', (policy) => {
    expect(policySchema.parse(policy)).toEqual(policy);
  });

  test('is found by its name', async () => {
    expect(await loadPolicy('standard')).toEqual(standardPolicy);
    expect(await loadPolicy('demo')).toEqual(demoPolicy);
  });

  test('may be a whole one in a file', async () => {
    const whole = { ...demoPolicy, name: 'shop' };
    expect(await loadPolicy(policyFile(whole))).toEqual(whole);
    expect(await loadPolicy(policyFile(`\uFEFF${JSON.stringify(whole)}`))).toEqual(whole);
  });

  test('may give only what differs: objects are merged, lists replaced, the file names it', async () => {
    const file = policyFile(
      {
        extends: 'standard',
        team: { capacity: 5 },
        contact: { hours: { workDays: [6] }, timesOfDay: ['11:00'] },
      },
      'Shop (Süd).json',
    );
    expect(await loadPolicy(file)).toEqual({
      ...standardPolicy,
      name: 'shop-s-d',
      team: { id: 'recovery', capacity: 5 },
      contact: {
        ...standardPolicy.contact,
        hours: { workDays: [6], opensAt: '09:00', closesAt: '19:00' },
        timesOfDay: ['11:00'],
      },
    });
  });

  test('may take away the working hours that it extends, and give some where there are none', async () => {
    const aroundTheClock = { extends: 'standard', contact: { hours: null } };
    expect((await loadPolicy(policyFile(aroundTheClock))).contact.hours).toBeNull();
    const hours = { workDays: [1], opensAt: '08:00', closesAt: '12:00' };
    const withHours = { extends: 'demo', contact: { hours } };
    expect((await loadPolicy(policyFile(withHours))).contact.hours).toEqual(hours);
  });
});

describe('a policy file is refused', () => {
  test('with its name, every bad field and its rule', async () => {
    const error = await refusal({
      extends: 'standard',
      detection: { threshold: { 'own-rhythm': 0 } },
      measures: { call: { attempts: 1.5 } },
    });
    expect(error.message).toBe(
      `policy file ${join(folder, 'shop.json')}: ` +
        'detection.threshold.own-rhythm must be a number from 1 to 100; ' +
        'measures.call.attempts must be a whole number from 1 to 20',
    );
    expect(error.fields.map(({ field }) => field)).toEqual([
      'detection.threshold.own-rhythm',
      'measures.call.attempts',
    ]);
  });

  test('when it cannot be read', async () => {
    await expect(loadPolicy(join(folder, 'nowhere.json'))).rejects.toThrow(
      'cannot be read (ENOENT); give standard, demo or the path of a JSON file',
    );
    await expect(loadPolicy('toString')).rejects.toThrow('cannot be read (ENOENT)');
  });

  test.each([
    ['{', 'is not JSON'],
    ['', 'is not JSON'],
    ['[]', 'must hold one JSON object'],
    ['null', 'must hold one JSON object'],
  ])('when it holds %j instead of an object', async (content, rule) => {
    expect((await refusal(content)).message).toContain(rule);
  });

  test('when it extends what is not built in', async () => {
    expect((await refusal({ extends: 'other' })).message).toContain(
      'extends must be one of: standard, demo',
    );
    expect((await refusal({ extends: 'toString' })).message).toContain('extends must be one of');
  });

  test('when it passes for a built-in policy', async () => {
    const same = 'name must not be that of a built-in policy (standard, demo)';
    expect((await refusal({ ...standardPolicy })).message).toContain(same);
    expect((await refusal({ extends: 'demo' }, 'demo.json')).message).toContain(same);
  });

  test('when it is not whole and extends nothing', async () => {
    const { fields } = await refusal({ team: { id: 'recovery', capacity: 1 } });
    expect(fields).toContainEqual({ field: 'detection', rule: 'must be an object' });
  });

  test('when a hidden key would change what objects inherit', async () => {
    const error = await refusal('{"extends":"standard","team":{"__proto__":{"capacity":1}}}');
    expect(error.message).toContain('team.__proto__ is not known here');
  });

  const call = standardPolicy.measures.call;
  const afterCare = (...after: string[]) => ({
    secondLoyalty: { afterCare: after.map((each) => ({ task: 'aftercare-call', after: each })) },
  });
  const duration =
    'must be a length of time like 20s, 15m, 4h or 90d, more than 0 and at most 36500d';
  test.each([
    ['overdueafter', { overdueafter: '1d' }, 'is not known here'],
    ['team.size', { team: { size: 3 } }, 'is not known here'],
    ['team', { team: 5 }, 'must be an object'],
    ['team.capacity', { team: { capacity: -1 } }, 'must be a whole number from 0 to 1000000'],
    ['team.id', { team: { id: 'Our Team' } }, 'must be 1 to 50 small letters, digits or hyphens'],
    [
      'timeZone',
      { timeZone: 'Europe/Entenhausen' },
      'must be a known IANA time zone like Europe/Berlin',
    ],
    ['timeZone', { timeZone: '+01:00' }, 'must be a known IANA time zone like Europe/Berlin'],
    [
      'currency',
      { currency: 'eur' },
      'must be a currency of ISO 4217: three capital letters like EUR',
    ],
    ['overdueAfter', { overdueAfter: '0d' }, duration],
    ['overdueAfter', { overdueAfter: '1.5d' }, duration],
    ['overdueAfter', { overdueAfter: '36501d' }, duration],
    ['overdueAfter', { overdueAfter: 60 }, duration],
    [
      'measures.call.retryAfter',
      { measures: { call: { ...call, retryAfter: [] } } },
      'must be a list of 1 to 20 entries',
    ],
    [
      'measures.call.retryAfter.1',
      { measures: { call: { ...call, retryAfter: ['1d', 'later'] } } },
      duration,
    ],
    [
      'contact.hours.closesAt',
      { contact: { hours: { opensAt: '19:00' }, timesOfDay: [] } },
      'must be later than opensAt',
    ],
    [
      'contact.hours.opensAt',
      { contact: { hours: { opensAt: '9:00' } } },
      'must be a time of day like 09:30',
    ],
    [
      'contact.hours.workDays',
      { contact: { hours: { workDays: [] } } },
      'must be a list of 1 to 7 entries',
    ],
    [
      'contact.hours.workDays',
      { contact: { hours: { workDays: [1, 1] } } },
      'must name each day once (1 is Monday)',
    ],
    [
      'contact.timesOfDay.0',
      { contact: { timesOfDay: ['19:00'] } },
      'must be within the working hours, 09:00 to 19:00',
    ],
    [
      'detection.minimumSilence',
      { detection: { minimumSilence: '730d' } },
      'must be shorter than maximumSilence, or nobody would ever count as lost',
    ],
    [
      'detection.threshold.mbg-nbd',
      { detection: { threshold: { 'mbg-nbd': 1 } } },
      'must be a probability above 0 and below 1',
    ],
    [
      'detection.secondPurchaseShare',
      { detection: { secondPurchaseShare: 85 } },
      'must be 10, 20 … or 90',
    ],
    [
      'detection.rule',
      { detection: { rule: 'p-alive' } },
      'must be one of: recommended, fixed-days, own-rhythm, bg-nbd, mbg-nbd',
    ],
    [
      'identification.tierFrom',
      { identification: { tierFrom: { B: 20_001 } } },
      'must not rise from A to C',
    ],
    [
      'identification.onManagerSilence',
      { identification: { onManagerSilence: 'ignore' } },
      'must be one of: pursue, pursue-light, do-not-pursue',
    ],
    [
      'identification.effort.pursue.hours',
      { identification: { effort: { pursue: { hours: 0 } } } },
      'must be a number of hours from 0.01 to 1000',
    ],
    [
      'identification.controlGroupPercent',
      { identification: { controlGroupPercent: 101 } },
      'must be a whole number from 0 to 100',
    ],
    [
      'successControl.regained.dormancy.of',
      { successControl: { regained: { dormancy: { of: 'visits' } } } },
      'must be one of: purchase-days, spend, either, both',
    ],
    [
      'optimisation.floorPercent',
      {
        optimisation: {
          ...{ floorPercent: 0, stopAtPercent: 95, casesAtMost: 300, judgedAfter: '180d' },
        },
      },
      'must be a whole number from 1 to 50',
    ],
    [
      'secondLoyalty.afterCare.1.after',
      afterCare('30d', '4d'),
      'must be later than the entry before it',
    ],
    [
      'secondLoyalty.afterCare.0.after',
      afterCare('181d'),
      'must be within the observation of 180d',
    ],
    [
      'secondLoyalty.referralFromScore',
      { secondLoyalty: { referralFromScore: 11 } },
      'must be a whole number from 0 to 10',
    ],
  ])('when %s is wrong: %j', async (field, change, rule) => {
    const { fields } = await refusal({ extends: 'standard', ...change });
    expect(fields).toEqual([{ field, rule }]);
  });
});

import { expect, test } from '@jest/globals';
import {
  evidenceIn,
  proofText,
  ruleIn,
  ruleText,
  type Evidence,
  type RuleOfContact,
} from '../../domain/reliance.ts';

const at = '2026-03-05T10:00:00.000Z';
const evidence: Evidence[] = [
  { kind: 'told', by: 'shop on Mars', at },
  { kind: 'order', orderId: 'order 7 of 9', at },
  { kind: 'objection', at },
  { kind: 'no-refusal' },
];

test.each(evidence)('what is in our hands is read as it was written: $kind', (one) => {
  expect(evidenceIn(proofText(one))).toEqual(one);
});

test.each(['Telefonformular C-1001', 'told by Anna', 'order 7', 'objection of old'])(
  'what somebody has named as a proof stays theirs: %s',
  (proof) => expect(evidenceIn(proof)).toBeNull(),
);

test.each(['DE', null])('a rule is read as it was written, for the country %s', (country) => {
  const rule: RuleOfContact = {
    ...{ country, purpose: 'recovery', channel: 'phone', kind: 'consumer' },
    law: 'UWG § 7 Abs. 2 Nr. 1, § 7a: both/either',
  };
  expect(ruleIn(ruleText(rule))).toEqual(rule);
});

test('what is no rule of ours is none', () => {
  expect(ruleIn('by hand')).toBeNull();
});

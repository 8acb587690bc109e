import type { Channel, CustomerKind, Purpose } from './words.ts';

/*
 * How the rule and the proof of a contact are written down with it, for good and in English, and how they are read from
 * there: whoever shows them has words of their own.
 */

/** null: none is known for the country, and the strictest holds */
export type RuleOfContact = { country: string | null } & {
  purpose: Purpose;
  channel: Channel;
  kind: CustomerKind;
  /** where it stands */
  law: string;
};

const ofAnyCountry = '*';

/** `DE/recovery/phone/consumer: UWG § 7 …` */
export function ruleText({ country, purpose, channel, kind, law }: RuleOfContact): string {
  return `${country ?? ofAnyCountry}/${purpose}/${channel}/${kind}: ${law}`;
}

export function ruleIn(text: string): RuleOfContact | null {
  const parts = /^([^/]+)\/([^/]+)\/([^/]+)\/([^/:]+): (.+)$/s.exec(text);
  if (!parts) return null;
  const [country, purpose, channel, kind, law] = parts.slice(1) as [
    ...[string, Purpose, Channel],
    ...[CustomerKind, string],
  ];
  return { country: country === ofAnyCountry ? null : country, purpose, channel, kind, law };
}

/** What we have in our hands where nobody has named a proof. */
export type Evidence =
  | { kind: 'told'; by: string; at: string }
  | { kind: 'order'; orderId: string; at: string }
  | { kind: 'objection'; at: string }
  | { kind: 'no-refusal' };

export function proofText(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'told':
      return `told by ${evidence.by} on ${evidence.at}`;
    case 'order':
      return `order ${evidence.orderId} of ${evidence.at}`;
    case 'objection':
      return `objection of ${evidence.at}`;
    case 'no-refusal':
      return 'no refusal on record';
  }
}

const moment = String.raw`(\d{4}-\d\d-\d\dT[\d:.]+Z)`;
const told = new RegExp(`^told by (.+) on ${moment}$`, 's');
const order = new RegExp(`^order (.+) of ${moment}$`, 's');
const objection = new RegExp(`^objection of ${moment}$`);

/** null: a proof that somebody has named, in their own words */
export function evidenceIn(proof: string): Evidence | null {
  const [, by, toldAt] = told.exec(proof) ?? [];
  if (by && toldAt) return { kind: 'told', by, at: toldAt };
  const [, orderId, boughtAt] = order.exec(proof) ?? [];
  if (orderId && boughtAt) return { kind: 'order', orderId, at: boughtAt };
  const [, objectedAt] = objection.exec(proof) ?? [];
  if (objectedAt) return { kind: 'objection', at: objectedAt };
  return proof === proofText({ kind: 'no-refusal' }) ? { kind: 'no-refusal' } : null;
}

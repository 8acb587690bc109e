import { durationMs, latest, type Duration } from './duration.ts';
import { basisIn } from './legal-basis.ts';
import { ruleText } from './reliance.ts';
import type { Channel, CustomerKind, LegalBasis, Purpose } from './words.ts';

/*
 * Who may be contacted how and what for. The rules are data; a country that is not among them, and a customer whose
 * country nobody knows, is treated by the strictest. A customer of unknown kind is a consumer.
 */

/** What establishes a basis: the customer's (or the sales system's) recorded word, or a purchase. */
type Ground = { basis: LegalBasis; by: 'word' | 'purchase' | 'nothing' };

type Rule = {
  /** each of them is enough */
  grounds: Ground[];
  /** where the law says so */
  law: string;
};

type Rules = {
  byPurpose: Record<Purpose, Record<Channel, Record<CustomerKind, Rule>>>;
  /** a consent that is not used for longer counts no more: its proof need be kept no longer either */
  consentLastsUnused: Duration;
  /** a purchase makes an existing customer for so long: our caution, where the law names no period */
  customerFor: Duration;
};

const consent: Ground = { basis: 'express-consent', by: 'word' };
const presumed: Ground[] = [
  { basis: 'presumed-consent', by: 'word' },
  { basis: 'presumed-consent', by: 'purchase' },
];
/** The address comes from a sale, it is about similar goods, and the customer was told of the right to object: only the sales system knows. */
const toldCustomer: Ground = { basis: 'existing-customer', by: 'word' };
const customer: Ground[] = [toldCustomer, { basis: 'existing-customer', by: 'purchase' }];
const contract: Ground[] = [
  { basis: 'contract', by: 'word' },
  { basis: 'contract', by: 'purchase' },
];
const noneNeeded: Ground = { basis: 'none-needed', by: 'nothing' };

function alike(law: string, ...grounds: Ground[]): Record<CustomerKind, Rule> {
  return { consumer: { law, grounds }, business: { law, grounds } };
}

/** What is no advertising: a contract is enough, and so is consent. */
function service(law: string): Record<Channel, Record<CustomerKind, Rule>> {
  const rule = alike(law, ...contract, consent);
  return { phone: rule, email: rule, visit: rule, letter: alike(law, noneNeeded) };
}

const fiveYears = '1826d';

export const rulesByCountry: Record<string, Rules> = {
  DE: {
    byPurpose: {
      recovery: {
        phone: {
          consumer: { law: 'UWG § 7 Abs. 2 Nr. 1, § 7a', grounds: [consent] },
          business: { law: 'UWG § 7 Abs. 2 Nr. 1', grounds: [consent, ...presumed] },
        },
        email: alike('UWG § 7 Abs. 2 Nr. 2, Abs. 3', consent, toldCustomer),
        letter: alike('UWG § 7 Abs. 1', noneNeeded),
        visit: alike('UWG § 7 Abs. 1', noneNeeded),
      },
      service: service('DSGVO Art. 6 Abs. 1 lit. b'),
    },
    // § 7a Abs. 2: five years from the consent and from every use.
    consentLastsUnused: fiveYears,
    customerFor: '730d',
  },
  AT: {
    byPurpose: {
      recovery: {
        // The Austrian law knows no exception for business customers.
        phone: alike('TKG 2021 § 174 Abs. 1', consent),
        email: alike('TKG 2021 § 174 Abs. 3 und 4', consent, toldCustomer),
        letter: alike('DSGVO Art. 6 Abs. 1 lit. f, Art. 21', noneNeeded),
        visit: alike('DSGVO Art. 6 Abs. 1 lit. f, Art. 21', noneNeeded),
      },
      service: service('DSGVO Art. 6 Abs. 1 lit. b'),
    },
    consentLastsUnused: fiveYears,
    customerFor: '730d',
  },
  CH: {
    byPurpose: {
      recovery: {
        phone: alike('UWG Art. 3 Abs. 1 lit. u', consent, ...customer),
        email: alike('UWG Art. 3 Abs. 1 lit. o', consent, toldCustomer),
        letter: alike('UWG Art. 3 Abs. 1', noneNeeded),
        visit: alike('UWG Art. 3 Abs. 1', noneNeeded),
      },
      service: service('DSG Art. 31 Abs. 2 lit. a'),
    },
    consentLastsUnused: fiveYears,
    customerFor: '730d',
  },
};

const strictestLaw = 'no rules for this country: the strictest';

const strictest: Rules = {
  byPurpose: {
    recovery: {
      phone: alike(strictestLaw, consent),
      email: alike(strictestLaw, consent),
      visit: alike(strictestLaw, consent),
      letter: alike(strictestLaw, noneNeeded),
    },
    service: service(strictestLaw),
  },
  consentLastsUnused: fiveYears,
  customerFor: '730d',
};

/** One word of a customer on a channel, as it is kept. */
export type Word = {
  permissionId: number;
  channel: Channel;
  /** null: for every purpose */
  purpose: Purpose | null;
  granted: boolean;
  /** one of our bases, or the sales system's own text */
  legalBasis: string | null;
  proof: string | null;
  at: string;
  /** of the event, the file or the person that told of it */
  source: string;
};

/** What permission depends on, as of `at`. */
export type Asking = {
  country: string | null;
  kind: CustomerKind | null;
  channel: Channel;
  purpose: Purpose;
  /** of any channel, the newest first */
  history: Word[];
  objectedAt: string | null;
  deceasedAt: string | null;
  lastPurchaseAt: string | null;
  /** the last contact on this channel */
  lastUsedAt: string | null;
  at: string;
};

/** `unless-refused`: everything that was not refused, whatever the law says. */
export const permissionModes = ['by-law', 'unless-refused'] as const;
export type PermissionMode = (typeof permissionModes)[number];

export const permissionReasons = [
  'granted',
  'purchase',
  'none-needed',
  'not-refused',
  'objected',
  'deceased',
  'refused',
  'no-permission',
  'basis-not-enough',
  'basis-not-recognised',
  'consent-lapsed',
] as const;
export type PermissionReason = (typeof permissionReasons)[number];

export type PermissionVerdict = {
  permitted: boolean;
  reason: PermissionReason;
  /** null where nothing was found, or the mode asks for none */
  basis: LegalBasis | null;
  /** `DE/recovery/phone/consumer: UWG § 7 …`; null where no rule was asked */
  rule: string | null;
  /** the word that it rests on, or that forbids it */
  word: Word | null;
};

/** Whether a customer may be contacted, and what that rests on. An objection ends it all; a refusal its channel. */
export function permissionFor(asking: Asking, mode: PermissionMode): PermissionVerdict {
  const { country, channel, purpose, at } = asking;
  const nothing = { basis: null, rule: null, word: null };
  if (asking.deceasedAt !== null) return { permitted: false, reason: 'deceased', ...nothing };
  if (asking.objectedAt !== null) return { permitted: false, reason: 'objected', ...nothing };
  const word =
    asking.history.find(
      (one) => one.channel === channel && (one.purpose === null || one.purpose === purpose),
    ) ?? null;
  if (word && !word.granted) return { permitted: false, reason: 'refused', ...nothing, word };

  const said = word && basisIn(word.legalBasis);
  if (mode === 'unless-refused') {
    const reason = word ? 'granted' : 'not-refused';
    return { permitted: true, reason, basis: said, rule: null, word };
  }
  const known = country !== null && Object.hasOwn(rulesByCountry, country);
  const rules = known ? rulesByCountry[country]! : strictest;
  const kind = asking.kind ?? 'consumer';
  const { grounds, law } = rules.byPurpose[purpose][channel][kind];
  const rule = ruleText({ country: known ? country : null, purpose, channel, kind, law });

  const isYoung = (since: string, period: Duration) =>
    Date.parse(at) - Date.parse(since) <= durationMs(period);
  const lapsed =
    word !== null &&
    said === 'express-consent' &&
    !isYoung(latest(word.at, asking.lastUsedAt ?? ''), rules.consentLastsUnused);
  const bought =
    asking.lastPurchaseAt !== null && isYoung(asking.lastPurchaseAt, rules.customerFor);

  for (const { basis, by } of grounds) {
    if (by === 'word' && said === basis && !lapsed) {
      return { permitted: true, reason: 'granted', basis, rule, word };
    }
    if (by === 'purchase' && bought) {
      return { permitted: true, reason: 'purchase', basis, rule, word: null };
    }
    if (by === 'nothing') {
      return { permitted: true, reason: 'none-needed', basis, rule, word: null };
    }
  }
  const reason = reasonWithout(word, { lapsed, said });
  return { permitted: false, reason, basis: null, rule, word };
}

function reasonWithout(
  word: Word | null,
  { lapsed, said }: { lapsed: boolean; said: LegalBasis | null },
): PermissionReason {
  if (!word) return 'no-permission';
  if (said === null) return 'basis-not-recognised';
  return lapsed ? 'consent-lapsed' : 'basis-not-enough';
}

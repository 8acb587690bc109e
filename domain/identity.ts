/* How two records are found to be one person: what they have in common, written the same way. */

export const likenesses = ['email', 'phone', 'name-and-address'] as const;
export type Likeness = (typeof likenesses)[number];

export type Particulars = {
  name: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  extra: Record<string, unknown>;
};

/** In the one spelling in which equal ones can be compared; what is missing or too vague is left out. */
export function marksOf(of: Particulars): { likeness: Likeness; text: string }[] {
  const marks = {
    email: emailMark(of.email),
    phone: phoneMark(of.phone, of.country),
    'name-and-address': nameAndAddressMark(of),
  };
  return likenesses.flatMap((likeness) => {
    const text = marks[likeness];
    return text === null ? [] : [{ likeness, text }];
  });
}

/** Without what is a filter of the reader's own (`+shop`), and without capitals. */
function emailMark(email: string | null): string | null {
  const match = /^([^@+]+)(?:\+[^@]*)?@([^@]+)$/.exec((email ?? '').trim().normalize('NFC'));
  return match && `${match[1]}@${match[2]}`.toLowerCase();
}

/** International calling codes (ITU-T E.164) of countries where national numbers are dialled with a leading 0. */
const withTrunkZero: Record<string, string> = {
  ...{ AT: '43', BE: '32', BG: '359', CH: '41', DE: '49', FI: '358', FR: '33', GB: '44' },
  ...{ HR: '385', IE: '353', LI: '423', LU: '352', NL: '31', RO: '40', RS: '381', SE: '46' },
  ...{ SI: '386', SK: '421', TR: '90', UA: '380', AU: '61', NZ: '64', ZA: '27', JP: '81' },
};
/** Of those where they are dialled as they are; in Italy a leading 0 belongs to the number. */
const withoutTrunk: Record<string, string> = {
  ...{ CZ: '420', DK: '45', EE: '372', ES: '34', GR: '30', IT: '39', LV: '371', MT: '356' },
  ...{ NO: '47', PL: '48', PT: '351', US: '1', CA: '1' },
};
/** Fewer digits are an extension or a slip. */
const digitsAtLeast = 6;

/** E.164 where the number or the country tells it, else the digits as they are dialled at home. */
function phoneMark(phone: string | null, country: string | null): string | null {
  // (0) in an international number is what is dialled at home alone.
  const written = (phone ?? '')
    .trim()
    .replace(/\(0\)/g, /^\s*(\+|00)/.test(phone ?? '') ? '' : '0');
  const digits = written.replace(/\D/g, '');
  if (digits.length < digitsAtLeast) return null;
  if (written.startsWith('+')) return `+${digits}`;
  if (digits.startsWith('00')) return `+${digits.slice(2)}`;
  const code = withTrunkZero[country ?? ''];
  if (code && digits.startsWith('0')) return `+${code}${digits.slice(1)}`;
  const plain = withoutTrunk[country ?? ''];
  if (plain === '1' && digits.length === 11 && digits.startsWith('1')) return `+${digits}`;
  return plain ? `+${plain}${digits}` : digits;
}

const german: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };

/** Words in small letters without accents and punctuation. */
export function words(text: string): string[] {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => german[letter]!)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

/** `Hauptstr. 5`, `Haupt-Straße 5` and `hauptstrasse 5` are one. */
function street(text: string): string {
  return words(text).join('').replaceAll('strasse', 'str');
}

function nameAndAddressMark({ name, extra }: Particulars): string | null {
  const told = (field: string) => {
    const value = extra[field];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  // `Meier, Anna` is Anna Meier.
  const who = words(name ?? '')
    .sort()
    .join(' ');
  const where = street(told('street'));
  const place = words(told('postalCode')).join('') || words(told('city')).join('');
  return who && where && place ? `${who}|${where}|${place}` : null;
}

/** How sure it is that two records are one person. */
export const duplicateSurenesses = ['possible', 'likely', 'nearly-certain'] as const;
export type DuplicateSureness = (typeof duplicateSurenesses)[number];

/** A household or an office shares a phone, and father and son a name and an address; two likenesses are rarely chance. */
export function surenessOf(alike: readonly Likeness[]): DuplicateSureness {
  if (alike.length > 1) return 'nearly-certain';
  return alike[0] === 'email' ? 'likely' : 'possible';
}

export const duplicateStatuses = ['open', 'confirmed', 'rejected'] as const;
export type DuplicateStatus = (typeof duplicateStatuses)[number];

/** Two customers who may be one person. */
export type DuplicateRecord = {
  duplicateId: string;
  customerId: string;
  formerId: string;
  caseId: string;
  alike: Likeness[];
  foundAt: string;
  status: DuplicateStatus;
  decidedAt: string | null;
  decidedBy: string | null;
};

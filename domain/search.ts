import { words } from './identity.ts';

/* What customers are found by: beginnings of words, however they are written. */

/** Letters that are one with their mark, so that taking marks off does not reach them. */
const letters: Record<string, string> = { ı: 'i', ø: 'o', ł: 'l', đ: 'd', æ: 'ae', œ: 'oe' };
const isLetter = new RegExp(`[${Object.keys(letters).join('')}]`, 'g');

/** Words in small letters without accents; umlauts in both spellings: `Köhler` is `koehler` and `kohler`. */
function bothSpellings(text: string): string[] {
  const plain = text.toLowerCase().replace(isLetter, (letter) => letters[letter]!);
  const withoutMarks = plain.normalize('NFD').replace(/\p{M}/gu, '');
  return [...new Set([...words(plain), ...words(withoutMarks)])];
}

/** Fewer digits are part of something else than a phone number. */
const phoneDigitsAtLeast = 6;

/** From its end, since nobody dials the beginning twice in the same way: `+49 30 1234` and `030 1234` begin alike. */
function phoneWord(phone: string): string | undefined {
  const digits = phone.replace(/\D/g, '').replace(/^0+/, '');
  return digits.length < phoneDigitsAtLeast ? undefined : `#${[...digits].reverse().join('')}`;
}

/** Every word that a customer is found by. */
export function searchWords(of: {
  customerId: string;
  name: string | null;
  email: string | null;
  phone: string | null;
}): string[] {
  const email = (of.email ?? '').toLowerCase();
  const at = email.lastIndexOf('@');
  const parts = [of.name ?? '', of.customerId, at < 0 ? email : email.slice(0, at)];
  const found = [
    of.customerId.toLowerCase(),
    email,
    at < 0 ? '' : email.slice(at),
    phoneWord(of.phone ?? '') ?? '',
    ...parts.flatMap(bothSpellings),
  ];
  return [...new Set(found)].filter(Boolean);
}

/** More words hardly find anybody else. */
const mostWords = 6;

/**
 * What somebody looks for: of each group one must be the beginning of one of the customer's words; no group: nothing.
 * A mail address, a customer number or a phone number counts as one word.
 */
export function searchedWords(search: string): string[][] {
  const text = search.trim().toLowerCase();
  const phone = /^[+\d(][\d\s()/.-]*$/.test(text) ? phoneWord(text) : undefined;
  const one = /\s/.test(text) || !/[@\d]/.test(text) ? undefined : text;
  if (phone || one) return [[phone, one].filter((word) => word !== undefined)];
  const plain = text.replace(isLetter, (letter) => letters[letter]!);
  return words(plain)
    .slice(0, mostWords)
    .map((word) => [word]);
}

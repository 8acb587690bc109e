import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { problemOf } from '../api/client.ts';

/** What the API says of these tells less than we do. */
const known = ['not-found', 'forbidden'];

/** A short word about what has just been done. */
export function tell(message: string): void {
  notifications.show({ message, color: 'brand', autoClose: 4_000 });
}

/**
 * What went wrong in the reader's language, and after it which rules are broken, as only the API can say it. It speaks
 * English: to who reads that it is the first word, to others what we have no words for.
 */
export function problemWords(error: unknown, otherwise = ''): { first: string; more: string[] } {
  const { code, why, detail, errors = [] } = problemOf(error);
  const key = [`app:why.${why}`, `app:problem.${code}`].find((one) => i18next.exists(one));
  const ours = key ? i18next.t(key) : otherwise;
  const isEnglish = i18next.language === 'en' && detail !== '' && !known.includes(code);
  const rules = errors
    .filter(({ rule }) => !isEnglish || !detail.includes(rule))
    .map(({ field, rule }) => `${field}: ${rule}`);
  if (isEnglish) return { first: detail, more: rules };
  return { first: ours || detail, more: why ? [] : rules };
}

/** @param otherwise for what the API has no code for */
export function tellProblem(error: unknown, otherwise: string): void {
  const { first, more } = problemWords(error, otherwise);
  notifications.show({ message: [first, ...more].join(' '), color: 'red', autoClose: 8_000 });
}

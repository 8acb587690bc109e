import i18next from 'i18next';
import './i18n.ts';
import { useTranslation } from 'react-i18next';

/*
 * What the app says, in both languages, beside the page that says it. German must have the very same keys as English:
 * what is missing or too much does not compile.
 */

type Tree = { readonly [key: string]: string | Tree };
type Same<W> = { readonly [K in keyof W]: W[K] extends string ? string : Same<W[K]> };
type WithoutPlural<K extends string> = K extends `${infer Base}_${'one' | 'other'}` ? Base : K;
type Keys<W, Before extends string = ''> = {
  [K in keyof W & string]: W[K] extends string
    ? `${Before}${WithoutPlural<K>}`
    : Keys<W[K], `${Before}${K}.`>;
}[keyof W & string];
export type Say<W> = (key: Keys<W>, values?: Record<string, string | number>) => string;

/**
 * Registers the words of one page or part, and returns the hook that says them in the reader's language. A key that
 * ends in `_one` or `_other` is a plural: it is said by the part before, with `count`.
 */
export function words<const W extends Tree>(
  namespace: string,
  { en, de }: { en: W; de: Same<W> },
): () => Say<W> {
  i18next.addResourceBundle('en', namespace, en);
  i18next.addResourceBundle('de', namespace, de);
  return () => useTranslation(namespace).t as unknown as Say<W>;
}

import { languages, type Language } from '../../../domain/causes.ts';

const own: Record<Language, string> = { de: 'Deutsch', en: 'English' };

/** Each in its own words, for a choice. */
export const languageNames = languages.map((value) => ({ value, label: own[value] }));

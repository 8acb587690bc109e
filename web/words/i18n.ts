import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { languages, type Language } from '../../domain/causes.ts';

/** Before anybody has signed in: what the browser asks for. */
export function browserLanguage(): Language {
  return navigator.language.startsWith('de') ? 'de' : 'en';
}

void i18next.use(initReactI18next).init({
  lng: browserLanguage(),
  fallbackLng: false,
  supportedLngs: languages,
  resources: {},
  // React escapes.
  interpolation: { escapeValue: false },
  initAsync: false,
});

export function speak(language: Language): void {
  document.documentElement.lang = language;
  if (i18next.language !== language) void i18next.changeLanguage(language);
}
speak(browserLanguage());

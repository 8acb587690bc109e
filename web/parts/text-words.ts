import { words } from '../words/words.ts';

export const useTextWords = words('text', {
  en: {
    same: 'Nothing has changed.',
    leftOut: 'lines without changes left out',
    added: 'added',
    removed: 'removed',
    line: 'Line {{line}}',
    checking: 'Checking …',
    fine: 'No mistakes.',
    mistakes_one: '{{count}} mistake',
    mistakes_other: '{{count}} mistakes',
    goTo: 'Go to a part',
  },
  de: {
    same: 'Nichts hat sich geändert.',
    leftOut: 'Zeilen ohne Änderung ausgelassen',
    added: 'neu',
    removed: 'entfällt',
    line: 'Zeile {{line}}',
    checking: 'Prüft …',
    fine: 'Keine Fehler.',
    mistakes_one: '{{count}} Fehler',
    mistakes_other: '{{count}} Fehler',
    goTo: 'Zu einem Abschnitt',
  },
});

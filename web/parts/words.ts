import { words } from '../words/words.ts';

export const usePartWords = words('parts', {
  en: {
    explain: 'What “{{name}}” means',
    more: 'Show more',
    table: 'As a table',
    export: 'Export (CSV)',
    cases: 'Cases',
    casesOf: 'Cases: {{name}}',
  },
  de: {
    explain: 'Was „{{name}}“ bedeutet',
    more: 'Mehr zeigen',
    table: 'Als Tabelle',
    export: 'Export (CSV)',
    cases: 'Fälle',
    casesOf: 'Fälle: {{name}}',
  },
});

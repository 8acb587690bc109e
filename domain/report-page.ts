import type { Language } from './causes.ts';

/* A report as it is read; how it looks is for `mail/`. */

export type Bar = { label: string; value: number; shown: string; faint: boolean };

export type ReportPart =
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  /** the first column says what, the others are figures unless `words` */
  | { kind: 'table'; head: string[]; rows: string[][]; words?: true }
  | { kind: 'bars'; title: string; bars: Bar[] }
  | {
      kind: 'columns';
      title: string;
      series: [string, string];
      columns: { label: string; values: [number, number] }[];
    };

export type ReportPage = {
  language: Language;
  title: string;
  subtitle: string;
  /** the month in a few sentences */
  summary: string[];
  sections: { title: string; parts: ReportPart[] }[];
  /** what the figures mean */
  notes: string[];
};

/* Files with customers and their past, brought in through the web app. */

export const importKinds = ['customers', 'purchases', 'cancellations', 'permissions'] as const;
export type ImportKind = (typeof importKinds)[number];

export const numberNotations = ['de', 'en'] as const;
/** `de`: 1.234,56; `en`: 1,234.56 */
export type NumberNotation = (typeof numberNotations)[number];

/** What `31/12/2025` or `12/31/2025` begins with; `31.12.2025` always begins with the day. */
export const dayOrders = ['day-first', 'month-first'] as const;
export type DayOrder = (typeof dayOrders)[number];

/** `interrupted`: the process that was at it has ended; what is imported already stays, and repeating it changes nothing. */
export const importStatuses = [
  'uploaded',
  'running',
  'completed',
  'failed',
  'interrupted',
] as const;
export type ImportStatus = (typeof importStatuses)[number];

/** How an uploaded file is to be read. */
export type ImportAs = {
  kind: ImportKind;
  /** where each of our columns stands in the file; the first is 0 */
  columns: Record<string, number>;
  /** undefined: the values themselves say it */
  numbers?: NumberNotation | undefined;
  dates?: DayOrder | undefined;
};

/** What was, or in a dry run would be, done; in lines, but `added` counts what is new by its own ID. */
export type ImportCounts = {
  added: number;
  updated: number;
  unchanged: number;
  /** left out */
  badLines: number;
};

/** The file that holds the example, shipped with the program. */
export const exampleFile = 'CDNOW';

export type ImportRecord = {
  importId: string;
  fileName: string;
  bytes: number;
  /** of the content, in hexadecimal; empty for the example */
  sha256: string;
  /** the names in its first line */
  header: string[];
  uploadedBy: string;
  uploadedAt: string;
  status: ImportStatus;
  /** of the last run; null before the first */
  dryRun: boolean | null;
  readAs: ImportAs | null;
  startedAt: string | null;
  finishedAt: string | null;
  /** 0 to 1, of the last run */
  progress: number;
  /** read so far by the last run */
  rows: number;
  counts: ImportCounts | null;
  error: string | null;
  /** what the file leaves in doubt, so that somebody must say it */
  doubt: 'numbers' | 'dates' | null;
};

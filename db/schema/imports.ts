import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { importStatuses, type ImportAs, type ImportCounts } from '../../domain/imports.ts';
import { json } from './columns.ts';

/** Files that somebody has uploaded, and what became of them; their content lies in the data folder until it is imported. */
export const imports = sqliteTable(
  'imports',
  {
    importId: text().primaryKey(),
    fileName: text().notNull(),
    bytes: integer().notNull(),
    sha256: text().notNull(),
    header: json<string[]>().notNull(),
    uploadedBy: text().notNull(),
    uploadedAt: text().notNull(),
    status: text({ enum: importStatuses }).notNull(),
    dryRun: integer({ mode: 'boolean' }),
    readAs: json<ImportAs>(),
    startedAt: text(),
    finishedAt: text(),
    progress: real().notNull(),
    rows: integer().notNull(),
    counts: json<ImportCounts>(),
    error: text(),
    doubt: text({ enum: ['numbers', 'dates'] }),
  },
  (t) => [index('imports_list').on(t.uploadedAt, t.importId)],
);

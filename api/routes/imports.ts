import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import {
  addImport,
  beginExample,
  beginImport,
  deleteImport,
  getImport,
  isDone,
  listImports,
} from '../../db/file-imports.ts';
import { DomainError } from '../../domain/errors.ts';
import {
  dayOrders,
  exampleFile,
  importKinds,
  importStatuses,
  numberNotations,
  type ImportRecord,
} from '../../domain/imports.ts';
import { firstBadLines } from '../../imports/bad-lines.ts';
import { firstRows, headerOf, likelyKind, offeredColumns } from '../../imports/preview.ts';
import { repeated } from '../idempotency.ts';
import { format } from '../report.ts';
import { managers, route, type Call } from '../route.ts';
import { bytes, count, fileName, list, page, timestamp } from '../schemas/common.ts';

/** A larger file is imported on the machine itself. */
const largest = '64mb';
const shownRows = 5;

const importAs = z.strictObject({
  kind: z.enum(importKinds),
  columns: z.record(z.string(), count).meta({
    description: 'where each of our columns stands in the file; the first is 0',
    example: { customerId: 0, name: 1 },
  }),
  numbers: z
    .enum(numberNotations)
    .optional()
    .meta({ description: '1.234,50 or 1,234.50; left out: the values say it' }),
  dates: z
    .enum(dayOrders)
    .optional()
    .meta({ description: '31/12/2025 or 12/31/2025; left out: the values say it' }),
});

const importSchema = z
  .strictObject({
    importId: z.string(),
    fileName: z.string(),
    bytes: count,
    header: z.array(z.string()).meta({ description: 'the names in the first line' }),
    uploadedBy: z.string(),
    uploadedAt: timestamp,
    status: z.enum(importStatuses).meta({
      description: '`interrupted`: the server ended meanwhile; repeating it does nothing twice',
    }),
    done: z.boolean().meta({ description: 'imported; the content of the file is gone' }),
    dryRun: z.boolean().nullable().meta({ description: 'of the last run' }),
    readAs: importAs.nullable(),
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    progress: z.number().min(0).max(1),
    rows: count.meta({ description: 'read so far' }),
    counts: z
      .strictObject({ added: count, updated: count, unchanged: count, badLines: count })
      .nullable()
      .meta({ description: 'what was done or, in a dry run, would be done' }),
    error: z.string().nullable(),
    doubt: z
      .enum(['numbers', 'dates'])
      .nullable()
      .meta({ description: 'what the file leaves in doubt: say it, and start again' }),
    hasErrors: z.boolean().meta({ description: 'whether there is a list of lines left out' }),
  })
  .meta({ id: 'Import' });

const offered = z.array(
  z.strictObject({
    name: z.string(),
    required: z.boolean(),
    at: count.nullable().meta({ description: 'where it seems to stand' }),
  }),
);
const previewSchema = z
  .strictObject({
    rows: z.array(z.array(z.string())).meta({ description: `the first ${shownRows} records` }),
    likelyKind: z.enum(importKinds),
    columns: z.strictObject({
      customers: offered,
      purchases: offered,
      cancellations: offered,
      permissions: offered,
    }),
  })
  .meta({ id: 'ImportPreview' });

const badLinesSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        line: count,
        field: z.string().meta({ description: 'empty: the line as a whole' }),
        reason: z.string().meta({ description: 'in German where `Accept-Language` asks for it' }),
        value: z.string().optional().meta({ description: 'where it is no personal data' }),
      }),
    ),
  })
  .meta({ id: 'BadLines' });

/** Of what is wrong with a file: `kunden.csv is not a text.` */
function ruleIn(words: string, fileName: string): string | undefined {
  if (!words.startsWith(`${fileName} `)) return undefined;
  return words.slice(fileName.length + 1).replace(/\.$/, '');
}

function importJson(
  record: ImportRecord,
  { imports, toldRule }: Pick<Call, 'imports' | 'toldRule'>,
) {
  const { sha256: _, ...shown } = record;
  const { fileName, error } = record;
  const rule = error && ruleIn(error, fileName);
  const told = rule ? `${fileName} ${toldRule(rule)}` : error;
  const hasErrors = imports.uploads.hasErrors(record.importId);
  return { ...shown, error: told, done: isDone(record), hasErrors };
}

async function theImport({ db, params }: Call<{ importId: string }>): Promise<ImportRecord> {
  const record = await getImport(db, params.importId);
  if (!record) throw new DomainError('not-found', 'There is no such import.');
  return record;
}

const ofImport = z.strictObject({ importId: z.string() });

/** @throws DomainError `invalid` when the first line is no header */
async function uploaded(call: Call<unknown, { name: string }, Buffer>): Promise<ImportRecord> {
  const { db, imports, actor, idempotencyKey, at, body, query } = call;
  const sha256 = createHash('sha256').update(body).digest('hex');
  const request = { name: query.name, sha256 };
  const before = await repeated(call, { action: 'import.upload', request });
  if (before) return (await getImport(db, before.target))!;
  await imports.tidyUp();
  const importId = randomUUID();
  const path = await imports.uploads.keep(importId, body);
  try {
    const header = await headerOf(path);
    const file = { importId, fileName: query.name, bytes: body.length, sha256, header };
    return await addImport(db, file, { asked: { actor, request, idempotencyKey }, at });
  } catch (error) {
    imports.uploads.forget(importId);
    if (!(error instanceof DomainError)) throw error;
    const words = error.message.replaceAll(path, query.name);
    const rule = ruleIn(words, query.name);
    throw new DomainError(error.code, words, rule ? [{ field: query.name, rule }] : []);
  }
}

export const importRoutes = [
  route({
    method: 'post',
    path: '/api/v1/imports',
    name: 'uploadImport',
    summary: 'Upload a CSV file to be imported: its bytes are the body',
    description:
      'At most 64 MB; larger ones are imported by `npm run import` on the machine. Nothing is imported before it is started. A file that nobody imports is forgotten after a week.',
    roles: managers,
    query: z.strictObject({ name: fileName }),
    body: bytes,
    accepts: { types: { 'application/octet-stream': {} }, limit: largest },
    asBytes: true,
    answers: { 201: { description: 'The import; Location names it', schema: importSchema } },
    problems: ['too-large', 'idempotency-key-reused'],
    handle: async (call) => {
      const record = await uploaded(call);
      const headers = { Location: `/api/v1/imports/${record.importId}` };
      return { status: 201, headers, body: importJson(record, call) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/imports',
    name: 'listImports',
    summary: 'List uploaded files and their imports, the newest first',
    roles: managers,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of imports', schema: list(importSchema) } },
    handle: async (call) => {
      const { items, nextCursor } = await listImports(call.db, call.query);
      return {
        status: 200,
        body: { items: items.map((one) => importJson(one, call)), nextCursor },
      };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/imports/{importId}',
    name: 'getImport',
    summary: 'How far an import is, and what came of it',
    roles: managers,
    params: ofImport,
    answers: { 200: { description: 'The import', schema: importSchema } },
    problems: ['not-found'],
    handle: async (call) => ({ status: 200, body: importJson(await theImport(call), call) }),
  }),
  route({
    method: 'get',
    path: '/api/v1/imports/{importId}/preview',
    name: 'previewImport',
    summary: 'The first records of an uploaded file, and which columns they seem to be',
    roles: managers,
    params: ofImport,
    answers: { 200: { description: 'The preview', schema: previewSchema } },
    problems: ['not-found', 'conflict'],
    handle: async (call) => {
      const record = await theImport(call);
      if (isDone(record)) throw new DomainError('conflict', 'It is imported; the file is gone.');
      const { header } = record;
      const rows = await firstRows(call.imports.uploads.pathOf(record.importId), shownRows);
      const columns = offeredColumns(header);
      return { status: 200, body: { rows, likelyKind: likelyKind(header), columns } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/imports/{importId}/start',
    name: 'startImport',
    summary: 'Import an uploaded file, or try it',
    description:
      'A dry run checks and counts everything on a copy of the database and changes nothing. One import runs at a time. Importing the same again changes nothing, so one that was interrupted is simply started again.',
    roles: managers,
    params: ofImport,
    body: importAs.extend({ dryRun: z.boolean() }),
    example: { kind: 'customers', columns: { customerId: 0, name: 1 }, dryRun: true },
    answers: { 200: { description: 'The import, running', schema: importSchema } },
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, imports, actor, idempotencyKey, at, params, body } = call;
      const { importId } = params;
      const before = await repeated(call, {
        action: 'import.start',
        target: importId,
        request: body,
      });
      if (before) return { status: 200, body: importJson(await theImport(call), call) };
      const { dryRun, ...readAs } = body;
      const asked = { actor, request: body, idempotencyKey };
      const record = await beginImport(db, { importId, dryRun, readAs }, { asked, at });
      imports.run(importId);
      return { status: 200, body: importJson(record, call) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/imports/{importId}/errors',
    name: 'readImportErrors',
    summary: 'The lines that the last run left out: all as a CSV file, or the first as JSON',
    roles: managers,
    params: ofImport,
    query: z.strictObject({ format: format.format.meta({ description: 'json: only the first' }) }),
    answers: {
      200: {
        description: 'File, line, field, reason, value',
        schema: badLinesSchema,
        also: ['text/csv'],
      },
    },
    problems: ['not-found'],
    handle: async (call) => {
      const { importId } = await theImport(call);
      const { query, prefers, toldRule } = call;
      const { uploads } = call.imports;
      if (!uploads.hasErrors(importId)) {
        throw new DomainError('not-found', 'No line has been left out.');
      }
      if ((query.format ?? prefers(['csv', 'json'])) === 'json') {
        const lines = await firstBadLines(uploads.errorsOf(importId));
        const items = lines.map((one) => ({ ...one, reason: toldRule(one.reason) }));
        return { status: 200, body: { items } };
      }
      const name = `import-errors-${importId.slice(0, 8)}.csv`;
      return {
        status: 200,
        type: 'text/csv',
        headers: { 'Content-Disposition': `attachment; filename="${name}"` },
        body: await readFile(uploads.errorsOf(importId)),
      };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/imports/{importId}',
    name: 'deleteImport',
    summary: 'Forget an uploaded file; what was imported from it stays',
    roles: managers,
    params: ofImport,
    answers: { 204: { description: 'Forgotten' } },
    problems: ['not-found', 'conflict'],
    handle: async ({ db, imports, actor, at, params }) => {
      const asked = { actor, request: {}, idempotencyKey: null };
      await deleteImport(db, params.importId, { asked, at });
      imports.uploads.forget(params.importId);
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/example-data',
    name: 'loadExample',
    summary: 'Fill an empty installation with an example',
    description:
      'The CDNOW sample in `examples/cdnow`: 2,357 customers with real purchases, moved to end yesterday, and made-up names that say so. It loads as an import.',
    roles: ['admin'],
    answers: { 200: { description: 'The import, running', schema: importSchema } },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, imports, actor, idempotencyKey, at } = call;
      const before = await repeated(call, { action: 'example.load', request: {} });
      if (before) {
        return { status: 200, body: importJson((await getImport(db, before.target))!, call) };
      }
      const file = {
        importId: randomUUID(),
        fileName: exampleFile,
        bytes: 0,
        sha256: '',
        header: [],
      };
      const asked = { actor, request: {}, idempotencyKey };
      const record = await beginExample(db, file, { asked, at });
      imports.run(record.importId);
      return { status: 200, body: importJson(record, call) };
    },
  }),
];

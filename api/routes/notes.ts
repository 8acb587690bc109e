import * as z from 'zod';
import {
  addAttachment,
  addNote,
  attachmentsOfCase,
  deleteAttachment,
  getAttachment,
  notesMentioning,
  notesOfCase,
} from '../../db/notes.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AttachmentRecord } from '../../domain/records.ts';
import { fileTypeOf } from '../file-type.ts';
import { pageOfAll } from '../paging.ts';
import { route, staff } from '../route.ts';
import { bytes, caseId, fileName, list, page, text, timestamp } from '../schemas/common.ts';
import { callerSees } from '../sight.ts';
import { theCase } from './cases.ts';

const ofCase = z.strictObject({ caseId });

const noteSchema = z
  .strictObject({
    noteId: z.string(),
    caseId,
    text: z.string(),
    mentions: z.array(z.string()).meta({ description: 'IDs of the keys that it names' }),
    createdBy: z.string().meta({ description: 'ID of a key' }),
    createdAt: timestamp,
  })
  .meta({ id: 'Note' });

const attachmentSchema = z
  .strictObject({
    attachmentId: z.string(),
    caseId,
    name: z.string(),
    type: z.string().meta({ example: 'application/pdf' }),
    size: z.int().meta({ description: 'in bytes' }),
    createdBy: z.string().meta({ description: 'ID of a key' }),
    createdAt: timestamp,
    deletedAt: timestamp.nullable().meta({ description: 'its content is gone since then' }),
    deletedBy: z.string().nullable().meta({ description: 'ID of a key' }),
  })
  .meta({ id: 'Attachment' });

function attachmentJson({ sha256: _, ...shown }: AttachmentRecord) {
  return shown;
}

export const noteRoutes = [
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/notes',
    name: 'listNotes',
    summary: 'The notes of a case, oldest first',
    roles: staff,
    params: ofCase,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of notes', schema: list(noteSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const { caseId } = await theCase(call);
      const notes = await notesOfCase(call.db, caseId);
      return { status: 200, body: pageOfAll(notes, ({ noteId }) => noteId, call.query) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/cases/{caseId}/notes',
    name: 'addNote',
    summary: 'Write a note about a case',
    description:
      '`@` and the name of a key names its holder, who finds the note by `/notes?mentioned=me`.',
    roles: staff,
    params: ofCase,
    body: z.strictObject({ text: text(4_000) }),
    example: { text: 'Wants to talk to somebody from service. @Recovery agent 1 will call.' },
    answers: { 201: { description: 'The note', schema: noteSchema } },
    problems: ['not-found', 'idempotency-key-reused'],
    handle: async (call) => {
      const { caseId } = await theCase(call);
      const { db, actor, at, idempotencyKey, body } = call;
      const record = await addNote(db, { ...body, caseId, actor, at, idempotencyKey });
      return { status: 201, body: record };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/notes',
    name: 'listMentions',
    summary: 'Notes that name you, newest first',
    roles: staff,
    query: z.strictObject({ mentioned: z.literal('me'), ...page }),
    answers: { 200: { description: 'A page of notes', schema: list(noteSchema) } },
    handle: async ({ db, actor, query }) => {
      const notes = await notesMentioning(db, actor.actorId);
      return { status: 200, body: pageOfAll(notes, ({ noteId }) => noteId, query) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/attachments',
    name: 'listAttachments',
    summary: 'The files of a case, oldest first, with those that were deleted',
    roles: staff,
    params: ofCase,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of attachments', schema: list(attachmentSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const { caseId } = await theCase(call);
      const files = (await attachmentsOfCase(call.db, caseId)).map(attachmentJson);
      const body = pageOfAll(files, ({ attachmentId }) => attachmentId, call.query);
      return { status: 200, body };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/cases/{caseId}/attachments',
    name: 'addAttachment',
    summary: 'Attach a file to a case: its bytes are the body',
    description:
      'At most 10 MB: pdf, png, jpeg, gif, webp, docx, xlsx, odt, and txt or csv in UTF-8. The content must be what the ending of the name says.',
    roles: staff,
    params: ofCase,
    query: z.strictObject({ name: fileName }),
    body: bytes,
    accepts: { types: { 'application/octet-stream': {} }, limit: '10mb' },
    asBytes: true,
    answers: { 201: { description: 'The attachment', schema: attachmentSchema } },
    problems: ['not-found', 'idempotency-key-reused'],
    handle: async (call) => {
      const { caseId } = await theCase(call);
      const { db, files, actor, at, idempotencyKey, body, query } = call;
      const { name } = query;
      const type = await fileTypeOf(name, body);
      const sha256 = await files.keep(body);
      const file = { caseId, name, type, size: body.length, sha256 };
      const record = await addAttachment(db, { ...file, actor, at, idempotencyKey });
      // Somebody may have deleted the same content before ours was noted.
      if (record.deletedAt === null && !files.isKept(sha256)) await files.keep(body);
      return { status: 201, body: attachmentJson(record) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/attachments/{attachmentId}',
    name: 'readAttachment',
    summary: 'The content of an attachment, to be saved',
    roles: staff,
    params: z.strictObject({ attachmentId: z.string() }),
    answers: {
      200: { description: 'The file, by its own type', type: 'application/octet-stream' },
    },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, files, params } = call;
      const record = await getAttachment(db, params.attachmentId);
      if (!record || !callerSees(call, record.caseId))
        throw new DomainError('not-found', 'There is no such attachment.');
      if (record.deletedAt !== null) throw new DomainError('not-found', 'It was deleted.');
      return {
        status: 200,
        type: record.type,
        headers: {
          'Content-Disposition': `attachment; filename*=UTF-8''${encoded(record.name)}`,
          'X-Content-Type-Options': 'nosniff',
        },
        body: await files.read(record.sha256),
      };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/attachments/{attachmentId}',
    name: 'deleteAttachment',
    summary: 'Delete the content of an attachment; that it was there, and who deleted it, stays',
    description: 'For whoever attached it, and for managers.',
    roles: staff,
    params: z.strictObject({ attachmentId: z.string() }),
    answers: { 204: { description: 'Deleted' } },
    problems: ['not-found'],
    handle: async ({ db, files, actor, at, params }) => {
      await deleteAttachment(db, { ...params, actor, at, forget: files.forget });
      return { status: 204 };
    },
  }),
];

/** As RFC 8187 wants it. */
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

import { randomUUID } from 'node:crypto';
import { and, asc, desc, eq, inArray, isNull, ne } from 'drizzle-orm';
import { DomainError } from '../domain/errors.ts';
import { mentionedIn } from '../domain/mentions.ts';
import type { Actor, AttachmentRecord, NoteRecord } from '../domain/records.ts';
import { insertDone, recordCommand } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { apiKeys, attachments, mentions, notes } from './schema.ts';

/* What people add to a case. Each has the ID of the command that brought it, which a repeated request finds again. */

type Adding = { caseId: string; actor: Actor; at: string; idempotencyKey: string | null };

/**
 * Keeps a note, with whom it names.
 * @throws DomainError `idempotency-key-reused`
 */
export async function addNote(db: Db, adding: Adding & { text: string }): Promise<NoteRecord> {
  const { text, ...by } = adding;
  const { caseId, actor, at } = by;
  const noteId = randomUUID();
  const about = { commandId: noteId, action: 'note.add', target: caseId, request: { text } };
  const { command } = await recordCommand(db, { ...by, ...about }, (tx) => {
    const { noteSeq } = tx
      .insert(notes)
      .values({ noteId, caseId, text, createdBy: actor.actorId, createdAt: at })
      .returning()
      .get();
    const people = tx
      .select({ keyId: apiKeys.keyId, name: apiKeys.name })
      .from(apiKeys)
      .where(and(isNull(apiKeys.revokedAt), ne(apiKeys.role, 'sales-system')))
      .all();
    for (const keyId of mentionedIn(text, people)) {
      tx.insert(mentions).values({ keyId, noteSeq }).run();
    }
  });
  const rows = db.select().from(notes).where(eq(notes.noteId, command.commandId)).all();
  return withMentions(db, rows)[0]!;
}

/** The oldest first. */
export async function notesOfCase(db: Db, caseId: string): Promise<NoteRecord[]> {
  const ofCase = eq(notes.caseId, caseId);
  return withMentions(db, db.select().from(notes).where(ofCase).orderBy(asc(notes.noteSeq)).all());
}

/** Those that name somebody, the newest first. */
export async function notesMentioning(db: Db, keyId: string): Promise<NoteRecord[]> {
  const named = db
    .select({ noteSeq: mentions.noteSeq })
    .from(mentions)
    .where(eq(mentions.keyId, keyId));
  return withMentions(
    db,
    db.select().from(notes).where(inArray(notes.noteSeq, named)).orderBy(desc(notes.noteSeq)).all(),
  );
}

function withMentions(db: Db, rows: (typeof notes.$inferSelect)[]): NoteRecord[] {
  const seqs = rows.map(({ noteSeq }) => noteSeq);
  const named = db.select().from(mentions).where(inArray(mentions.noteSeq, seqs)).all();
  return rows.map(({ noteSeq, ...note }) => ({
    ...note,
    mentions: named.filter((one) => one.noteSeq === noteSeq).map(({ keyId }) => keyId),
  }));
}

/**
 * Keeps what is known of a file, which is on disk already.
 * @throws DomainError `idempotency-key-reused`
 */
export async function addAttachment(
  db: Db,
  adding: Adding & Pick<AttachmentRecord, 'name' | 'type' | 'size' | 'sha256'>,
): Promise<AttachmentRecord> {
  const { name, type, size, sha256, ...by } = adding;
  const { caseId, actor, at } = by;
  const attachmentId = randomUUID();
  const request = { name, sha256 };
  const about = { commandId: attachmentId, action: 'attachment.add', target: caseId, request };
  const { command } = await recordCommand(db, { ...by, ...about }, (tx) => {
    const file = { attachmentId, caseId, name, type, size, sha256 };
    tx.insert(attachments)
      .values({ ...file, createdBy: actor.actorId, createdAt: at })
      .run();
  });
  return (await getAttachment(db, command.commandId))!;
}

/**
 * Notes that an attachment is deleted, and by whom; what is known of it stays.
 * @param deletion.forget deletes its content, called when no other attachment has the same. It is called while nobody
 * else can write, so that whoever attaches the same afterwards finds that it is gone
 * @throws DomainError `not-found`; `forbidden` for who has neither attached it nor is a manager
 */
export async function deleteAttachment(
  db: Db,
  deletion: {
    attachmentId: string;
    actor: Actor;
    at: string;
    forget: (sha256: string) => void;
  },
): Promise<void> {
  const { attachmentId, actor, at, forget } = deletion;
  const there = isNull(attachments.deletedAt);
  writing(db, (tx) => {
    const record = tx
      .select()
      .from(attachments)
      .where(and(eq(attachments.attachmentId, attachmentId), there))
      .get();
    if (!record) throw new DomainError('not-found', 'There is no such attachment.');
    if (actor.role === 'agent' && record.createdBy !== actor.actorId) {
      throw new DomainError('forbidden', 'It was attached by somebody else.');
    }
    tx.update(attachments)
      .set({ deletedAt: at, deletedBy: actor.actorId })
      .where(eq(attachments.attachmentId, attachmentId))
      .run();
    const { caseId, sha256 } = record;
    const asked = { actor, request: {}, idempotencyKey: null };
    insertDone(tx, asked, { action: 'attachment.delete', target: attachmentId, caseId, at });
    const same = and(eq(attachments.sha256, sha256), there);
    if (!tx.select().from(attachments).where(same).limit(1).get()) forget(sha256);
  });
}

/** The oldest first, deleted ones too. */
export async function attachmentsOfCase(db: Db, caseId: string): Promise<AttachmentRecord[]> {
  return db
    .select()
    .from(attachments)
    .where(eq(attachments.caseId, caseId))
    .orderBy(asc(attachments.createdAt), asc(attachments.attachmentId))
    .all();
}

export async function getAttachment(
  db: Db,
  attachmentId: string,
): Promise<AttachmentRecord | undefined> {
  return db.select().from(attachments).where(eq(attachments.attachmentId, attachmentId)).get();
}

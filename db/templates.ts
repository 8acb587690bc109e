import { isDeepStrictEqual } from 'node:util';
import { and, asc, desc, eq } from 'drizzle-orm';
import { DomainError } from '../domain/errors.ts';
import type { Template, TemplateContent, TemplateRecord } from '../domain/mails.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { templates } from './schema.ts';

/**
 * Publishes what the files say anew: a template that is not known, or whose file has changed. What managers have
 * published through the API stays as it is.
 * @returns the IDs of those whose changed file was therefore not published; told until a manager publishes it
 */
export async function seedTemplates(
  db: Db,
  files: TemplateContent[],
  at: string,
): Promise<string[]> {
  return writing(db, (tx) =>
    files.flatMap((content) => {
      const { templateId } = content;
      const current = newestOf(tx, templateId);
      const isSame = (known: TemplateRecord | undefined) =>
        known !== undefined && isDeepStrictEqual(withoutVersion(known.content), content);
      if (isSame(current) || isSame(newestOf(tx, templateId, { fromFile: true }))) return [];
      if (current && !current.fromFile) return [templateId];
      insertVersion(tx, content, { fromFile: true, at });
      return [];
    }),
  );
}

/**
 * Adds the next version of a template; mails that were sent before keep what they say.
 * @param basedOn the version that the writer has seen
 * @throws DomainError `conflict` when there is a newer one
 */
export async function publishTemplate(
  db: Db,
  content: TemplateContent,
  { asked, basedOn, at }: { asked: Asked; basedOn: number | undefined; at: string },
): Promise<TemplateRecord> {
  return writing(db, (tx) => {
    const newest = newestOf(tx, content.templateId)?.version ?? 0;
    if (basedOn !== undefined && basedOn !== newest) {
      throw new DomainError('conflict', `There is version ${newest} by now.`);
    }
    const record = insertVersion(tx, content, { fromFile: false, at });
    const target = `${record.templateId}@${record.version}`;
    insertDone(tx, asked, { action: 'template.publish', target, caseId: null, at });
    return record;
  });
}

/** The newest version of each, or every version of one, the newest first; by ID. */
export async function listTemplates(
  db: Db,
  of?: { templateId: string },
): Promise<TemplateRecord[]> {
  const records = db
    .select()
    .from(templates)
    .where(of && eq(templates.templateId, of.templateId))
    .orderBy(asc(templates.templateId), desc(templates.version))
    .all();
  return of ? records : records.filter((one, i) => one.templateId !== records[i - 1]?.templateId);
}

/** The newest version when none is named. */
export async function getTemplate(
  db: Db,
  templateId: string,
  version?: number,
): Promise<TemplateRecord | undefined> {
  if (version === undefined) return newestOf(db, templateId);
  const named = and(eq(templates.templateId, templateId), eq(templates.version, version));
  return db.select().from(templates).where(named).get();
}

export function newestOf(
  db: Db,
  templateId: string,
  { fromFile }: { fromFile?: true } = {},
): TemplateRecord | undefined {
  return db
    .select()
    .from(templates)
    .where(and(eq(templates.templateId, templateId), fromFile && eq(templates.fromFile, fromFile)))
    .orderBy(desc(templates.version))
    .limit(1)
    .get();
}

function insertVersion(
  tx: Db,
  content: TemplateContent,
  { fromFile, at }: { fromFile: boolean; at: string },
): TemplateRecord {
  const { templateId } = content;
  const version = (newestOf(tx, templateId)?.version ?? 0) + 1;
  return tx
    .insert(templates)
    .values({ templateId, version, content: { ...content, version }, createdAt: at, fromFile })
    .returning()
    .get();
}

function withoutVersion({ version: _, ...content }: Template): TemplateContent {
  return content;
}

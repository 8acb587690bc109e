import { isUtf8 } from 'node:buffer';
import { fileTypeFromBuffer } from 'file-type';
import { invalid } from './validation.ts';

/** What may be attached to a case, by the ending of its name. */
const types: Record<string, string> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  txt: 'text/plain',
  csv: 'text/csv',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  odt: 'application/vnd.oasis.opendocument.text',
};

/**
 * The media type of a file, if its content is what its name says. What the sender says of the type is not asked.
 * @throws DomainError `invalid`
 */
export async function fileTypeOf(name: string, content: Buffer): Promise<string> {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const type = Object.hasOwn(types, ending) ? types[ending]! : undefined;
  if (type === undefined) {
    throw invalid([
      { field: 'name', rule: `must end in one of: ${Object.keys(types).join(', ')}` },
    ]);
  }
  const found = await fileTypeFromBuffer(content);
  const fits = type.startsWith('text/') ? !found && isText(content) : found?.mime === type;
  if (fits) return type;
  throw invalid([{ field: '', rule: `is not a file of type ${ending}, as its name says` }]);
}

/** In UTF-8, without control characters but for tabs and ends of lines. */
function isText(content: Buffer): boolean {
  return isUtf8(content) && !content.some((byte) => byte < 32 && ![9, 10, 13].includes(byte));
}

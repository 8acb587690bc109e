import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

/** Longer lines are not kept. */
export const maxLineLength = 65_536;

export type LineBatch = {
  /** undefined: a line that is too long to be kept */
  lines: (string | undefined)[];
  /** of the file, so far */
  bytesRead: number;
  /** whether the file ends here */
  last: boolean;
};

const batchSize = 1_000;

/**
 * The lines of a text file in batches, in memory that does not depend on the file's size. They end with LF or CRLF,
 * which is taken off, as is a byte order mark.
 */
export async function* linesOf(
  path: string,
  encoding: Encoding | 'bytes',
): AsyncGenerator<LineBatch> {
  const decode = decoderOf(encoding);
  let lines: (string | undefined)[] = [];
  let bytesRead = 0;
  let rest = '';
  let tooLong = false;
  const add = (line: string) => {
    lines.push(tooLong || line.length > maxLineLength ? undefined : withoutReturn(line));
    tooLong = false;
  };
  const batch = (last: boolean) => {
    const full = { lines, bytesRead, last };
    lines = [];
    return full;
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    bytesRead += chunk.length;
    const [first, ...others] = decode(chunk).split('\n');
    rest += first!;
    for (const other of others) {
      add(rest);
      rest = other;
      if (lines.length >= batchSize) yield batch(false);
    }
    if (rest.length > maxLineLength) {
      tooLong = true;
      rest = '';
    }
  }
  rest += decode();
  if (rest || tooLong) add(rest);
  yield batch(true);
}

/** `bytes` gives each byte as the character with its number. */
function decoderOf(encoding: Encoding | 'bytes'): (chunk?: Buffer) => string {
  if (encoding === 'bytes') return (chunk) => chunk?.toString('latin1') ?? '';
  const decoder = new TextDecoder(encoding);
  return (chunk) => (chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode());
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

const notAscii = /[^\0-\x7f]/;

/**
 * By the byte order mark; without one UTF-8, unless most lines with other characters than ASCII are no UTF-8: a few
 * broken bytes in a file of UTF-8 must not turn every umlaut in it into two wrong characters.
 */
export async function encodingOf(path: string): Promise<Encoding> {
  const marked = await markedEncoding(path);
  if (marked) return marked;
  let utf8 = 0;
  let others = 0;
  for await (const { lines } of linesOf(path, 'bytes')) {
    for (const line of lines) {
      if (line === undefined || !notAscii.test(line)) continue;
      if (isUtf8(Buffer.from(line, 'latin1'))) utf8 += 1;
      else others += 1;
    }
  }
  return others > utf8 ? 'windows-1252' : 'utf-8';
}

async function markedEncoding(path: string): Promise<Encoding | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(3), 0, 3, 0);
    const mark = buffer.toString('hex', 0, bytesRead);
    if (mark === 'efbbbf') return 'utf-8';
    if (mark.startsWith('fffe')) return 'utf-16le';
    return mark.startsWith('feff') ? 'utf-16be' : undefined;
  } finally {
    await file.close();
  }
}

import { inflateSync } from 'node:zlib';

/*
 * As much of a PDF as our letters need (ISO 32000-1): the text that each page shows, line after line without a break, by the character maps of its embedded fonts. A test must not depend on a program that `npm ci` does not
 * bring.
 */

export function pagesOf(pdf: Buffer): string[] {
  const objects = objectsOf(pdf);
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\b/.test(head));
  return pages.map(({ head }) => {
    const resources = objects.get(referenceIn(head, 'Resources'))!.head;
    const fonts = new Map(
      [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, id]) => {
        const map = objects.get(referenceIn(objects.get(Number(id))!.head, 'ToUnicode'))!;
        return [name!, characterMapOf(map.stream!)];
      }),
    );
    return textOf(objects.get(referenceIn(head, 'Contents'))!.stream!, fonts);
  });
}

type PdfObject = { head: string; stream: string | undefined };

function objectsOf(pdf: Buffer): Map<number, PdfObject> {
  const text = pdf.toString('latin1');
  return new Map(
    [...text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id, body]) => {
      const [head = '', stream] = body!.split(/\nstream\n/);
      const bytes = stream && Buffer.from(stream.replace(/\nendstream$/, ''), 'latin1');
      const isPacked = head.includes('/FlateDecode');
      const content = bytes && (isPacked ? inflateSync(bytes) : bytes).toString('latin1');
      return [Number(id), { head, stream: content }];
    }),
  );
}

function referenceIn(head: string, name: string): number {
  return Number(new RegExp(`/${name} (\\d+) 0 R`).exec(head)![1]);
}

/** Glyphs are numbered from the start of each range. */
function characterMapOf(map: string): (glyph: number) => string {
  const characters: string[] = [];
  for (const [, from, list] of map.matchAll(/<([\da-f]{4})> <[\da-f]{4}> \[([^\]]*)\]/gi)) {
    list!.match(/<[^>]*>/g)?.forEach((hex, i) => {
      const codes = hex.slice(1, -1).match(/[\da-f]{4}/gi) ?? [];
      characters[Number.parseInt(from!, 16) + i] = codes
        .map((code) => String.fromCharCode(Number.parseInt(code, 16)))
        .join('');
    });
  }
  return (glyph) => characters[glyph] ?? '';
}

function textOf(content: string, fonts: Map<string, (glyph: number) => string>): string {
  let font = (_glyph: number) => '';
  const parts = content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g);
  const shown = [...parts].map(([, name, array]) => {
    if (name) font = fonts.get(name)!;
    const codes =
      array
        ?.match(/<[^>]*>/g)
        ?.join('')
        .match(/[\da-f]{4}/gi) ?? [];
    return codes.map((code) => font(Number.parseInt(code, 16))).join('');
  });
  return shown.join('');
}

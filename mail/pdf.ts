import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import pdfmake, { type Content } from 'pdfmake';

export type { Content } from 'pdfmake';

/* PDFs with the one font that we ship; nothing is fetched for them. */

const fonts = join(
  dirname(createRequire(import.meta.url).resolve('pdfmake/fonts/Roboto.js')),
  'Roboto',
);
pdfmake.setFonts({
  Roboto: {
    normal: join(fonts, 'Roboto-Regular.ttf'),
    bold: join(fonts, 'Roboto-Medium.ttf'),
  },
});
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((path) => path.startsWith(fonts));

/** @param document.pageMargins points: left, top, right, bottom */
export async function pdfOf(document: {
  title: string;
  pageMargins: [number, number, number, number];
  fontSize: number;
  content: Content[];
}): Promise<Buffer> {
  const { title, pageMargins, fontSize, content } = document;
  return pdfmake
    .createPdf({
      pageSize: 'A4',
      pageMargins,
      defaultStyle: { font: 'Roboto', fontSize, lineHeight: 1.25 },
      info: { title },
      content,
    })
    .getBuffer();
}

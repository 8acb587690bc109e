import type { Language, Sender, TemplateText } from '../domain/mails.ts';
import { pdfOf, type Content } from './pdf.ts';

export type Letter = TemplateText & { language: Language; address: string[] };

const mm = (length: number) => (length / 25.4) * 72;

/* DIN 5008, form B: the window of an envelope shows what stands from 45 to 90 mm below the top. */
const margin = { left: mm(25), top: mm(27), right: mm(20), bottom: mm(25) };
const foldMarks = [105, 148.5, 210];

/**
 * Letters ready to print, each on pages of its own.
 * @param on `date` as ISO 8601, shown as a day in `timeZone`
 */
export async function lettersPdf(
  letters: Letter[],
  sender: Sender,
  on: { date: string; timeZone: string },
): Promise<Buffer> {
  return pdfOf({
    pageMargins: [margin.left, margin.top, margin.right, margin.bottom],
    fontSize: 11,
    title: letters.length === 1 ? letters[0]!.subject : sender.company,
    content: letters.flatMap((letter, place) => contentOf(letter, sender, { ...on, place })),
  });
}

function contentOf(
  { address, subject, body, language }: Letter,
  { company, address: ours }: Sender,
  { date, timeZone, place }: { date: string; timeZone: string; place: number },
): Content[] {
  const locale = { de: 'de-DE', en: 'en-GB' }[language];
  const day = new Date(date).toLocaleDateString(locale, { dateStyle: 'long', timeZone });
  const at = (left: number, top: number) => ({ absolutePosition: { x: mm(left), y: mm(top) } });
  return [
    {
      text: company,
      ...(place > 0 && { pageBreak: 'before' as const }),
      ...{ fontSize: 16, bold: true, margin: [0, 0, 0, mm(66)] },
    },
    { text: [company, ...ours].join(' · '), fontSize: 7, ...at(25, 57) },
    { text: address.join('\n'), lineHeight: 1.1, ...at(25, 63) },
    ...foldMarks.map((top): Content => ({
      canvas: [{ type: 'line', x1: 0, y1: 0, x2: mm(4), y2: 0, lineWidth: 0.3 }],
      ...at(4, top),
    })),
    { text: day, alignment: 'right', margin: [0, 0, 0, mm(6)] },
    { text: subject, bold: true, margin: [0, 0, 0, mm(6)] },
    { text: body, preserveLeadingSpaces: true },
  ];
}

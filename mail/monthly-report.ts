import type { ReportPage, ReportPart } from '../domain/report-page.ts';
import type { Sender } from '../domain/mails.ts';
import { composed, type MailSettings } from './message.ts';
import { pdfOf, type Content } from './pdf.ts';
import { barsPicture, chartWidth, columnsPicture } from './report-charts.ts';
import { escaped } from './text.ts';

/* The monthly report as a page and as a PDF. */

const style = `
body { margin: 0; padding: 24px 16px; background: #f4f4f2; color: #1c1c1c; font: 16px/1.5 Arial, Helvetica, sans-serif; }
main { max-width: 760px; margin: 0 auto; padding: 24px; background: #fff; box-sizing: border-box; }
h1 { margin: 0; font-size: 26px; line-height: 1.2; }
h2 { margin: 32px 0 8px; padding-top: 12px; border-top: 2px solid #0072b2; font-size: 19px; }
p, ul { margin: 8px 0; }
ul { padding-left: 20px; }
.quiet { color: #595959; font-size: 14px; }
.summary { font-size: 18px; }
svg { display: block; width: 100%; max-width: 480px; height: auto; margin: 16px 0; }
.wide { margin: 12px 0; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th, td { padding: 5px 0 5px 8px; border-bottom: 1px solid #dddddd; text-align: right; vertical-align: top; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, .words th, .words td { text-align: left; }
th:first-child, td:first-child { padding-left: 0; }
td:first-child { overflow-wrap: anywhere; }
@media (max-width: 480px) { body { padding: 0; } main { padding: 16px 12px; } table { font-size: 13px; } th, td { padding: 5px 0 5px 6px; } }
@media print { body { padding: 0; background: #fff; } main { max-width: none; padding: 0; } h2, svg, tr { break-inside: avoid; } h2 { break-after: avoid; } }
`;

/** One page that needs nothing else: no script, no font, no picture from elsewhere. */
export function reportHtml(page: ReportPage, { company }: Pick<Sender, 'company'>): string {
  const { language, title, subtitle, summary, sections, notes } = page;
  const paragraphs = (texts: string[], kind: string) =>
    texts.map((one) => `<p class="${kind}">${escaped(one)}</p>`).join('\n');
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(title)} – ${escaped(company)}</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="quiet">${escaped(company)}</p>
<h1>${escaped(title)}</h1>
<p class="quiet">${escaped(subtitle)}</p>
${paragraphs(summary, 'summary')}
${sections.map(({ title, parts }) => `<h2>${escaped(title)}</h2>\n${parts.map(partHtml).join('\n')}`).join('\n')}
${paragraphs(notes, 'quiet')}
</main>
</body>
</html>
`;
}

function partHtml(part: ReportPart): string {
  switch (part.kind) {
    case 'text':
      return `<p>${escaped(part.text)}</p>`;
    case 'list':
      return `<ul>${part.items.map((one) => `<li>${escaped(one)}</li>`).join('')}</ul>`;
    case 'bars':
      return barsPicture(part);
    case 'columns':
      return columnsPicture(part);
    case 'table': {
      const row = (cells: string[], tag: string) =>
        `<tr>${cells.map((one) => `<${tag}>${escaped(one)}</${tag}>`).join('')}</tr>`;
      const rows = part.rows.map((cells) => row(cells, 'td')).join('\n');
      return `<div class="wide"><table${part.words ? ' class="words"' : ''}>\n<thead>${row(part.head, 'th')}</thead>\n<tbody>\n${rows}\n</tbody>\n</table></div>`;
    }
  }
}

/** The report as a mail: the page itself, the PDF attached, and its summary for who reads plain text. */
export async function reportMessage(
  page: ReportPage,
  mail: { mailId: string; recipient: string; at: string; month: string },
  settings: Pick<MailSettings, 'from' | 'sender'>,
): Promise<Buffer> {
  const { title, subtitle, summary } = page;
  const { sender } = settings;
  const filename = `winback-${mail.month}.pdf`;
  const content = await reportPdf(page, sender);
  return composed(
    {
      ...mail,
      subject: `${title} – ${sender.company}`,
      text: `${[title, subtitle, '', ...summary].join('\n')}\n`,
      html: reportHtml(page, sender),
      attachments: [{ filename, content, contentType: 'application/pdf' }],
    },
    settings,
  );
}

const margin = 42;

export async function reportPdf(
  { title, subtitle, summary, sections, notes }: ReportPage,
  { company }: Pick<Sender, 'company'>,
): Promise<Buffer> {
  const quiet = { color: '#595959', fontSize: 9 };
  return pdfOf({
    pageMargins: [margin, margin, margin, margin],
    fontSize: 10,
    title: `${title} – ${company}`,
    content: [
      { text: company, ...quiet },
      { text: title, fontSize: 20, bold: true },
      { text: subtitle, ...quiet, margin: [0, 0, 0, 8] },
      ...summary.map((text): Content => ({ text, fontSize: 12 })),
      ...sections.flatMap(({ title, parts: [first, ...others] }): Content[] => {
        const heading: Content = { text: title, fontSize: 14, bold: true, margin: [0, 10, 0, 2] };
        // A heading does not stand alone at the foot of a page.
        const beginning = [heading, ...(first ? [partContent(first)] : [])];
        return [{ stack: beginning, unbreakable: true }, ...others.map(partContent)];
      }),
      ...notes.map((text, i): Content => ({ text, ...quiet, margin: [0, i === 0 ? 14 : 2, 0, 0] })),
    ],
  });
}

function partContent(part: ReportPart): Content {
  switch (part.kind) {
    case 'text':
      return { text: part.text, margin: [0, 3, 0, 3] };
    case 'list':
      return { ul: part.items, margin: [0, 3, 0, 3] };
    case 'bars':
      return { svg: barsPicture(part), width: chartWidth, margin: [0, 6, 0, 6] };
    case 'columns':
      return { svg: columnsPicture(part), width: chartWidth, margin: [0, 6, 0, 6] };
    case 'table': {
      const alignment = (place: number) => (place === 0 || part.words ? 'left' : 'right');
      const row = (cells: string[], bold: boolean) =>
        cells.map((text, i) => ({ text, bold, alignment: alignment(i) }) as const);
      return {
        table: {
          headerRows: 1,
          dontBreakRows: true,
          widths: part.head.map((_, i) => (i === 0 ? '*' : 'auto')),
          body: [row(part.head, true), ...part.rows.map((cells) => row(cells, false))],
        },
        layout: 'lightHorizontalLines',
        fontSize: 9,
        margin: [0, 4, 0, 4],
      };
    }
  }
}

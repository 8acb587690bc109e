import { round, text } from '../domain/plot.ts';
import type { Bar, ReportPart } from '../domain/report-page.ts';

/* The pictures of the monthly report as SVG: as wide as a phone, so that they need not be made smaller there. */

export const chartWidth = 360;
const [dark, light, faint] = ['#0072b2', '#e69f00', '#9fb8c6'];
const font = `font-family="Roboto, Arial, sans-serif" font-size="12"`;

function picture(title: string, height: number, parts: string[]): string {
  const size = `viewBox="0 0 ${chartWidth} ${height}" width="${chartWidth}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${font} role="img">`,
    text(0, 14, title, 'font-size="13" font-weight="bold"'),
    ...parts,
    '</svg>',
  ].join('\n');
}

/** One bar below the other, each under its name. */
export function barsPicture({ title, bars }: { title: string; bars: readonly Bar[] }): string {
  const row = 36;
  const longest = chartWidth - 60;
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const parts = bars.flatMap(({ label, value, shown, faint: isFaint }, i) => {
    const y = 36 + i * row;
    const width = round((value / most) * longest);
    return [
      text(0, y, label, 'fill="#333333"'),
      `<rect x="0" y="${y + 5}" width="${width}" height="12" fill="${isFaint ? faint : dark}"/>`,
      text(width + 6, y + 15, shown, 'fill="#333333"'),
    ];
  });
  return picture(title, 36 + bars.length * row, parts);
}

/** Two bars beside each other for each month; the numbers stand above them. */
export function columnsPicture({
  title,
  series,
  columns,
}: Extract<ReportPart, { kind: 'columns' }>): string {
  const [top, height] = [66, 130];
  const bottom = top + height;
  // The first month’s name begins left of its bars.
  const inset = 16;
  const each = (chartWidth - inset) / columns.length;
  const most = Math.max(1, ...columns.flatMap(({ values }) => values));
  const wide = Math.min(24, each * 0.38);
  const legend = series.flatMap((name, i) => [
    `<rect x="${i * 110}" y="26" width="12" height="12" fill="${i === 0 ? dark : light}"/>`,
    text(i * 110 + 18, 36, name, 'fill="#333333"'),
  ]);
  const bars = columns.flatMap(({ label, values }, i) => {
    const middle = inset + (i + 0.5) * each;
    const drawn = values.flatMap((value, of) => {
      const tall = round((value / most) * height);
      const x = round(middle + (of - 1) * wide);
      const colour = of === 0 ? dark : light;
      return [
        `<rect x="${x}" y="${round(bottom - tall)}" width="${round(wide)}" height="${tall}" fill="${colour}"/>`,
        text(x + wide / 2, bottom - tall - 3, String(value), 'text-anchor="middle" font-size="8"'),
      ];
    });
    const place = `text-anchor="end" font-size="10" fill="#333333" transform="translate(${round(middle + 4)} ${bottom + 12}) rotate(-55)"`;
    return [...drawn, text(0, 0, label, place)];
  });
  const axis = `<line x1="${inset}" x2="${chartWidth}" y1="${bottom}" y2="${bottom}" stroke="#999999"/>`;
  return picture(title, bottom + 52, [...legend, ...bars, axis]);
}

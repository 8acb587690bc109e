/* What pictures of curves are made of: SVG, points from 0 to 1 on both axes. */

/** Of a panel, in the picture's units. */
export const side = 300;
export const top = 56;

export type Point = [x: number, y: number];

/** From 0 to 1 on both axes to the panel's place in the picture. */
export function at(left: number, [x, y]: Point): Point {
  return [round(left + x * side), round(top + (1 - y) * side)];
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function line(left: number, points: Point[], colour: string, dash: string): string {
  const path = points.map((point) => at(left, point).join(',')).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`;
}

/** @param content what may hold names is escaped here */
export function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped}</text>`;
}

const quarters = [0, 0.25, 0.5, 0.75, 1];
const percent = (share: number) => `${share * 100} %`;

/** A panel with its title and axes; the one upwards is a share. */
export function frame(
  left: number,
  title: string,
  across: string,
  up: string,
  acrossLabel: (share: number) => string = percent,
): string {
  const parts = [
    text(left, top - 20, title, 'font-size="15" font-weight="bold"'),
    `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="#999999"/>`,
    text(left + side / 2, top + side + 36, across, 'text-anchor="middle"'),
    text(
      0,
      0,
      up,
      `text-anchor="middle" transform="translate(${left - 38} ${top + side / 2}) rotate(-90)"`,
    ),
  ];
  for (const tick of quarters) {
    parts.push(
      text(left + tick * side, top + side + 16, acrossLabel(tick), middleGrey),
      text(
        left - 5,
        top + (1 - tick) * side + 4,
        percent(tick),
        'text-anchor="end" fill="#555555"',
      ),
    );
  }
  return parts.join('\n');
}

const middleGrey = 'text-anchor="middle" fill="#555555"';

import type { Curve } from '../domain/second-life.ts';
import { at, frame, line, side, text, top, type Point } from '../domain/plot.ts';

const colours = ['#0072b2', '#d55e00', '#009e73', '#555555', '#cc79a7', '#e69f00'];
/** Told apart without colour as well. */
const dashes = ['', '6 3', '2 3', '8 3 2 3', '1 4', '12 3'];

const left = 60;
const width = 720;
const height = 420;

/** The curves of the biggest groups as SVG, the first one with its interval. */
export function secondLifePicture(curves: readonly Curve[]): string {
  const shown = curves.slice(0, colours.length);
  const lastDay = Math.max(90, ...shown.map(({ steps }) => steps.at(-1)?.time ?? 0));
  const x = (day: number) => day / lastDay;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    '<title>Second life</title>',
    `<rect width="${width}" height="${height}" fill="white"/>`,
    frame(
      left,
      'Still there after the return',
      'days since the return',
      'not lost again',
      (share) => String(Math.round(share * lastDay)),
    ),
    ...shown.slice(0, 1).map((curve) => band(curve, x)),
    ...shown.map((curve, i) => line(left, stairs(curve, x), colours[i]!, dashes[i]!)),
    ...shown.map(({ group, returned, lostAgain }, i) => {
      const [from, y] = [left + side + 24, top + 14 + i * 22];
      const what = `${group ?? 'all'}: ${returned} returned, ${lostAgain} lost again`;
      return `<line x1="${from}" x2="${from + 24}" y1="${y - 4}" y2="${y - 4}" stroke="${colours[i]}" stroke-width="3" stroke-dasharray="${dashes[i]}"/>${text(from + 30, y, what)}`;
    }),
    '</svg>',
    '',
  ].join('\n');
}

type Across = (day: number) => number;

function stairs({ steps }: Curve, x: Across): Point[] {
  const points: Point[] = [[0, 1]];
  for (const { time, survival } of steps) {
    points.push([x(time), points.at(-1)![1]], [x(time), survival]);
  }
  return [...points, [1, points.at(-1)![1]]];
}

function band({ steps }: Curve, x: Across): string {
  const known = steps.filter(({ interval }) => interval !== null);
  const ends = known.map((step, i) => [step.time, known[i + 1]?.time ?? step.time] as const);
  const edge = (of: 0 | 1) =>
    known.flatMap(({ interval }, i): Point[] =>
      ends[i]!.map((day) => [x(day), interval![of]] as Point),
    );
  const path = [...edge(1), ...edge(0).reverse()].map((point) => at(left, point).join(','));
  return `<polygon points="${path.join(' ')}" fill="${colours[0]}" fill-opacity="0.15"/>`;
}

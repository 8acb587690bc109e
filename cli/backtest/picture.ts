import type { Backtest, RuleResult } from '../../domain/backtest.ts';
import type { DetectionRule } from '../../domain/detection.ts';
import { at, frame, line, round, side, text, top, type Point } from '../../domain/plot.ts';

const colours: Record<DetectionRule, string> = {
  'fixed-days': '#555555',
  'own-rhythm': '#0072b2',
  'bg-nbd': '#d55e00',
  'mbg-nbd': '#009e73',
};
/** Told apart without colour as well, and where one curve lies over another. */
const dashes: Record<DetectionRule, string> = {
  'fixed-days': '',
  'own-rhythm': '6 3',
  'bg-nbd': '',
  'mbg-nbd': '2 3',
};

const panels = { mcc: 60, ranking: 440, calibration: 820 };
const width = 1_160;
const height = 470;

/**
 * An SVG of three panels: the best correlation of each rule with its interval; how many of the lost each rule finds
 * against how many others it calls lost as well, over its thresholds; predicted against observed share of buyers in
 * the ten bands of the model rules.
 */
export function picture({ rules, horizonDays, recommended }: Backtest): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<title>Backtest of the detection rules</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    correlations(rules, recommended?.rule),
    frame(panels.ranking, 'Lost customers found', 'others called lost', 'lost called lost'),
    line(
      panels.ranking,
      [
        [0, 0],
        [1, 1],
      ],
      '#cccccc',
      '',
    ),
    ...rules.map(ranking),
    frame(panels.calibration, `Calibration, ${horizonDays} days`, 'predicted to buy', 'did buy'),
    line(
      panels.calibration,
      [
        [0, 0],
        [1, 1],
      ],
      '#cccccc',
      '',
    ),
    ...rules.map(calibration),
    legend(rules),
    '</svg>',
    '',
  ].join('\n');
}

function correlations(rules: RuleResult[], recommended: DetectionRule | undefined): string {
  const left = panels.mcc + 20;
  const parts = [
    text(
      panels.mcc - 40,
      top - 20,
      'Matthews correlation (bars: 95 %)',
      'font-size="15" font-weight="bold"',
    ),
    `<rect x="${left}" y="${top}" width="${side - 20}" height="${side}" fill="none" stroke="#999999"/>`,
  ];
  const intervals = rules.flatMap(({ mccInterval }) => mccInterval ?? []);
  const from = Math.min(0, ...intervals);
  const to = Math.max(0.1, ...intervals) * 1.1;
  const x = (mcc: number) => round(left + ((mcc - from) / (to - from)) * (side - 20));
  rules.forEach(({ rule, mcc, mccInterval }, i) => {
    const y = top + ((i + 0.6) * side) / rules.length;
    const weight = rule === recommended ? 'font-weight="bold"' : '';
    const mark = rule === recommended ? ', recommended' : '';
    const value = mcc === null ? 'undefined' : mcc.toFixed(3);
    parts.push(text(left + 8, y - 18, `${rule} ${value}${mark}`, weight));
    if (mcc === null || !mccInterval) return;
    const [low, high] = mccInterval;
    parts.push(
      `<line x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}" stroke="${colours[rule]}" stroke-width="3"/>`,
      `<circle cx="${x(mcc)}" cy="${y}" r="6" fill="${colours[rule]}"/>`,
    );
  });
  for (const tick of [0, 0.2, 0.4, 0.6, 0.8, 1].filter((value) => value <= to)) {
    parts.push(text(x(tick), top + side + 16, String(tick), 'text-anchor="middle" fill="#555555"'));
  }
  return parts.join('\n');
}

function ranking({ rule, tried, threshold, customers, lost }: RuleResult): string {
  const point = ({ flagged, recall }: RuleResult['tried'][number]): Point => {
    const found = recall ?? 0;
    const others = customers - lost;
    return [others === 0 ? 0 : (flagged * customers - found * lost) / others, found];
  };
  const points = tried.map(point).toSorted((a, b) => a[0] - b[0]);
  const [cx, cy] = at(panels.ranking, point(tried.find((each) => each.threshold === threshold)!));
  return [
    line(panels.ranking, [[0, 0], ...points, [1, 1]], colours[rule], dashes[rule]),
    `<circle cx="${cx}" cy="${cy}" r="6" fill="${colours[rule]}"/>`,
  ].join('\n');
}

function calibration({ rule, calibration: bands }: RuleResult): string {
  const points = (bands ?? []).flatMap(({ predicted, observed, customers }) =>
    predicted === null || observed === null
      ? []
      : { at: [predicted, observed] as Point, customers },
  );
  if (points.length === 0) return '';
  const circles = points.map((point) => {
    const [cx, cy] = at(panels.calibration, point.at);
    const radius = round(2 + Math.log10(point.customers) * 1.5);
    return `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="${colours[rule]}" fill-opacity="0.7"/>`;
  });
  const path = line(
    panels.calibration,
    points.map((point) => point.at),
    colours[rule],
    dashes[rule],
  );
  return [path, ...circles].join('\n');
}

function legend(rules: RuleResult[]): string {
  const y = height - 30;
  return rules
    .map(({ rule, auc }, i) => {
      const x = panels.ranking + i * 178;
      const area = auc === null ? '' : `, AUC ${auc.toFixed(3)}`;
      return `<line x1="${x}" x2="${x + 24}" y1="${y - 4}" y2="${y - 4}" stroke="${colours[rule]}" stroke-width="3" stroke-dasharray="${dashes[rule]}"/>${text(x + 30, y, `${rule}${area}`)}`;
    })
    .join('\n');
}

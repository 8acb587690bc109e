import Table from 'cli-table3';
import type { Backtest, GroupResult, RuleResult } from '../../domain/backtest.ts';
import { lostWords } from '../../domain/silent-loss.ts';
import type { PurchaseFit } from '../../domain/models/beta-geometric.ts';
import type { SpendFit } from '../../domain/models/gamma-gamma.ts';

/** The result as other programs read it; a bad fit has `reason` and `detail` in place of the parameters. */
export function asJson(result: Backtest) {
  const { fits, basis, rules, recommended, ...rest } = result;
  const purchaseFit = ({ customers, firstTimeBuyers, logLikelihood, ...fit }: PurchaseFit) => {
    if (!fit.fitted) return { reason: fit.reason, detail: fit.detail, customers, firstTimeBuyers };
    const { r, alpha, a, b } = fit.parameters;
    return { r, alpha, a, b, logLikelihood, customers, firstTimeBuyers };
  };
  const spendFit = ({ customers, logLikelihood, ...fit }: SpendFit) =>
    fit.fitted
      ? { ...fit.parameters, logLikelihood, customers }
      : { reason: fit.reason, detail: fit.detail, customers };
  return {
    fit: {
      bgNbd: purchaseFit(fits['bg-nbd']),
      mbgNbd: purchaseFit(fits['mbg-nbd']),
      gammaGamma: spendFit(fits.spend),
    },
    rules,
    recommended,
    ...rest,
    rhythm: basis.rhythm,
  };
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(0)} %`;
}

const number = (value: number | null, digits: number) =>
  value === null ? '-' : value.toFixed(digits);

export function asTables(result: Backtest): string {
  const { customers, lost, rules, horizonDays } = result;
  const parts = [
    `${customers} customers on the day of the split, of whom ${lost} (${percent(lost / customers)}) did not buy again.`,
    ...fitLines(result),
    '',
    rulesTable(rules, horizonDays),
  ];
  const calibration = calibrationTable(rules);
  if (calibration) {
    parts.push(
      '',
      `Calibration: predicted → actual share who bought within ${horizonDays} days (customers)`,
      calibration,
    );
  }
  parts.push('', recommendation(result), '');
  return parts.join('\n');
}

function fitLines({ fits }: Backtest): string[] {
  const line = (name: string, fit: PurchaseFit | SpendFit) => {
    if (!fit.fitted) return `${name}: no good fit (${fit.reason}: ${fit.detail})`;
    const parameters = Object.entries(fit.parameters)
      .filter(([key]) => key !== 'model')
      .map(([key, value]) => `${key} ${(value as number).toFixed(3)}`);
    return `${name}: ${parameters.join(', ')}; log-likelihood ${fit.logLikelihood.toFixed(1)}`;
  };
  return [
    line('BG/NBD', fits['bg-nbd']),
    line('MBG/NBD', fits['mbg-nbd']),
    line('Gamma-Gamma', fits.spend),
  ];
}

function rulesTable(rules: RuleResult[], horizonDays: number): string {
  const table = new Table({
    head: [
      'rule',
      'calls lost',
      'of',
      'flagged',
      'precision',
      'recall',
      'MCC',
      '95 %',
      'AUC',
      'wins',
    ],
    style: { head: [], border: [] },
  });
  const groups = ['all', 'first-time', 'repeat'];
  for (const rule of rules) {
    const each = [rule, rule.firstTimeBuyers, rule.repeatBuyers];
    // One cell for all three groups, a line each.
    const cell = (figure: (of: GroupResult) => string) => each.map(figure).join('\n');
    table.push([
      rule.rule,
      lostWords(rule.rule, rule.threshold, horizonDays),
      groups.join('\n'),
      cell((of) => percent(of.flagged)),
      cell((of) => percent(of.precision)),
      cell((of) => percent(of.recall)),
      cell((of) => number(of.mcc, 3)),
      rule.mccInterval?.map((mcc) => mcc.toFixed(2)).join(' to ') ?? '-',
      cell((of) => number(of.auc, 3)),
      percent(rule.wins),
    ]);
  }
  return table.toString();
}

/** What the model rules said in each band, first-time and repeat buyers apart. */
function calibrationTable(rules: RuleResult[]): string {
  const groups = rules
    .flatMap((rule) => [
      { name: `${rule.rule}\nfirst-time`, bands: rule.firstTimeBuyers.calibration },
      { name: `${rule.rule}\nrepeat`, bands: rule.repeatBuyers.calibration },
    ])
    .flatMap(({ name, bands }) => (bands ? { name, bands } : []));
  if (groups.length === 0) return '';
  const table = new Table({
    head: ['likely\nto buy', ...groups.map(({ name }) => name)],
    style: { head: [], border: [] },
  });
  groups[0]!.bands.forEach(({ from, to }, i) => {
    const cells = groups.map(({ bands }) => {
      const { customers, predicted, observed } = bands[i]!;
      return customers === 0 ? '' : `${percent(predicted)} → ${percent(observed)} (${customers})`;
    });
    table.push([`${percent(from)} to ${percent(to)}`, ...cells]);
  });
  return table.toString();
}

function recommendation({ recommended, rules, resamples, horizonDays }: Backtest): string {
  if (!recommended) {
    return 'Recommended: none. No rule is reliably better than chance here: a scan goes by own-rhythm until there is more data.';
  }
  const { rule, threshold } = recommended;
  const { wins, mccInterval } = rules.find((each) => each.rule === rule)!;
  const [low, high] = mccInterval!.map((mcc) => mcc.toFixed(2)) as [string, string];
  const caution = wins < 0.8 ? ' The next best is nearly as good, so this is no clear choice.' : '';
  return `Recommended: ${rule}, ${lostWords(rule, threshold, horizonDays)}. It is the best in ${percent(wins)} of ${resamples} resamples; its MCC lies between ${low} and ${high} in 95 % of them.${caution}`;
}

import Table from 'cli-table3';
import { formatMoney } from '../../domain/money.ts';
import { outcomes, type Outcome } from '../../domain/words.ts';
import type { Case, Client, TimelineEntry } from '../client.ts';
import { clock, words, wrapped } from './text.ts';

const meanings: Record<Outcome, string> = {
  'loyal-again': 'came back and stayed',
  'lost-again': 'came back, and left a second time',
  lost: 'did not come back in the observation period',
  'not-pursued': 'not worth it, or nothing to be done',
  'control-group': 'drawn by lot to get no measures',
  stopped: 'objected, asked not to be contacted, or died',
  'closed-by-manager': 'ended by a manager',
};

export function missingOutcomes(cases: readonly Case[]): Outcome[] {
  return outcomes.filter((outcome) => !cases.some((one) => one.outcome === outcome));
}

/** Outcomes with their counts. */
export function outcomeTable(cases: readonly Case[]): string {
  const table = new Table({
    head: ['Outcome', 'Cases', 'Simulated customers who'],
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const outcome of outcomes) {
    const count = cases.filter((one) => one.outcome === outcome).length;
    table.push([words(outcome), count, meanings[outcome]]);
  }
  const open = cases.filter(({ status }) => status === 'open').length;
  if (open > 0) table.push(['(still open)', open, '']);
  return table.toString();
}

/** What the outcomes say, and what they do not. */
export function whatItMeans(cases: readonly Case[]): string {
  const control = cases.filter(({ controlGroup }) => controlGroup);
  const contacted = cases.filter((one) => one.contacted && !one.controlGroup);
  const back = (list: readonly Case[]) => list.filter((one) => one.regainedAt !== null).length;
  const loyal = contacted.filter(({ outcome }) => outcome === 'loyal-again').length;
  return (
    `Of ${contacted.length} customers whom the team reached, ${back(contacted)} came back and ${loyal} ` +
    `stayed; of ${control.length} in the control group, whom nobody called, ${back(control)} came back ` +
    'by themselves. That comparison is how winback tells whether measures work. ' +
    'The people are simulated, so these numbers show the engine and not the market.'
  );
}

/** What the demo reads of `GET /reports/success`. */
export type SuccessGroup = {
  group: string | null;
  cases: number;
  contacted: number;
  returnedAfterContact: number;
  regainedAfterContact: number;
  regainedRate: number | null;
  regainedRateInterval: [number, number] | null;
  cost: Money;
  result: Money;
};
type Money = { amount: number; currency: string };

/** Success control by how customers were lost, as managers get it: the biggest groups first. */
export function successTable(groups: readonly SuccessGroup[]): string {
  const table = new Table({
    head: ['Trigger', 'Contacted', 'Back', 'Regained', 'Rate (95 %)', 'Cost', 'Result'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  for (const one of groups.toSorted((a, b) => b.cases - a.cases)) {
    const { group, contacted, regainedRate, cost, result } = one;
    const [low, high] = one.regainedRateInterval ?? [0, 1];
    const rate =
      regainedRate === null
        ? ''
        : `${percent(regainedRate)} (${Math.round(low * 100)}–${percent(high)})`;
    const money = ({ amount, currency }: Money) => formatMoney(amount, currency);
    table.push([
      ...[words(group ?? 'not known'), contacted],
      ...[one.returnedAfterContact, one.regainedAfterContact],
      ...[rate, money(cost), money(result)],
    ]);
  }
  return table.toString();
}

/** What the demo reads of `GET /prevention/actions`. */
export type PreventionAction = {
  title: string;
  evidence: { cases: number; lostRevenue: Money } | null;
};

/** What the engine itself has proposed against a cause that piles up. */
export function preventionSentence({ title, evidence }: PreventionAction): string {
  const piled = evidence
    ? ` (${evidence.cases} losses, ${formatMoney(evidence.lostRevenue.amount, evidence.lostRevenue.currency)} a year)`
    : '';
  return `Prevention: the engine has proposed an action against what piles up: ${title}${piled}. A manager gives it an owner and a date, and its effect is measured once it is done.`;
}

/** The case with the longest timeline among those that ended well. */
export async function mostEventful(
  client: Client,
  cases: readonly Case[],
): Promise<{ theCase: Case; timeline: TimelineEntry[] } | undefined> {
  let most: { theCase: Case; timeline: TimelineEntry[] } | undefined;
  for (const theCase of cases.filter(({ outcome }) => outcome === 'loyal-again')) {
    const timeline: TimelineEntry[] = [];
    for await (const entry of client.each<TimelineEntry>(`/cases/${theCase.caseId}/timeline`)) {
      timeline.push(entry);
    }
    if (timeline.length > (most?.timeline.length ?? 0)) most = { theCase, timeline };
  }
  return most;
}

const isoTime = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g;

/** One line per entry, times counted from the opening, wrapped to `width`. */
export function timelineLines(
  openedAt: string,
  timeline: readonly Pick<TimelineEntry, 'at' | 'text'>[],
  width: number,
): string[] {
  const since = (at: string) => `+${clock(Date.parse(at) - Date.parse(openedAt))}`;
  const indent = 9;
  return timeline.flatMap(({ at, text }) =>
    wrapped(text.replaceAll(isoTime, since), width - indent).map(
      (line, i) => (i === 0 ? `  ${since(at)}` : '').padEnd(indent) + line,
    ),
  );
}

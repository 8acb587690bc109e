import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { outcomes, steps } from '../../domain/words.ts';
import type { Case } from '../client.ts';
import { clock, words, wrapped } from './text.ts';

const drawEveryMs = 250;
const plainEveryMs = 10_000;
const most = { width: 79, bar: 40, sentences: 6 };
/** Lines of the drawn block beside its sentences, and columns beside its bars. */
const frame = { height: 13, width: 24 };
const nameLength = 16;

export type Display = ReturnType<typeof createDisplay>;

/**
 * What the demo shows while it runs: in a terminal a block that is drawn over and over, below the lines that stay;
 * elsewhere only lines, some about every ten seconds.
 */
export function createDisplay(to: WriteStream) {
  const live = to.isTTY;
  // A line that fills the last column would break into two, which `erase` does not count.
  const width = Math.min(most.width, (to.columns || 80) - 1);
  const barLength = Math.max(1, Math.min(most.bar, width - frame.width));
  const sentencesShown = Math.max(1, Math.min(most.sentences, (to.rows || 24) - frame.height));
  let drawn = 0;
  let drawnAt = 0;
  let sentences: string[] = [];

  function erase(): void {
    if (drawn > 0) to.write(`\x1b[${drawn}A\x1b[J`);
    drawn = 0;
  }

  function draw(lines: string[]): void {
    erase();
    to.write(lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  }

  /** To be done before colouring, whose codes have a length as well. */
  const cut = (text: string) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

  function stepLine([name, count]: [string, number], all: number): string {
    const share = all === 0 ? 0 : Math.round((count / all) * barLength);
    const bar = '█'.repeat(Math.max(share, Math.min(count, 1)));
    const filled = styleText(name === 'closed' ? 'green' : 'cyan', bar);
    const empty = styleText('dim', '░'.repeat(barLength - bar.length));
    return `  ${name.padEnd(nameLength)}${filled}${empty} ${String(count).padStart(3)}`;
  }

  function drawCases(cases: readonly Case[], time: string): void {
    const title = `  ${cases.length} cases; everybody who acts is simulated`;
    draw([
      '',
      styleText('bold', cut(`${title.padEnd(nameLength + barLength + 2)} ${time}`)),
      ...stepCounts(cases).map((step) => stepLine(step, cases.length)),
      ...indented(endsOf(cases) || 'no case has ended yet').map((line) => styleText('green', line)),
      '',
      ...sentences.map((sentence) => styleText('dim', cut(`  ${sentence}`))),
    ]);
  }

  function printCases(cases: readonly Case[], time: string): void {
    const counts = stepCounts(cases).map(([name, count]) => `${name} ${count}`);
    const ends = endsOf(cases);
    to.write(`  ${time}\n`);
    const latest = sentences.at(-1);
    const texts = [counts.join(', '), ends && `ended: ${ends}`, latest && `lately: ${latest}`];
    for (const text of texts) {
      for (const line of text ? indented(text) : []) to.write(`  ${line}\n`);
    }
  }

  const indented = (text: string) => wrapped(text, width - 4).map((line) => `  ${line}`);

  return {
    width,

    /** A line that stays. */
    line: (text = ''): void => {
      erase();
      to.write(`${text}\n`);
    },

    /** What is going on; in a terminal the next one replaces it. */
    progress: (text: string): void => {
      if (live) draw([styleText('dim', cut(`  ${text}`))]);
      else to.write(`  ${text}\n`);
    },

    /** How far something is, many times a second. */
    bar: (text: string): void => {
      if (live) draw([cut(`  ${text}`)]);
    },

    /** What somebody just did. */
    say: (sentence: string): void => {
      sentences = [...sentences, sentence].slice(-sentencesShown);
    },

    /** Where all cases stand. */
    cases: (cases: readonly Case[], elapsedMs: number): void => {
      if (Date.now() - drawnAt < (live ? drawEveryMs : plainEveryMs)) return;
      drawnAt = Date.now();
      (live ? drawCases : printCases)(cases, clock(elapsedMs));
    },

    /** Takes away what is drawn and not meant to stay. */
    clear: erase,
  };
}

function stepCounts(cases: readonly Case[]): [string, number][] {
  const open = cases.filter(({ status }) => status === 'open');
  const inStep = (name: string) => open.filter(({ step }) => step === name).length;
  return [
    ...steps.map((step): [string, number] => [words(step), inStep(step)]),
    ['closed', cases.length - open.length],
  ];
}

function endsOf(cases: readonly Case[]): string {
  return outcomes
    .map((name) => ({ name, count: cases.filter(({ outcome }) => outcome === name).length }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${words(name)} ${count}`)
    .join(', ');
}

import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { outcomes, steps } from '../../domain/words.ts';
import type { Case } from './client.ts';

const drawEveryMs = 250;
const plainEveryMs = 10_000;
const sentencesShown = 6;
const barLength = 40;

export type Display = ReturnType<typeof createDisplay>;

/**
 * What the demo shows while it runs: in a terminal a block that is drawn over and over, below the lines that stay;
 * elsewhere only lines, one about every ten seconds.
 */
export function createDisplay(to: WriteStream) {
  const live = to.isTTY;
  const width = Math.min(80, (to.columns || 81) - 1);
  let drawn = 0;
  let drawnAt = 0;
  let sentences: string[] = [];
  let lastSentence: string | undefined;

  function erase(): void {
    if (drawn > 0) to.write(`\x1b[${drawn}A\x1b[J`);
    drawn = 0;
  }

  function draw(lines: string[]): void {
    erase();
    to.write(lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
    drawnAt = Date.now();
  }

  /** Colours must not count, so a line is cut before it is coloured. */
  const cut = (text: string) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

  return {
    width,

    /** A line that stays. */
    line: (text = ''): void => {
      erase();
      to.write(`${text}\n`);
    },

    /** One line about something that may take long; in a terminal the next one replaces it. */
    progress: (text: string): void => {
      if (live) draw([styleText('dim', cut(`  ${text}`))]);
      else to.write(`  ${text}\n`);
    },

    /** What somebody just did. */
    say: (sentence: string): void => {
      lastSentence = sentence;
      sentences = [...sentences, sentence].slice(-sentencesShown);
    },

    /** Where all cases stand. */
    cases: (cases: readonly Case[], elapsedMs: number): void => {
      if (Date.now() - drawnAt < (live ? drawEveryMs : plainEveryMs)) return;
      drawnAt = Date.now();
      const time = clock(elapsedMs);
      const counts = stepCounts(cases);
      const ends = endsOf(cases);
      if (!live) {
        const text = counts.map(([name, count]) => `${name} ${count}`).join(', ');
        to.write(`  ${time}  ${text}${ends ? ` (${ends})` : ''}\n`);
        if (lastSentence) to.write(`        lately: ${lastSentence}\n`);
        return;
      }
      draw([
        '',
        styleText(
          'bold',
          cut(`  ${cases.length} cases, the simulated team at work`.padEnd(60) + time),
        ),
        ...counts.map(([name, count]) => stepLine(name, count, cases.length)),
        styleText('green', cut(`  ${ends || 'no case has ended yet'}`)),
        '',
        ...sentences.map((sentence) => styleText('dim', cut(`  ${sentence}`))),
      ]);
    },

    /** Takes the drawn block away. */
    clear: (): void => {
      erase();
      sentences = [];
      lastSentence = undefined;
      drawnAt = 0;
    },
  };
}

function stepCounts(cases: readonly Case[]): [string, number][] {
  const open = cases.filter(({ status }) => status === 'open');
  return [
    ...steps.map((step): [string, number] => [
      words(step),
      open.filter((one) => one.step === step).length,
    ]),
    ['closed', cases.length - open.length],
  ];
}

function stepLine(name: string, count: number, of: number): string {
  const full = of === 0 ? 0 : Math.round((count / of) * barLength);
  const bar = '█'.repeat(Math.max(full, count > 0 ? 1 : 0));
  const rest = '░'.repeat(barLength - bar.length);
  const colour = name === 'closed' ? 'green' : 'cyan';
  return `  ${name.padEnd(16)}${styleText(colour, bar)}${styleText('dim', rest)} ${String(count).padStart(3)}`;
}

function endsOf(cases: readonly Case[]): string {
  return outcomes
    .map((outcome) => [words(outcome), cases.filter((one) => one.outcome === outcome).length])
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** A code as a person reads it: `loyal-again` is `loyal again`. */
export function words(code: string): string {
  return code.replaceAll('-', ' ');
}

/** Minutes and seconds. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

import { basename } from 'node:path';
import type { WriteStream } from 'node:tty';
import type { ImportProgress } from '../../imports/files.ts';

const barLength = 24;
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** In a terminal a bar that is drawn over and over, elsewhere a line now and then. */
export function progressPrinter(to: WriteStream) {
  const pauseMs = to.isTTY ? 100 : 5_000;
  let startedAt = Date.now();
  let shownAt = startedAt;
  let latest: ImportProgress | undefined;

  function print({ file, phase, rows, bytesRead, bytesTotal }: ImportProgress): void {
    shownAt = Date.now();
    const part = Math.min(1, bytesRead / bytesTotal);
    const what = phase === 'checking' ? `${basename(file)} looked through` : basename(file);
    const speed = (rows * 1_000) / Math.max(1, shownAt - startedAt);
    const text = `${what} ${number.format(part * 100)} %, ${number.format(rows)} rows, ${number.format(speed)} rows/s`;
    const bar = '#'.repeat(part * barLength).padEnd(barLength, '.');
    to.write(to.isTTY ? `\r\x1b[K[${bar}] ${text}` : `${text}\n`);
  }
  function end(): void {
    if (!latest) return;
    print(latest);
    if (to.isTTY) to.write('\n');
    latest = undefined;
    startedAt = shownAt;
  }
  return {
    show: (progress: ImportProgress): void => {
      if (latest && (latest.file !== progress.file || latest.phase !== progress.phase)) end();
      latest = progress;
      if (Date.now() - shownAt >= pauseMs) print(progress);
    },
    end,
  };
}

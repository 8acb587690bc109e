const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time as policies and playbooks write it: a whole number and a unit (`20s`, `15m`, `4h`, `90d`). */
export type Duration = `${number}${keyof typeof unitMs}`;

export const durationPattern = /^(\d{1,6})([smhd])$/;

/**
 * Milliseconds of a duration. A day is 24 hours here: where the calendar's days are meant, the business
 * calendar (`domain/calendar.ts`) moves the moment afterwards.
 * @throws RangeError when the text is not a duration
 */
export function durationMs(duration: Duration): number {
  const match = durationPattern.exec(duration);
  if (!match) throw new RangeError(`"${duration}" is not a duration like 20s, 15m, 4h or 90d`);
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}

const unitNames = { s: 'second', m: 'minute', h: 'hour', d: 'day' } as const;

/** `90 days` */
export function durationInWords(duration: Duration): string {
  const count = Number(duration.slice(0, -1));
  const name = unitNames[duration.at(-1) as keyof typeof unitNames];
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** No time that we are told may lie behind it: sums of times stay times. ISO 8601 UTC. */
export const latestTime = '2199-12-31T23:59:59.999Z';

/** The moment `duration` after `at`, both ISO 8601 UTC. */
export function after(at: string, duration: Duration): string {
  return new Date(Date.parse(at) + durationMs(duration)).toISOString();
}

/** The moment `duration` before `at`, both ISO 8601 UTC. */
export function before(at: string, duration: Duration): string {
  return new Date(Date.parse(at) - durationMs(duration)).toISOString();
}

/** So many of a duration; `count` is a whole number. */
export function times(duration: Duration, count: number): Duration {
  const [, amount, unit] = durationPattern.exec(duration)!;
  return `${Number(amount) * count}${unit as keyof typeof unitMs}`;
}

export function latest(a: string, b: string): string {
  return a > b ? a : b;
}

export function earliest(a: string, b: string): string {
  return a < b ? a : b;
}

/* Days of a form (`2026-03-24`) as moments in the reader's own time zone. */

export function startOfDay(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

/** The first moment of the day after. */
export function endOfDay(day: string): string {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + 1);
  return at.toISOString();
}

/** The last day before a moment. */
export function lastDayBefore(at: string): string {
  return new Date(Date.parse(at) - 1).toISOString();
}

export function today(): string {
  const now = new Date();
  const two = (part: number) => String(part).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

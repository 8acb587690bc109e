/** The workflow's own time, which the SDK makes the same in every replay. */
export function now(): string {
  return new Date().toISOString();
}

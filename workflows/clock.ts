/** The workflow's own time, which the SDK makes the same in every replay. */
export function now(): string {
  return new Date().toISOString();
}

/** The moment so many milliseconds after `at`, both ISO 8601 UTC. */
export function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}

/**
 * What was said to a case and not yet acted on, in the order in which it came. Handlers put messages in; only the
 * case's main function takes them out.
 */
export class Inbox {
  #waiting: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  put(apply: () => void): void {
    this.#waiting.push(apply);
  }

  /** The same for whoever needs the verdict: resolves when the case has acted. */
  answer<Verdict>(apply: () => Verdict): Promise<Verdict> {
    return new Promise((resolve) => this.put(() => resolve(apply())));
  }

  handle(): void {
    for (const apply of this.#waiting.splice(0)) apply();
  }
}

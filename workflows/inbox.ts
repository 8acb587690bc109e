/** Said by who acts on a message whose time has not come. */
export const early = Symbol('early');

/**
 * What was said to a case and not yet acted on, in the order in which it came. Handlers put messages in; only the
 * case's main function takes them out.
 */
export class Inbox {
  #waiting: (() => void)[] = [];
  #early: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  put(apply: () => void): void {
    this.#waiting.push(apply);
  }

  /** The same for whoever needs the verdict: resolves when the case has acted. */
  answer<Verdict>(apply: () => Verdict | typeof early): Promise<Verdict> {
    return new Promise((resolve) => {
      const act = () => {
        const verdict = apply();
        if (verdict === early) this.#early.push(act);
        else resolve(verdict);
      };
      this.put(act);
    });
  }

  /** What has come too early has its turn again, before all that came after it. */
  bringBack(): void {
    this.#waiting.unshift(...this.#early.splice(0));
  }

  handle(): void {
    for (const apply of this.#waiting.splice(0)) apply();
  }
}

import { condition } from '@temporalio/workflow';

type Message = { apply: () => void; written: boolean };

/**
 * What was said to a case and not yet acted on, in the order in which it came. Handlers put messages in; only the
 * case's main function takes them out.
 */
export class Inbox {
  #waiting: Message[] = [];
  #unwritten: Message[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get allWritten(): boolean {
    return this.#unwritten.length === 0;
  }

  put(apply: () => void): void {
    this.#waiting.push({ apply, written: false });
  }

  /** The same for whoever needs the verdict: resolves when the case has acted and the database shows it. */
  async settled(apply: () => void): Promise<void> {
    const message: Message = { apply, written: false };
    this.#waiting.push(message);
    await condition(() => message.written);
  }

  handle(): void {
    for (const message of this.#waiting.splice(0)) {
      message.apply();
      this.#unwritten.push(message);
    }
  }

  /** Runs `write` and lets everybody whose message was handled before know. */
  async written(write: () => Promise<void>): Promise<void> {
    const messages = this.#unwritten.splice(0);
    await write();
    for (const message of messages) message.written = true;
  }
}

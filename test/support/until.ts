import { setTimeout as pause } from 'node:timers/promises';

/** Waits until a question is answered with yes. */
export async function until(question: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await pause(200)) {
    if (await question()) return;
  }
  throw new Error(`not within ${withinMs / 1_000} s: ${question.toString()}`);
}

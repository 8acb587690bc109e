import {
  condition,
  defineSignal,
  defineUpdate,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { bareActivities } from './bare-worker.ts';
import { localActivitiesAtTheEnd, observationSeconds, story } from './story.ts';

const { nothing, reached } = proxyLocalActivities<typeof bareActivities>({
  startToCloseTimeout: '20s',
});

export const answer = defineUpdate('answer');
export const purchase = defineSignal('purchase');

const longMs = 3 * 86_400_000;

/** The least that Temporal can do for the same story: the same waits, as many local activities, and all of them empty. */
export async function bareCase(): Promise<void> {
  const arrived = { answer: 0, purchase: 0 };
  setHandler(answer, () => void (arrived.answer += 1));
  setHandler(purchase, () => void (arrived.purchase += 1));

  let returnedAt = 0;
  // Whoever answers hears when it is done; a start or a purchase tells nobody.
  let driverKnows = false;
  for (const { localActivities, waitsFor } of story) {
    for (let i = 1; i < localActivities; i += 1) await nothing();
    await (driverKnows ? nothing() : reached());
    if (waitsFor === 'deadline') {
      await condition(() => false, returnedAt + observationSeconds * 1_000 - Date.now());
      continue;
    }
    await condition(() => arrived[waitsFor] > 0, longMs);
    arrived[waitsFor] -= 1;
    if (waitsFor === 'purchase') returnedAt = Date.now();
    driverKnows = waitsFor === 'answer';
  }
  for (let i = 0; i < localActivitiesAtTheEnd; i += 1) await nothing();
}

import type { CaseOpening } from '../domain/case.ts';
import type { Outcome } from '../domain/words.ts';
import { Recovery } from './recovery.ts';
import { causeAnalysis } from './steps/cause-analysis.ts';
import { identification } from './steps/identification.ts';
import { measures } from './steps/measures.ts';
import { secondLoyalty } from './steps/second-loyalty.ts';
import { successControl } from './steps/success-control.ts';

/**
 * One loss episode of one customer, from its opening to its outcome. Each step either ends the case or lets it go on
 * to the next; a customer who returns early makes the steps that ask for the return pass at once.
 */
export async function recoveryCase(opening: CaseOpening): Promise<Outcome> {
  const recovery = new Recovery(opening);
  const ending =
    (await identification(recovery)) ??
    (await causeAnalysis(recovery)) ??
    (await measures(recovery)) ??
    (await successControl(recovery)) ??
    (await secondLoyalty(recovery));
  return recovery.close(ending);
}

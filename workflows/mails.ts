import { after, type Duration } from '../domain/duration.ts';
import type { MeasureResult, Measure } from '../domain/playbooks.ts';
import { queueMail } from './activities.ts';
import { whyNot } from './calls.ts';
import { now } from './clock.ts';
import type { Recovery } from './recovery.ts';

/** Far less than any plan moves by, far more than clocks differ within a workflow task. */
const moment: Duration = '60s';

/** Sends a mail when it is due and the customer still permits it; how it fares after that is told by events. */
export async function mail(
  recovery: Recovery,
  { id, template, afterReturn }: { id: string; afterReturn?: boolean } & Pick<Measure, 'template'>,
  firstAt: string,
): Promise<MeasureResult | 'skipped' | 'interrupted'> {
  const { caseId, customerId } = recovery.opening;
  for (let notBefore = firstAt; ; notBefore = now()) {
    const plan = await recovery.planContact({ channel: 'email', notBefore });
    if (!plan.permitted) {
      recovery.tell('contact-not-permitted', { type: 'email', ...whyNot(plan) });
      return 'not-permitted';
    }
    const plannedAt = now();
    // The clock of the activity is a little ahead of ours: what is due within a moment of a wait is due.
    const isDue = notBefore !== firstAt && plan.dueAt <= after(plannedAt, moment);
    const waited = await recovery.untilDue(id, isDue ? plannedAt : plan.dueAt);
    if (waited !== 'due') return waited;
    // Whatever has happened while it waited: it is planned again, and asked for leave again.
    if (now() === plannedAt) break;
  }
  const answer = await queueMail({
    ...{ caseId, customerId, measureId: id, template: template! },
    ...(afterReturn && { afterReturn }),
  });
  if (answer !== 'queued') {
    recovery.tell('mail-not-sent', { template: template!, reason: answer });
    return answer === 'not-permitted' ? 'not-permitted' : 'not-sent';
  }
  if (!afterReturn) recovery.state.contacted = true;
  recovery.tell('mail-queued', { template: template! });
  return 'sent';
}

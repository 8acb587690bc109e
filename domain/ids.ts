import type { TaskType } from './tasks.ts';

/** A customer ID of the sales system. No `@`: IDs stand in workflow histories, where no mail address may be. */
export const customerIdPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;
export const customerIdRule =
  'must be 1 to 100 letters, digits, dots, colons, hyphens or underscores, beginning with a letter or digit (no mail address: IDs are kept where personal data must not be)';

export function caseIdOf(customerId: string, episode: number): string {
  return `${customerId}-e${episode}`;
}

/** One workflow ID per customer: Temporal itself keeps a customer to one open case. */
export function recoveryWorkflowId(customerId: string): string {
  return `recovery-${customerId}`;
}

export function scanWorkflowId(scanId: string): string {
  return `scan-${scanId}`;
}

/** `occurrence` counts a case's tasks from 1, whatever their type. */
export function taskIdOf(caseId: string, type: TaskType, occurrence: number): string {
  return `${caseId}-${type}-${occurrence}`;
}

/** A measure of a case sends one mail: done again it has another ID. */
export function mailIdOf(caseId: string, measureId: string): string {
  return `${caseId}-mail-${measureId}`;
}

/** `occurrence` counts a customer's preventive tasks from 1. No task of a case has such a type, so nor such an ID. */
export function preventiveTaskIdOf(customerId: string, type: TaskType, occurrence: number): string {
  return `${customerId}-${type}-${occurrence}`;
}

/** `occurrence` counts the times that a mail had to be looked after, from 1. */
export function mailTaskIdOf(mailId: string, occurrence: number): string {
  return `${mailId}-check-${occurrence}`;
}

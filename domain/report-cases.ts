import type { CaseStatus, Cause, Outcome, Step, StrictRegain, Tier, Trigger } from './words.ts';

/**
 * Which figures cases stand behind, and so which moment of them a period is about. `opened`: all that were opened in it;
 * `losses`: of these, whose customer was lost; `decided`: whose result was known in it (success control); `treated` and
 * `control`: whose common observation ended in it (control group); `compared`: opened in it, and told by playbook or
 * offer; `returned`: whose customer came back in it (second life).
 */
export const caseSets = [
  'opened',
  'losses',
  'decided',
  'treated',
  'control',
  'compared',
  'returned',
] as const;
export type CaseSet = (typeof caseSets)[number];

/** One case as the reports see it. */
export type ReportCase = {
  caseId: string;
  customerId: string;
  customerName: string | null;
  trigger: Trigger;
  tier: Tier | null;
  cause: Cause | null;
  status: CaseStatus;
  step: Step;
  outcome: Outcome | null;
  openedAt: string;
  regainedAt: string | null;
  lostAgainAt: string | null;
  /** null: booked before there was a strict rule */
  strictRegain: StrictRegain | null;
  /** `id@version` */
  playbook: string | null;
  /** minor units: what the customer bought in the year up to the loss, all costs of the case, and what came back */
  lostRevenue: number;
  cost: number;
  revenue: number;
  result: number;
};

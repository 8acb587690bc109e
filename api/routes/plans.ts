import * as z from 'zod';
import { withContent } from '../../db/playbooks.ts';
import { DomainError, refused } from '../../domain/errors.ts';
import { tailored, type Tailoring } from '../../domain/measure-plan.ts';
import type { CaseRecord } from '../../domain/records.ts';
import { taskTypeOfMeasure } from '../../domain/tasks.ts';
import { carryOut } from '../commands.ts';
import { knownThings, mustName } from '../known-things.ts';
import { route, staff, type Call } from '../route.ts';
import { keptSchema } from '../schemas/case.ts';
import { caseId, text } from '../schemas/common.ts';
import { planSchema, tailoringSchema } from '../schemas/playbook.ts';
import { invalid } from '../validation.ts';
import { theCase } from './cases.ts';

const ofCase = z.strictObject({ caseId });
const reason = text(1_000).meta({ description: 'why; kept with the command' });

async function planJson({ db }: Pick<Call, 'db'>, record: CaseRecord) {
  const { caseId, playbookId, playbookVersion, plan } = record;
  const measures = (plan ?? []).map(({ id, kind, status, result, afterDays }) => ({
    ...{ caseId, measureId: id, kind, status, result, afterDays },
    type: taskTypeOfMeasure[kind],
  }));
  return {
    caseId,
    playbook: playbookId === null ? null : { playbookId, version: playbookVersion! },
    measures: (await withContent(db, measures)).map(({ caseId: _, type: __, ...shown }) => shown),
  };
}

export const planRoutes = [
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/plan',
    name: 'getPlan',
    summary: 'The measures of a case: what was done, what is under way, what comes',
    roles: staff,
    params: ofCase,
    answers: { 200: { description: 'The plan; empty before step 3', schema: planSchema } },
    problems: ['not-found'],
    handle: async (call) => ({ status: 200, body: await planJson(call, await theCase(call)) }),
  }),
  route({
    method: 'post',
    path: '/api/v1/cases/{caseId}/plan',
    name: 'tailorPlan',
    summary: 'Skip, add, repeat or bring forward a measure of a case',
    roles: staff,
    params: ofCase,
    body: z.strictObject({ change: tailoringSchema, reason }),
    example: {
      change: { kind: 'skip', measureId: 'last-letter' },
      reason: 'She asked for no letters.',
    },
    answers: {
      200: { description: 'Done: the plan as it stands now', schema: planSchema },
      202: { description: 'Kept: the engine does not answer just now', schema: keptSchema },
    },
    problems: ['not-found', 'conflict', 'case-not-open', 'refused', 'idempotency-key-reused'],
    handle: async (call) => {
      const record = await theCase(call);
      const { caseId, customerId } = record;
      const change = storedChange(call.body.change);
      const order = {
        action: 'case.tailor-plan' as const,
        target: caseId,
        ...{ caseId, customerId },
        request: { ...call.body, change },
        check: async () => {
          mustFit(record, change);
          if (change.kind !== 'add') return;
          mustName(await knownThings(call), [
            { measure: change.measure, at: ['change', 'measure'] },
          ]);
        },
      };
      return carryOut(call, order, async () => planJson(call, await theCase(call)));
    },
  }),
];

/** What an agent writes to a measure of their own is the reason; a workflow carries no free text. */
function storedChange(change: z.output<typeof tailoringSchema>): Tailoring {
  if (change.kind !== 'add') return change;
  if (change.measure.content !== undefined || change.measure.instead?.content !== undefined) {
    throw invalid([{ field: 'change.measure.content', rule: 'is not kept here: use the reason' }]);
  }
  return change;
}

function mustFit({ status, step, plan }: CaseRecord, change: Tailoring): void {
  if (status !== 'open') throw new DomainError('case-not-open', 'The case is closed.');
  if (step !== 'measures' || !plan) {
    throw refused('no-measures-now');
  }
  if (tailored(plan, change)) return;
  const what = 'measureId' in change ? `${change.kind} ${change.measureId}` : change.kind;
  throw refused('no-room-in-plan', `The plan of the case leaves no room for that: ${what}.`);
}

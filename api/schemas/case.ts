import * as z from 'zod';
import { endReasons } from '../../domain/case.ts';
import type { CauseSuggestion } from '../../domain/cause-suggestion.ts';
import { surenesses, type KnownCause, type KnownCauses } from '../../domain/causes.ts';
import { decisionReasons } from '../../domain/identification.ts';
import {
  commandStatuses,
  type CaseRecord,
  type CommandRecord,
  type TimelineRecord,
} from '../../domain/records.ts';
import { triggerDetails } from '../../domain/silent-loss.ts';
import { strictReasons } from '../../domain/strict-regain.ts';
import { timelineCodes, timelineText } from '../../domain/timeline.ts';
import {
  caseStatuses,
  causes,
  decisions,
  outcomes,
  steps,
  tiers,
  triggers,
  strictRegains,
} from '../../domain/words.ts';
import { caseId, customerId, money, timestamp } from './common.ts';
import { silentLossJson, silentLossSchema } from './silent-loss.ts';

const knownCauseSchema = z
  .strictObject({
    cause: z.enum(causes).meta({ description: 'the main one' }),
    category: z.string().nullable().meta({ description: "the company's own category below it" }),
    furtherCauses: z.array(z.string()).meta({ description: 'causes or categories' }),
    sureness: z.enum(surenesses).nullable().meta({ description: 'null: nobody has said' }),
    competitor: z.string().nullable().meta({ description: 'to whom the customer went' }),
    note: z.string().nullable(),
    by: z.string().nullable().meta({
      description: 'ID of the key, or a part of the engine; null: nobody was reached',
    }),
    at: timestamp.nullable(),
    lostRevenue: money('what the customer bought in the 365 days up to the loss'),
  })
  .meta({ id: 'KnownCause' });

export const suggestionSchema = z
  .strictObject({
    code: z.string().meta({ description: 'the suggested cause or category' }),
    cause: z.enum(causes),
    score: z.int().meta({ description: 'sum of the weights of the rules that matched' }),
    words: z.array(z.string()).meta({ description: 'what matched, as the customer wrote it' }),
    ruleIds: z.array(z.string()),
  })
  .meta({ id: 'CauseSuggestion' });

const strictRegainSchema = z
  .strictObject({
    is: z.enum(strictRegains).meta({
      description:
        'half-return: has bought again, but far less than before; pending: not known yet',
    }),
    because: z.enum(strictReasons),
    until: timestamp.nullable().meta({ description: 'of what is pending: when it is known' }),
  })
  .meta({
    id: 'StrictRegain',
    description: 'by the strict rule of the policy; late facts correct it',
  });

export const caseSchema = z
  .strictObject({
    caseId,
    customerId,
    episode: z
      .int()
      .min(1)
      .meta({ description: '1 for the first loss of a customer, 2 for the second …' }),
    trigger: z.enum(triggers),
    triggerDetail: z.enum(triggerDetails).nullable(),
    silentLoss: silentLossSchema.nullable(),
    status: z.enum(caseStatuses),
    step: z.enum(steps),
    outcome: z.enum(outcomes).nullable(),
    endReason: z
      .enum(endReasons)
      .nullable()
      .meta({ description: 'why it ended with this outcome' }),
    tier: z.enum(tiers).nullable(),
    cause: z.enum(causes).nullable().meta({ description: 'the most reliable layer that is known' }),
    causes: z
      .strictObject({
        stated: knownCauseSchema.nullable(),
        assessed: knownCauseSchema.nullable(),
        verified: knownCauseSchema.nullable(),
      })
      .meta({ description: 'by the customer, by an agent, by a manager: the newest of each' }),
    statedReason: z
      .string()
      .nullable()
      .meta({ description: 'what the customer or the opener wrote' }),
    causeSuggestions: z.array(suggestionSchema).meta({
      description:
        'what the keyword rules read in statedReason, the likeliest first: suggestions, never facts',
    }),
    lostRevenue: money('what the customer bought in the 365 days up to the loss'),
    openedAt: timestamp,
    openedBy: z
      .string()
      .meta({ description: 'ID of the key that opened it, or a part of the engine' }),
    closedAt: timestamp.nullable(),
    nextDueAt: timestamp
      .nullable()
      .meta({ description: 'when a timer or a task of it is due next' }),
    pausedUntil: timestamp.nullable(),
    effectiveAt: timestamp.nullable().meta({ description: 'when a cancellation takes effect' }),
    policyVersion: z.string().meta({ example: 'standard-1' }),
    decision: z.enum(decisions).nullable(),
    decisionReason: z.enum(decisionReasons).nullable(),
    secondLifetimeValue: money('what a regained customer is expected to bring').nullable(),
    controlGroup: z.boolean(),
    contacted: z.boolean(),
    playbook: z.strictObject({ playbookId: z.string(), version: z.int() }).nullable(),
    regainedAt: timestamp.nullable(),
    regainedBy: z.enum(['purchase', 'cancellation-withdrawn']).nullable(),
    strictRegain: strictRegainSchema.nullable(),
    regainedAmount: money('revenue with and since the return'),
    concessionCost: money('what granted concessions cost'),
    satisfactionScore: z.int().min(0).max(10).nullable(),
  })
  .meta({ id: 'Case' });

/** What the API shows of a case beside its own record. */
export type CaseInsight = {
  causes: KnownCauses;
  /** minor units */
  lostRevenue: number;
  suggestions: CauseSuggestion[];
  /** null: not judged yet, after an upgrade */
  strictRegain: z.output<typeof strictRegainSchema> | null;
};

export function caseJson(
  record: CaseRecord,
  { causes, lostRevenue, suggestions, strictRegain }: CaseInsight,
  currency: string,
): z.output<typeof caseSchema> {
  const inMoney = (amount: number) => ({ amount, currency });
  const withRevenue = (known: KnownCause | null) =>
    known && { ...known, lostRevenue: inMoney(lostRevenue) };
  const { playbookId, playbookVersion, secondLifetimeValue } = record;
  return {
    caseId: record.caseId,
    customerId: record.customerId,
    episode: record.episode,
    trigger: record.trigger,
    triggerDetail: record.triggerDetail,
    silentLoss: record.silentLoss && silentLossJson(record.silentLoss),
    status: record.status,
    step: record.step,
    outcome: record.outcome,
    endReason: record.endReason,
    tier: record.tier,
    cause: record.cause,
    causes: {
      stated: withRevenue(causes.stated),
      assessed: withRevenue(causes.assessed),
      verified: withRevenue(causes.verified),
    },
    statedReason: record.statedReason,
    causeSuggestions: suggestions,
    lostRevenue: inMoney(lostRevenue),
    openedAt: record.openedAt,
    openedBy: record.openedBy,
    closedAt: record.closedAt,
    nextDueAt: record.nextDueAt,
    pausedUntil: record.pausedUntil,
    effectiveAt: record.effectiveAt,
    policyVersion: record.policyVersion,
    decision: record.decision,
    decisionReason: record.decisionReason,
    secondLifetimeValue: secondLifetimeValue === null ? null : inMoney(secondLifetimeValue),
    controlGroup: record.controlGroup,
    contacted: record.contacted,
    playbook:
      playbookId === null || playbookVersion === null
        ? null
        : { playbookId, version: playbookVersion },
    regainedAt: record.regainedAt,
    regainedBy: record.regainedBy,
    strictRegain,
    regainedAmount: inMoney(record.regainedAmount),
    concessionCost: inMoney(record.concessionCost),
    satisfactionScore: record.satisfactionScore,
  };
}

export const timelineSchema = z
  .strictObject({
    seq: z.int().min(1),
    at: timestamp,
    code: z.enum(timelineCodes),
    text: z
      .string()
      .meta({ example: 'Task: Ask why the customer left, due 2026-03-24T10:00:00.000Z' }),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .meta({ id: 'TimelineEntry' });

export function timelineJson(record: TimelineRecord): z.output<typeof timelineSchema> {
  const { seq, at, code, data } = record;
  return { seq, at, code, text: timelineText(record), data };
}

export const workflowSchema = z
  .strictObject({
    workflowId: z.string().meta({ example: 'recovery-C-1042' }),
    url: z.string().nullable().meta({
      description: 'of it in Temporal’s own pages; null: this installation names none',
    }),
  })
  .meta({ id: 'CaseWorkflow' });

const undoUntil = timestamp.nullable().meta({
  description:
    'until then it can be undone, and nobody acts on it; null: that was not asked for, or is over',
});

/** The answer while the engine is away, or while what was told can still be undone. */
export const keptSchema = z
  .strictObject({
    status: z.literal('kept'),
    commandId: z.string(),
    undoUntil,
    message: z.string(),
  })
  .meta({ id: 'KeptCommand' });

export const commandSchema = z
  .strictObject({
    commandId: z.string(),
    action: z.string().meta({ example: 'task.complete' }),
    target: z.string().meta({ description: 'the task, case, scan or key that it is about' }),
    caseId: caseId.nullable(),
    actor: z.string().meta({ description: 'ID of the key that gave it' }),
    status: z.enum(commandStatuses).meta({
      description:
        'pending: kept until the engine answers; rejected: it changed nothing; undone: taken back before the engine heard of it',
    }),
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    at: timestamp,
    finishedAt: timestamp.nullable(),
    undoUntil,
  })
  .meta({ id: 'Command' });

/** Without the request, which may hold free text about a customer. */
export function commandJson(record: CommandRecord): z.output<typeof commandSchema> {
  const { request: _, role: __, idempotencyKey: ___, ...shown } = record;
  return shown;
}

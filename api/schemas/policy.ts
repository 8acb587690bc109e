import * as z from 'zod';
import { policyYaml } from '../../config/policy.ts';
import type { PolicyRecord } from '../../db/policies.ts';
import type { VersionedPolicy } from '../../domain/policy.ts';
import { count, timestamp } from './common.ts';
import { fallbackSchema, ruleSchema, thresholdSchema } from './silent-loss.ts';

export const policyVersionSchema = z
  .strictObject({
    version: z.string().meta({ example: 'standard-2' }),
    createdAt: timestamp.meta({ description: 'when the engine first knew it' }),
    inForce: z.boolean().meta({ description: 'new cases are opened with it' }),
    configured: z.boolean().meta({
      description: 'WINBACK_POLICY says so: it governs until somebody publishes another',
    }),
    published: z
      .strictObject({ at: timestamp, by: z.string().nullable(), reason: z.string().nullable() })
      .nullable()
      .meta({ description: 'when somebody last put it in force, and who; null: nobody did' }),
    openCases: count.meta({ description: 'open cases that carry it' }),
    policy: z.unknown().meta({ description: 'its content, as a policy file holds it' }),
    yaml: z.string().meta({ description: 'the same as an editor shows it' }),
  })
  .meta({ id: 'Policy' });

/** @param known which of all versions is in force, and which is configured */
export function policyJson(
  { content, ...record }: PolicyRecord,
  known: { inForce: VersionedPolicy; configured: VersionedPolicy },
): z.output<typeof policyVersionSchema> {
  return {
    ...record,
    inForce: record.version === known.inForce.version,
    configured: record.version === known.configured.version,
    policy: content,
    yaml: policyYaml(content),
  };
}

/** A policy as a text, or a stored version of it. */
export const policyText = {
  yaml: z.string().min(1).max(100_000).optional().meta({
    description: 'a whole policy in YAML or JSON; errors name the line',
  }),
  version: z.string().min(1).max(100).optional().meta({ description: 'one that is stored' }),
};

export const checkedPolicySchema = z
  .strictObject({
    policy: z.unknown().meta({ description: 'its content' }),
    warnings: z
      .array(z.strictObject({ field: z.string(), warning: z.string() }))
      .meta({ description: 'what works, but perhaps not as it was meant' }),
  })
  .meta({ id: 'CheckedPolicy' });

const wouldFindSchema = z
  .strictObject({
    rule: ruleSchema.meta({ description: 'that would apply, by the last fit' }),
    threshold: thresholdSchema,
    fallback: fallbackSchema,
    dormant: count.meta({ description: 'who counts as lost silently and has no open case' }),
    candidates: count.meta({ description: 'of them, who is worth a case' }),
  })
  .meta({ id: 'ScanWouldFind', description: 'what a scan would find now' });

export const policyEffectSchema = z
  .strictObject({
    openCases: count.meta({ description: 'each keeps the version that it was opened with' }),
    customers: count.meta({ description: 'whom a scan would look at' }),
    now: wouldFindSchema.meta({ description: 'by the policy in force' }),
    then: wouldFindSchema.meta({ description: 'by this one' }),
    capacity: z
      .strictObject({ now: count, then: count })
      .meta({ description: 'open cases that the team serves at once' }),
  })
  .meta({ id: 'PolicyEffect' });

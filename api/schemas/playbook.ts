import * as z from 'zod';
import { measureSchema, playbookSchema, playbookYaml } from '../../config/playbooks.ts';
import { planStatuses } from '../../domain/measure-plan.ts';
import {
  measureKinds,
  measureResults,
  type MeasureResult,
  type PlaybookRecord,
} from '../../domain/playbooks.ts';
import { caseId, timestamp } from './common.ts';

const allResults = [...new Set(Object.values(measureResults).flat())] as [
  MeasureResult,
  ...MeasureResult[],
];

export const playbookVersionSchema = z
  .strictObject({
    playbookId: z.string().meta({ example: 'dormancy' }),
    version: z.int().min(1),
    title: z.string(),
    createdAt: timestamp,
    fromFile: z.boolean().meta({ description: 'it came with a file, and not through the API' }),
    retiredAt: timestamp.nullable().meta({ description: 'no case chooses it any more' }),
    playbook: z.unknown().meta({ description: 'its content: `PlaybookContent`' }),
    yaml: z.string().meta({ description: 'the same as a file would have it' }),
  })
  .meta({ id: 'Playbook' });

const warnings = z
  .array(z.strictObject({ field: z.string(), warning: z.string() }))
  .meta({ description: 'what works, but perhaps not as it was meant' });

export const publishedSchema = playbookVersionSchema
  .extend({ warnings })
  .meta({ id: 'PublishedPlaybook' });

export const checkedSchema = z
  .strictObject({ playbook: playbookVersionSchema.shape.playbook, warnings })
  .meta({ id: 'CheckedPlaybook' });

export function playbookJson(record: PlaybookRecord): z.output<typeof playbookVersionSchema> {
  const { playbookId, version, createdAt, fromFile, retiredAt, content } = record;
  const { version: _, ...playbook } = content;
  return {
    ...{ playbookId, version, title: content.title, createdAt, fromFile, retiredAt },
    playbook,
    yaml: playbookYaml(content),
  };
}

/** A playbook as YAML or as JSON. */
export const playbookText = {
  yaml: z.string().min(1).max(100_000).optional().meta({
    description: 'one playbook as a file would have it; errors name the line',
  }),
  playbook: playbookSchema.optional(),
};

export const planSchema = z
  .strictObject({
    caseId,
    playbook: z.strictObject({ playbookId: z.string(), version: z.int() }).nullable(),
    measures: z.array(
      z.strictObject({
        measureId: z.string(),
        kind: z.enum(measureKinds),
        status: z.enum(planStatuses),
        result: z.enum(allResults).nullable(),
        afterDays: z.number().meta({ description: 'from the end of the measure before' }),
        content: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Plan' });

const measureId = z.string().min(1).max(60);

export const tailoringSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('skip'), measureId }),
  z.strictObject({ kind: z.literal('repeat'), measureId }),
  z.strictObject({ kind: z.literal('bring-forward'), measureId }),
  z.strictObject({
    kind: z.literal('add'),
    measure: measureSchema,
    position: z.enum(['next', 'last']).default('next'),
  }),
]);

const measureIds = z.array(z.string());

export const previewSchema = z
  .strictObject({
    cases: z
      .array(
        z.strictObject({
          caseId,
          version: z.int().nullable().meta({ description: 'by which the case goes now' }),
          added: measureIds,
          removed: measureIds,
          changed: measureIds,
        }),
      )
      .meta({ description: 'the open cases whose measures would change' }),
    unchanged: z.int().meta({ description: 'open cases on it that would go on as they do' }),
  })
  .meta({ id: 'PlaybookPreview' });

import * as z from 'zod';
import { distinct, list, oneOf, text as shortText } from '../../config/fields.ts';
import { businessHours } from '../../config/policy.ts';
import { assignments } from '../../domain/teams.ts';
import { roles, tiers } from '../../domain/words.ts';
import { teamId, timestamp } from './common.ts';

export const assignment = z.enum(assignments).meta({
  description:
    'whose a new task is: on-demand: nobody’s, all take from the queue; continuity: of who last worked with the customer; balanced: the same, else of who has the least to do',
});

export const skills = z.strictObject({
  languages: list(z.string().regex(/^[a-z]{2,3}$/, 'must be a language of ISO 639 like de')).refine(
    distinct,
    'must name each once',
  ),
  tiers: list(oneOf(tiers)).refine(distinct, 'must name each once'),
  products: list(shortText(100)).refine(distinct, 'must name each once'),
});

export const memberHours = businessHours.nullable().meta({
  description: 'on the clock of the policy’s time zone; null: whenever the company works',
  example: { workDays: [1, 2, 3], opensAt: '09:00', closesAt: '13:00' },
});

export const keyId = z.string().trim().min(1).max(100).meta({ description: 'ID of a key' });

export const teamSchema = z
  .strictObject({ teamId, name: z.string(), assignment, createdAt: timestamp })
  .meta({ id: 'Team' });

export const memberSchema = z
  .strictObject({
    teamId,
    keyId,
    name: z.string().meta({ description: 'of the key' }),
    role: z.enum(roles),
    skills: skills.meta({ description: 'what they can do; an empty list: everything' }),
    hours: memberHours,
    openTasks: z.int().meta({ description: 'that are theirs now, of whatever team' }),
    absent: z.boolean(),
  })
  .meta({ id: 'Member' });

export const absenceSchema = z
  .strictObject({
    absenceId: z.string(),
    keyId,
    fromAt: timestamp,
    untilAt: timestamp.nullable().meta({ description: 'null: nobody knows yet' }),
    createdBy: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'Absence' });

import * as z from 'zod';
import { mailAddress } from '../../config/fields.ts';
import { languages } from '../../domain/mails.ts';
import { passwordLength } from '../../domain/passwords.ts';
import { normalisedEmail, userRoles } from '../../domain/users.ts';
import { text, timestamp } from './common.ts';

/** However it is spelled, and whatever stands around it. */
export const email = z
  .string()
  .overwrite(normalisedEmail)
  .pipe(mailAddress)
  .meta({ override: { type: 'string', format: 'email' }, example: 'eva@shop.example' });

export const personName = text(100);
export const language = z.enum(languages);
export const userRole = z.enum(userRoles);

/** What is a good one is a rule of its own (`mustBeGoodPassword`). */
export const newPassword = z
  .string()
  .max(passwordLength.most * 4)
  .meta({
    description: `${passwordLength.least} to ${passwordLength.most} characters; not one of the commonest, nor the own name or mail address`,
    example: 'four unusual words here',
  });
/** One that may be right or wrong. */
export const givenPassword = z.string().max(1_000);

export const userSchema = z
  .strictObject({
    userId: z.string().meta({ description: 'taken wherever the ID of a key is' }),
    name: z.string(),
    email: z.string(),
    role: userRole,
    language,
    active: z.boolean(),
    invited: z.boolean().meta({ description: 'has not yet accepted the invitation' }),
    createdAt: timestamp,
    lastUsedAt: timestamp.nullable().meta({ description: 'to the minute' }),
  })
  .meta({ id: 'User' });

export const sessionSchema = z
  .strictObject({
    user: z
      .strictObject({
        userId: z.string(),
        name: z.string(),
        email: z.string(),
        role: userRole,
        language,
      })
      .nullable()
      .meta({ description: 'who is signed in; null: nobody' }),
    setUp: z.boolean().meta({
      description: 'the installation waits for its first admin (`POST /api/v1/setup`)',
    }),
    ways: z
      .strictObject({
        password: z.literal(true),
        openIdConnect: z
          .strictObject({ name: z.string() })
          .nullable()
          .meta({ description: 'by `GET /api/v1/openid`, under this name' }),
      })
      .meta({ description: 'how one signs in here' }),
    mailsLeave: z.boolean().meta({
      description: 'false: mails are written into files, and links come from an admin',
    }),
    company: z.string(),
  })
  .meta({ id: 'Session' });

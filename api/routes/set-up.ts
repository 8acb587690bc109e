import * as z from 'zod';
import { setUp } from '../../db/set-up.ts';
import { limits } from '../../domain/users.ts';
import { HttpProblem } from '../errors.ts';
import { hashOfPassword, mustBeGoodPassword } from '../passwords.ts';
import { route } from '../route.ts';
import { email, language, newPassword, personName, sessionSchema } from '../schemas/user.ts';
import { mustBeWithin, signedIn } from '../sign-in.ts';

export const setUpRoutes = [
  route({
    method: 'post',
    path: '/api/v1/setup',
    name: 'setUp',
    summary: 'Make the first admin of an installation and sign them in',
    description:
      'The code stands in the terminal in which winback was started; each start without an admin prints a new one.',
    roles: 'anyone',
    forPages: true,
    body: z.strictObject({
      code: z.string().max(100),
      name: personName,
      email,
      password: newPassword,
      language,
    }),
    answers: { 201: { description: 'Signed in as the first admin', schema: sessionSchema } },
    problems: ['wrong-code', 'conflict', 'too-many-requests'],
    handle: async (call) => {
      const { db, at, body, visitor } = call;
      const { code, password, ...person } = body;
      mustBeGoodPassword(password, person);
      const limit = limits.setUp.address;
      await mustBeWithin(call, [{ what: 'set-up', of: visitor.address, limit }]);
      const admin = { ...person, passwordHash: await hashOfPassword(password) };
      const made = await setUp(db, { code, admin, agent: visitor.agent, at });
      if (!made) {
        const hint = 'Look for the code in the terminal in which winback was last started.';
        throw new HttpProblem('wrong-code', hint);
      }
      return signedIn(call, made);
    },
  }),
];

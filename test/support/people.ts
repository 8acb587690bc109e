import { randomUUID } from 'node:crypto';
import { hashOfPassword } from '../../api/passwords.ts';
import { insertUser } from '../../db/users.ts';
import type { UserRole } from '../../domain/users.ts';
import type { Answer, Api } from './api.ts';

export const password = 'vier ungewöhnliche Wörter';
let hashed: Promise<string> | undefined;

/** Somebody at a browser. */
export type Person = {
  userId: string;
  email: string;
  /** as the browser sends it; it changes as the API says */
  cookie: string;
  call(
    method: string,
    path: string,
    request?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>;
};

/** A user with `password`. */
export async function givenUser(
  { db }: Pick<Api, 'db'>,
  { role = 'agent', email = `${randomUUID()}@shop.example`, name = 'Eva Sommer' }: Given = {},
): Promise<{ userId: string; email: string }> {
  const passwordHash = await (hashed ??= hashOfPassword(password));
  const at = new Date().toISOString();
  return insertUser(db, { name, email, role, language: 'de', passwordHash, at });
}

type Given = { role?: UserRole; email?: string; name?: string };

/** A new user who has signed in. */
export async function signedInPerson(api: Api, given: Given = {}): Promise<Person> {
  return signIn(api, await givenUser(api, given));
}

/** Another browser of a user. */
export async function signIn(
  api: Api,
  { userId, email }: { userId: string; email: string },
): Promise<Person> {
  const answer = await api.post('/api/v1/session', { email, password }, { as: null });
  if (answer.status !== 201) throw new Error(`not signed in: ${JSON.stringify(answer.body)}`);
  return browserOf(api, { userId, email, cookie: cookieOf(answer)! });
}

/** A browser with a cookie, or none yet. */
export function browserOf(
  api: Api,
  { userId = '', email = '', cookie = '' }: Partial<Omit<Person, 'call'>> = {},
): Person {
  const person: Person = {
    ...{ userId, email, cookie },
    async call(method, path, { body, headers } = {}) {
      const fromOurPage = { 'sec-fetch-site': 'same-origin' };
      const sent = { ...(person.cookie && { cookie: person.cookie }), ...fromOurPage, ...headers };
      const answer = await api.call(method, path, { as: null, body, headers: sent });
      person.cookie = cookieOf(answer) ?? person.cookie;
      return answer;
    },
  };
  return person;
}

/** What a browser sends back from now on; undefined when it was given nothing new. */
export function cookieOf({ headers }: Pick<Answer, 'headers'>): string | undefined {
  const given = headers.getSetCookie().find((one) => /^(__Host-)?winback_session=/.test(one));
  return given?.split(';')[0];
}

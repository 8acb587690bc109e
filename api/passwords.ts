import { hash, verify } from '@node-rs/argon2';
import { passwordError } from '../domain/passwords.ts';
import { invalid } from './validation.ts';

/** Argon2id by the library's own costs, as OWASP has them: 19 MiB, two passes, some 20 ms. */
export async function hashOfPassword(password: string): Promise<string> {
  return hash(password);
}

let nobodys: Promise<string> | undefined;

/** @param known null: there is no such password; finding that out takes as long */
export async function isPassword(password: string, known: string | null): Promise<boolean> {
  const matches = await verify(known ?? (await (nobodys ??= hash('nobody’s'))), password);
  return matches && known !== null;
}

/** @throws DomainError `invalid` that names the rule */
export function mustBeGoodPassword(
  password: string,
  whose: { email: string; name: string },
  field = 'password',
): void {
  const rule = passwordError(password, whose);
  if (rule !== undefined) throw invalid([{ field, rule }]);
}

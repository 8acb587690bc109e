import { PasswordInput } from '@mantine/core';
import { passwordLength } from '../../domain/passwords.ts';

type Props = { label: string; description: string; autoFocus?: boolean };

/** A password that somebody chooses. */
export function NewPassword(props: Props) {
  return (
    <PasswordInput
      name="password"
      autoComplete="new-password"
      minLength={passwordLength.least}
      required
      {...props}
    />
  );
}

/** Whose password it is, for the browser that keeps it. */
export function PasswordOf({ email }: { email: string }) {
  return (
    <input
      className="hidden"
      name="email"
      autoComplete="username"
      value={email}
      readOnly
      tabIndex={-1}
      aria-hidden
    />
  );
}

/* What a password must be (NIST SP 800-63B, 3.1.1.2): long, and not one of those that are tried first; nothing more. */

export const passwordLength = { least: 12, most: 200 };

/** Of those with 12 characters and more, the ones that lists of leaked passwords begin with. */
const commonest = new Set([
  ...['passwordpassword', 'password1234', 'password12345', 'password123456', 'passwort1234'],
  ...['passwort12345', 'passwortpasswort', 'qwertyuiopas', 'qwertzuiopas', 'qwertyuiop123'],
  ...[
    'qwerty123456',
    'qwertz123456',
    '1q2w3e4r5t6y',
    '1qaz2wsx3edc',
    'q1w2e3r4t5y6',
    'abcdefghijkl',
  ],
  ...[
    'abcdefgh1234',
    'abc123456789',
    'iloveyou1234',
    'iloveyouforever',
    'ichliebedich',
    'letmein12345',
  ],
  ...[
    'welcome12345',
    'willkommen123',
    'willkommen2024',
    'willkommen2025',
    'willkommen2026',
    'admin1234567',
  ],
  ...[
    'administrator',
    'administrator1',
    'changeme1234',
    'schalke04schalke',
    'sommer2025!!',
    'sommer2026!!',
  ],
  ...[
    '123123123123',
    '123456123456',
    '112233445566',
    'asdfghjkl123',
    'asdfasdfasdf',
    'unbekannt1234',
  ],
]);

/** What is wrong with a password, as a sentence; undefined when all is well. Those of 12 and more characters pass. */
export function passwordError(
  password: string,
  { email, name }: { email: string; name: string },
): string | undefined {
  const { least, most } = passwordLength;
  const length = [...password].length;
  if (length < least || length > most) return `must have ${least} to ${most} characters`;
  const plain = password.toLowerCase();
  const own = [email, email.split('@')[0]!, name, name.replaceAll(/\s/g, '')].map((one) =>
    one.toLowerCase(),
  );
  if (own.some((one) => one.length > 3 && plain.replaceAll(one, '').length < least / 2)) {
    return 'must not be your mail address or name';
  }
  if (commonest.has(plain) || isRow(plain)) return 'must not be one of the commonest passwords';
  return undefined;
}

/** One character again and again, or characters that follow each other: `aaaaaaaaaaaa`, `1234567890123`. */
function isRow(text: string): boolean {
  const steps = [...text].slice(1).map((_, i) => text.charCodeAt(i + 1) - text.charCodeAt(i));
  return steps.every((step) => step === steps[0] || step === -9) && Math.abs(steps[0]!) <= 1;
}

import { describe, expect, it } from '@jest/globals';
import { passwordError } from '../../domain/passwords.ts';

const eva = { email: 'eva.sommer@shop.example', name: 'Eva Sommer' };

describe('a password', () => {
  it.each([
    'vier ungewöhnliche Wörter',
    'x7#Kq2!mVb9p',
    '🦊'.repeat(6) + 'abcdef',
    'a'.repeat(100) + 'b c',
  ])('may be %s', (password) => expect(passwordError(password, eva)).toBeUndefined());

  it.each([
    ['elf letters', 'must have 12 to 200 characters'],
    ['🦊🦊🦊🦊🦊🦊', 'must have 12 to 200 characters'],
    ['x'.repeat(201), 'must have 12 to 200 characters'],
    ['Eva.Sommer@shop.example', 'must not be your mail address or name'],
    ['evasommer2026', 'must not be your mail address or name'],
    ['Eva Sommer!!', 'must not be your mail address or name'],
    ['PasswordPassword', 'must not be one of the commonest passwords'],
    ['aaaaaaaaaaaaaa', 'must not be one of the commonest passwords'],
    ['1234567890123', 'must not be one of the commonest passwords'],
    ['zyxwvutsrqponm', 'must not be one of the commonest passwords'],
  ])('may not be %s', (password, rule) => expect(passwordError(password, eva)).toBe(rule));
});

import { describe, expect, it } from '@jest/globals';
import { marksOf, surenessOf, type Particulars } from '../../domain/identity.ts';

const particulars = (fields: Partial<Particulars>): Particulars => ({
  ...{ name: null, email: null, phone: null, country: null, extra: {} },
  ...fields,
});
const mark = (fields: Partial<Particulars>) => marksOf(particulars(fields))[0]?.text;

describe('what tells that two records are one person', () => {
  it('is the mail address without capitals and the reader’s own filter', () => {
    expect(mark({ email: ' Anna.Meier+shop@Mail.Example ' })).toBe('anna.meier@mail.example');
    expect(mark({ email: 'anna.meier@mail.example' })).toBe('anna.meier@mail.example');
    expect(mark({ email: 'nobody' })).toBeUndefined();
  });

  const numbers: [string, string | null, string | undefined][] = [
    ['+49 30 123 456-78', null, '+493012345678'],
    ['0049 (0)30 / 12345678', null, '+493012345678'],
    ['+49 (0) 30 12345678', 'AT', '+493012345678'],
    ['030 12345678', 'DE', '+493012345678'],
    ['(030) 12345678', 'DE', '+493012345678'],
    ['(0)30 12345678', 'DE', '+493012345678'],
    ['0664 1234567', 'AT', '+436641234567'],
    ['06 1234 5678', 'IT', '+390612345678'],
    ['(212) 555-0123', 'US', '+12125550123'],
    ['1-212-555-0123', 'US', '+12125550123'],
    ['030 12345678', null, '03012345678'],
    ['110', 'DE', undefined],
    ['none', 'DE', undefined],
  ];
  it.each(numbers)('is the phone number %s of %s as %s (E.164)', (phone, country, expected) => {
    expect(mark({ phone, country })).toBe(expected);
  });

  it('is the name with the address, however they are written', () => {
    const extra = { street: 'Haupt-Straße 5', postalCode: 80331, city: 'München' };
    const one = mark({ name: 'Müller, Anna', extra });
    expect(one).toBe('anna mueller|hauptstr5|80331');
    expect(mark({ name: 'Anna Mueller', extra: { ...extra, street: 'Hauptstr. 5' } })).toBe(one);
    expect(mark({ name: 'Änna Müller', extra })).not.toBe(one);
    expect(mark({ name: 'René', extra: { street: 'A 1', city: 'Köln' } })).toBe('rene|a1|koeln');
    expect(mark({ name: 'Anna', extra: { street: 'A 1' } })).toBeUndefined();
    expect(mark({ extra })).toBeUndefined();
  });

  it('is rarely chance where two agree', () => {
    expect(surenessOf(['email', 'phone'])).toBe('nearly-certain');
    expect(surenessOf(['email'])).toBe('likely');
    expect(surenessOf(['phone'])).toBe('possible');
    expect(surenessOf(['name-and-address'])).toBe('possible');
  });
});

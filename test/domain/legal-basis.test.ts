import { describe, expect, it } from '@jest/globals';
import { basisIn } from '../../domain/legal-basis.ts';
import { legalBases } from '../../domain/words.ts';

describe('the basis that a text names', () => {
  it.each([
    null,
    'express-consent',
    'consent',
    'Consent 2024-03-01',
    'explicit written consent',
    'marketing consent given',
    'prior consent via web form 17',
    'consent of 3 March 2024',
    'Double Opt-In',
    'double opt in confirmed on 2024-03-01',
    'DOI',
    'Einwilligung',
    'Einwilligung vom Messestand',
    'Einwilligung vom 3. März 2024',
    'ausdrückliche Einwilligung',
    'Schriftliche Einwilligungserklärung',
    'Werbeeinwilligung liegt vor',
    'Einwilligung erteilt am 01.02.2024',
    'Einverständnis per Telefon',
    'Einwilligung (Art. 6 Abs. 1 lit. a DSGVO)',
    'Art. 6 Abs. 1 lit. a DSGVO',
    'GDPR Art. 6(1)(a)',
  ])('%s is express consent', (text) => {
    expect(basisIn(text)).toBe('express-consent');
  });

  it.each([
    ['presumed-consent', 'presumed-consent'],
    ['implied consent', 'presumed-consent'],
    ['mutmaßliche Einwilligung', 'presumed-consent'],
    ['mutmassliche Einwilligung', 'presumed-consent'],
    ['existing-customer', 'existing-customer'],
    ['Existing customer exception', 'existing-customer'],
    ['Bestandskunde', 'existing-customer'],
    ['Bestandskundenprivileg', 'existing-customer'],
    ['§ 7 Abs. 3 UWG', 'existing-customer'],
    ['soft opt-in', 'existing-customer'],
    ['contract', 'contract'],
    ['Vertrag vom 1.2.2024', 'contract'],
    ['Art. 6 Abs. 1 lit. b DSGVO', 'contract'],
  ] as const)('%s is %s', (text, basis) => {
    expect(basisIn(text)).toBe(basis);
  });

  it.each([
    '',
    'other',
    'yes',
    'legitimate interest',
    'berechtigtes Interesse',
    'no consent',
    'no-consent',
    'not consented',
    'non-consent',
    'without consent',
    'consent requested',
    'requested consent',
    'consent to be requested',
    'consent pending',
    'pending double opt-in',
    'awaiting consent',
    'consent from whom?',
    'consent by mail not yet confirmed',
    'unconfirmed consent',
    'consent unconfirmed',
    'unclear consent',
    'consent withdrawn 2024',
    'withdrawn consent',
    'consent revoked',
    'consent on file, revoked on 2024-03-01',
    'consent expired',
    'consent refused',
    'consent denied',
    'consent declined by phone',
    'former consent',
    'consent form sent',
    'dissent',
    'opt-out',
    'opted out',
    'opt-in missing',
    'keine Einwilligung',
    'Keinerlei Einwilligung',
    'ohne Einwilligung',
    'Einwilligung nicht erteilt',
    'Einwilligung noch nicht erteilt',
    'Einwilligung liegt nicht vor',
    'Einwilligung widerrufen',
    'widerrufene Einwilligung',
    'Einwilligung vom 1.2.2024, widerrufen am 1.3.2024',
    'Einwilligung mit Widerruf',
    'Einwilligung zurückgezogen',
    'Einwilligung entzogen',
    'angefragte Einwilligung',
    'Einwilligung angefragt',
    'Einwilligung per Mail angefragt',
    'Einwilligung erbeten',
    'Einwilligung ausstehend',
    'ausstehende Einwilligung',
    'unbestätigte Einwilligung',
    'Einwilligung ungültig',
    'Einwilligung abgelaufen',
    'Einwilligung abgelehnt',
    'Einwilligung verweigert',
    'Einwilligung fehlt',
    'Einwilligung fraglich',
    'ehemalige Einwilligung',
    'vermutete Einwilligung',
    'no contract',
    'Vertrag gekündigt',
    'contract cancelled',
    'kein Bestandskunde',
    'former existing customer',
  ])('“%s” is none', (text) => {
    expect(basisIn(text)).toBeNull();
  });

  it('knows our own codes', () => {
    const ours = legalBases.filter((basis) => basis !== 'none-needed');
    expect(ours.map(basisIn)).toEqual(ours);
  });
});

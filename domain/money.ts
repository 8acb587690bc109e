/** ISO 4217 */
export const currencyPattern = /^[A-Z]{3}$/;

/** Of one purchase; more is a slip of somebody's pen. */
export const mostMinorUnits = 1_000_000_000_000;

/** Currencies whose minor unit is not a hundredth (ISO 4217). `Intl` cannot be asked: it rounds forints to whole ones. */
const digitsOf: Record<string, number> = Object.fromEntries(
  Object.entries({
    0: 'JPY KRW VND CLP ISK PYG UGX XAF XOF XPF KMF GNF DJF BIF RWF VUV UYI',
    3: 'BHD IQD JOD KWD LYD OMR TND',
    4: 'CLF UYW',
  }).flatMap(([digits, codes]) => codes.split(' ').map((code) => [code, Number(digits)])),
);

/**
 * How many decimal places the minor unit of a currency stands for: 2 for EUR, 0 for JPY, 3 for KWD.
 * @param currency ISO 4217; 2 for one that we do not know
 */
export function minorDigits(currency: string): number {
  return digitsOf[currency] ?? 2;
}

/** An amount in minor units as English readers expect it: `€45.00`, or German ones: `45,00 €`. */
export function formatMoney(
  amount: number,
  currency: string,
  language: 'de' | 'en' = 'en',
): string {
  const digits = minorDigits(currency);
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/**
 * A decimal number in the minor units of its currency, by its digits, because 0.1 + 0.2 is not 0.3.
 * @param decimal digits, perhaps a point and more digits: `1234.5`
 * @returns a whole number; undefined when the decimal has more places than the currency (zeros do not count)
 */
export function inMinorUnits(decimal: string, currency: string): number | undefined {
  const digits = minorDigits(currency);
  const [whole, places = ''] = decimal.split('.');
  const needed = places.replace(/0+$/, '');
  return needed.length > digits ? undefined : Number(whole! + needed.padEnd(digits, '0'));
}

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../domain/causes.ts';

type Money = { amount: number; currency: string };

const dayMs = 86_400_000;

/** Days of the calendar from one moment to another, whatever the time of day. */
function daysFrom(now: number, at: string): number {
  const midnight = (moment: number) => new Date(moment).setHours(0, 0, 0, 0);
  return Math.round((midnight(Date.parse(at)) - midnight(now)) / dayMs);
}

/** With a minus in place of the hyphen that `Intl` writes. */
function signed(text: string): string {
  return text.replace(/^-/, '\u2212');
}

/** Numbers, money and times as readers of one language write them; times in the reader's own zone. */
function formatsOf(language: Language) {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const dates = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, options);
    return (at: string) => format.format(new Date(at));
  };
  const day = dates({ day: '2-digit', month: '2-digit', year: 'numeric' });
  const time = dates({ hour: '2-digit', minute: '2-digit' });
  const weekday = dates({ weekday: 'short' });
  const shortDay = dates({ weekday: 'short', day: 'numeric', month: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const countries = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });
  const languages = new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const exact = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const currencies = new Map<string, Intl.NumberFormat>();
  const inCurrency = (currency: string, digits?: number) => {
    const key = `${currency} ${digits}`;
    const known = currencies.get(key);
    if (known) return known;
    const made = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      ...(digits !== undefined && { maximumFractionDigits: digits }),
    });
    currencies.set(key, made);
    return made;
  };
  const inUnits = ({ amount, currency }: Money, digits?: number) => {
    const format = inCurrency(currency, digits);
    const minor = inCurrency(currency).resolvedOptions().maximumFractionDigits ?? 2;
    return signed(format.format(amount / 10 ** minor));
  };
  return {
    locale,
    day,
    time,
    /** `Mon 3 Mar` */
    shortDay,
    /** day and time */
    moment: (at: string) => `${day(at)}, ${time(at)}`,
    /** by its code: `DE` */
    country: (code: string) => (/^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code),
    /** by its code: `de-AT` */
    language: (code: string) => languages.of(code) ?? code,
    number: (value: number) => signed(number.format(value)),
    /** with all that counts of a small number: 0.75 */
    exact: (value: number) => signed(exact.format(value)),
    /** @param share 0 to 1 */
    percent: (share: number) => signed(percent.format(share)),
    /** `0.4 MB`; less is said in kB */
    bytes: (count: number) =>
      count < 1_000_000
        ? `${number.format(count / 1_000)} kB`
        : `${number.format(count / 1_000_000)} MB`,
    money: (money: Money) => inUnits(money),
    /** without its cents */
    roundMoney: (money: Money) => inUnits(money, 0),
    /** `in 2 hours`, `yesterday` */
    relative(at: string, now = Date.now()) {
      const ms = Date.parse(at) - now;
      if (Math.abs(ms) >= dayMs) return relative.format(daysFrom(now, at), 'day');
      const units = [
        ['hour', 3_600_000],
        ['minute', 60_000],
      ] as const;
      const [unit, size] = units.find(([, size]) => Math.abs(ms) >= size) ?? ['second', 1_000];
      return relative.format(Math.trunc(ms / size), unit);
    },
    /** today only the time, in the coming week the weekday with it, otherwise day and time */
    soon(at: string, now = Date.now()) {
      const days = daysFrom(now, at);
      if (days === 0) return time(at);
      if (days === 1 || days === -1) return `${relative.format(days, 'day')}, ${time(at)}`;
      return days > 1 && days < 7 ? `${weekday(at)} ${time(at)}` : `${day(at)}, ${time(at)}`;
    },
  };
}

export function useFormats() {
  const { i18n } = useTranslation();
  const language = i18n.language as Language;
  return useMemo(() => formatsOf(language), [language]);
}

import { causeTitle, type Language } from './causes.ts';
import { formatMoney } from './money.ts';
import type { ReportPart } from './report-page.ts';
import type { Cause } from './words.ts';

const locales = { de: 'de-DE', en: 'en-GB' };

/** How a report says numbers, days and money in one language. */
export class Speech {
  readonly language: Language;
  readonly #currency: string;
  readonly #timeZone: string;

  constructor(language: Language, { currency, timeZone }: { currency: string; timeZone: string }) {
    this.language = language;
    this.#currency = currency;
    this.#timeZone = timeZone;
  }

  readonly say = (de: string, en: string): string => (this.language === 'de' ? de : en);

  /** @param month `2026-10` */
  monthName(month: string, style: 'long' | 'short'): string {
    const year = style === 'long' ? 'numeric' : '2-digit';
    return new Date(`${month}-15`).toLocaleDateString(locales[this.language], {
      ...{ month: style, year, timeZone: 'UTC' },
    });
  }

  cause(cause: Cause | null): string {
    if (cause === null) return this.say('Noch nicht bekannt', 'Not known yet');
    return causeTitle(cause, this.language);
  }

  cases(number: number): string {
    return this.say(
      number === 1 ? '1 Fall' : `${this.whole(number)} Fälle`,
      number === 1 ? '1 case' : `${this.whole(number)} cases`,
    );
  }

  whole(value: number): string {
    return Math.round(value).toLocaleString(locales[this.language]);
  }

  number(value: number): string {
    return value.toLocaleString(locales[this.language], { maximumFractionDigits: 1 });
  }

  percent(share: number): string {
    const percent = (share * 100).toLocaleString(locales[this.language], {
      maximumFractionDigits: Math.abs(share) < 0.1 ? 1 : 0,
    });
    return `${percent} %`;
  }

  money(amount: number): string {
    return formatMoney(amount, this.#currency, this.language);
  }

  day(at: string): string {
    const timeZone = this.#timeZone;
    return new Date(at).toLocaleDateString(locales[this.language], {
      ...{ dateStyle: 'medium', timeZone },
    });
  }

  text(de: string, en: string): ReportPart {
    return { kind: 'text', text: this.say(de, en) };
  }
}

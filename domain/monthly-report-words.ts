import type { Language } from './causes.ts';
import { isEmpty, isRunning, type MonthFigures, type MonthlyReport } from './monthly-report.ts';
import { Speech } from './report-speech.ts';
import type { Interval } from './statistics/rates.ts';
import { figuresOf, smallBelow, type SuccessGroup } from './success-figures.ts';
import type { Tier } from './words.ts';
import { Lessons, shownAtMost } from './monthly-report-lessons.ts';
import type { ReportPage, ReportPart } from './report-page.ts';

/* The monthly report as it is read, in German and English; how it looks is for `mail/`. */

/** The report in the words of one language. */
export function pageOf(report: MonthlyReport, language: Language): ReportPage {
  const words = new Words(report, language);
  const { say } = words;
  return {
    language,
    title: say(`Monatsbericht ${words.month()}`, `Monthly report, ${words.month()}`),
    subtitle: words.subtitle(),
    summary: words.summary(),
    sections: words.sections(),
    notes: words.notes(),
  };
}

class Words extends Speech {
  readonly #report: MonthlyReport;
  /** the months beside each other, the report's own first */
  readonly #months: MonthFigures[];
  readonly #lessons: Lessons;

  constructor(report: MonthlyReport, language: Language) {
    super(language, report);
    this.#report = report;
    this.#lessons = new Lessons(report, language);
    const { now, before, lastYear } = report;
    this.#months = [now, before, lastYear].filter((one) => one !== null);
  }

  month(month = this.#report.month, style: 'long' | 'short' = 'long'): string {
    return this.monthName(month, style);
  }

  subtitle(): string {
    const { at } = this.#report;
    return isRunning(this.#report)
      ? this.say(
          `Der Monat läuft noch: Stand ${this.day(at)}`,
          `The month is not over: as of ${this.day(at)}`,
        )
      : this.say(`Stand ${this.day(at)}`, `As of ${this.day(at)}`);
  }

  summary(): string[] {
    const { now } = this.#report;
    const { lost, success } = now;
    if (isEmpty(this.#report)) {
      return [
        this.say(
          `Im ${this.month()} ging kein Kunde verloren, keiner kam zurück, und kein Fall wurde entschieden.`,
          `In ${this.month()} no customer was lost, none came back, and no case was decided.`,
        ),
      ];
    }
    const { result } = figuresOf(success);
    return [
      this.say(
        `${this.#lostDe(lost.cases)}; im Jahr davor hatten sie für ${this.money(lost.lostRevenue)} gekauft.`,
        `${this.#lostEn(lost.cases)}; in the year before they had bought for ${this.money(lost.lostRevenue)}.`,
      ),
      this.say(
        `${now.returned === 1 ? '1 Kunde kam' : `${this.whole(now.returned)} Kunden kamen`} zurück.`,
        `${now.returned === 1 ? '1 customer' : `${this.whole(now.returned)} customers`} came back.`,
      ),
      ...(success.cases === 0
        ? []
        : [
            this.say(
              `Ergebnis in diesem Monat: ${this.cases(success.cases)}; bis heute macht das ${this.money(result)} nach Abzug der Kosten.`,
              `Result known in this month: ${this.cases(success.cases)}; to date that comes to ${this.money(result)} after costs.`,
            ),
          ]),
    ];
  }

  sections(): ReportPage['sections'] {
    const { say } = this;
    const sections: ReportPage['sections'] = [
      { title: say('Wer gegangen ist', 'Who left'), parts: this.#whoLeft() },
      { title: say('Warum', 'Why'), parts: this.#why() },
      { title: say('Was zurückgewonnen wurde', 'What was won back'), parts: this.#wonBack() },
      { title: say('Was es gekostet hat', 'What it cost'), parts: this.#cost() },
      { title: say('Was wir gelernt haben', 'What was learned'), parts: this.#lessons.learned() },
      {
        title: say('Was gegen die Ursachen getan wird', 'What is being done about the causes'),
        parts: this.#lessons.prevention(),
      },
      { title: say('Ausblick', 'Outlook'), parts: this.#outlook() },
    ];
    return sections.filter(({ parts }) => parts.length > 0);
  }

  notes(): string[] {
    const { say } = this;
    return [
      say(
        `* Weniger als ${smallBelow} Fälle: zu wenige für einen Vergleich, daher ohne Rang.`,
        `* Fewer than ${smallBelow} cases: too few to compare, so without a rank.`,
      ),
      say(
        `Monate nach der Uhr des Unternehmens (${this.#report.timeZone}). Verloren: im Monat eröffnete Fälle, ohne jene, deren Kunde doch nicht verloren war. Ursache: die verlässlichste bekannte (geprüft, sonst eingeschätzt, sonst genannt).`,
        `Months by the company’s clock (${this.#report.timeZone}). Lost: cases opened in the month, but for those whose customer turned out not to be lost. Cause: the most reliable one known (verified, else assessed, else stated).`,
      ),
      say(
        'Kosten, Umsatz und Quote gehören zu den Fällen, deren Ergebnis im Monat feststand: bei der Rückkehr, sonst am Ende des Falls. Umsatz und Deckungsbeitrag seither wachsen noch. Zurückgewonnen: nach der strengen Regel des Regelwerks, Kündigung zurückgenommen oder wieder gekauft annähernd wie früher. Quoten: unter den Kontaktierten (jene der Zurückgewonnenen ohne die noch nicht Beurteilten), dahinter das 95-%-Intervall (Wilson).',
        'Costs, revenue and rate belong to the cases whose result was known in the month: at the return, else at the end of the case. Revenue and margin since then still grow. Regained: by the strict rule of the policy, cancellation withdrawn or bought again about as before. Rates: among the contacted (that of the regained without those not judged yet), followed by the 95 % interval (Wilson).',
      ),
    ];
  }

  #whoLeft(): ReportPart[] {
    const { lost } = this.#report.now;
    if (this.#months.every((one) => one.lost.cases === 0)) {
      return [this.text('Niemand ging verloren.', 'Nobody was lost.')];
    }
    const { say } = this;
    const triggers = [
      ['cancellation', say('– haben gekündigt', '– cancelled')],
      ['dormancy', say('– sind verstummt', '– fell silent')],
      ['manual', say('– von Hand eröffnet', '– opened by hand')],
    ] as const;
    const tiers = (['A', 'B', 'C', 'D', 'unrated'] as const).filter((tier) =>
      this.#months.some((one) => one.lost.byTier[tier] > 0),
    );
    const tierName = (tier: Tier | 'unrated') =>
      tier === 'unrated'
        ? say('– noch ohne Wertklasse', '– not rated yet')
        : say(`– Wertklasse ${tier}`, `– tier ${tier}`);
    const table = this.#beside([
      [say('Verlorene Kunden', 'Lost customers'), (one) => this.#marked(one.lost.cases)],
      ...triggers.map(
        ([trigger, name]) =>
          [name, (one: MonthFigures) => this.whole(one.lost.byTrigger[trigger])] as const,
      ),
      ...tiers.map(
        (tier) =>
          [tierName(tier), (one: MonthFigures) => this.whole(one.lost.byTier[tier])] as const,
      ),
      [
        say('Ihr Umsatz im Jahr davor', 'Their revenue in the year before'),
        (one) => this.money(one.lost.lostRevenue),
      ],
    ]);
    if (lost.cases > 0) return [table];
    return [this.text('Niemand ging verloren.', 'Nobody was lost.'), table];
  }

  #why(): ReportPart[] {
    const { causes, before, lastYear } = this.#report;
    if (causes.length === 0) return [];
    const { say } = this;
    const name = ({ cause, small, rank }: (typeof causes)[number]) =>
      `${rank === null ? '' : `${rank}. `}${this.cause(cause)}${small ? ' *' : ''}`;
    const earlier = [before, lastYear].filter((one) => one !== null);
    const heads = earlier.map(({ month }) => this.month(month, 'short'));
    return [
      {
        kind: 'bars',
        title: say('Verlorene Kunden nach Ursache', 'Lost customers by cause'),
        bars: causes.slice(0, shownAtMost).map((one) => ({
          label: this.cause(one.cause),
          value: one.cases,
          shown: `${this.whole(one.cases)}${one.small ? ' *' : ''}`,
          faint: one.small,
        })),
      },
      {
        kind: 'table',
        head: [
          ...[say('Ursache', 'Cause'), say('Fälle', 'Cases'), ...heads],
          ...[say('Umsatz davor', 'Revenue before'), say('Zurück', 'Back')],
        ],
        rows: causes.map((one) => [
          ...[name(one), this.whole(one.cases)],
          ...[one.before, one.lastYear].flatMap((cases) =>
            cases === null ? [] : this.whole(cases),
          ),
          ...[this.money(one.lostRevenue), this.whole(one.regained)],
        ]),
      },
    ];
  }

  #wonBack(): ReportPart[] {
    const { say } = this;
    const { course } = this.#report;
    const counted = (of: (one: MonthFigures) => number) => (one: MonthFigures) =>
      this.whole(of(one));
    const table = this.#beside([
      [say('Kamen im Monat zurück', 'Came back in the month'), counted((one) => one.returned)],
      [say('Gingen wieder verloren', 'Were lost again'), counted((one) => one.lostAgain)],
      [
        say('Fälle mit Ergebnis im Monat', 'Cases with their result in the month'),
        counted(({ success }) => success.cases),
      ],
      [say('– kontaktiert', '– contacted'), counted(({ success }) => success.contacted)],
      [say('– zurückgewonnen', '– regained'), counted(({ success }) => success.strict.regained)],
      [
        say('– halb zurück', '– half returns'),
        counted(({ success }) => success.strict['half-return']),
      ],
      [
        say('– zurück, noch nicht beurteilt', '– back, not judged yet'),
        counted(({ success }) => success.strict.pending),
      ],
      [
        say('Quote: zurückgewonnen', 'Rate: regained'),
        ({ success }) => {
          const { regainedRate, regainedRateInterval, small } = figuresOf(success);
          return this.#rate({ rate: regainedRate, interval: regainedRateInterval, small });
        },
      ],
      [
        say('Quote: zurückgekommen', 'Rate: came back'),
        ({ success }) => {
          const { returnRate, returnRateInterval } = figuresOf(success);
          const small = success.contacted < smallBelow;
          return this.#rate({ rate: returnRate, interval: returnRateInterval, small });
        },
      ],
    ]);
    const picture: ReportPart = {
      kind: 'columns',
      title: say('Verloren und zurück nach Monat', 'Lost and back by month'),
      series: [say('verloren', 'lost'), say('zurück', 'back')],
      columns: course.map(({ month, lost, returned }) => ({
        label: this.month(month, 'short'),
        values: [lost, returned],
      })),
    };
    const nothing = this.#months.every(
      ({ returned, lostAgain, success }) => returned + lostAgain + success.cases === 0,
    );
    const drawn = course.some(({ lost, returned }) => lost + returned > 0) ? [picture] : [];
    return nothing
      ? [...drawn, this.text('Niemand kam zurück.', 'Nobody came back.')]
      : [...drawn, table];
  }

  #cost(): ReportPart[] {
    const { say } = this;
    if (this.#months.every(({ success }) => success.cases === 0)) {
      return [this.text('Es wurde kein Fall entschieden.', 'No case was decided.')];
    }
    const money = (of: (success: SuccessGroup) => number | null) => (one: MonthFigures) => {
      const amount = of(one.success);
      return amount === null ? '–' : this.money(amount);
    };
    const share = (value: number | null) => (value === null ? '–' : this.percent(value));
    return [
      this.#beside([
        [
          say('Arbeitszeit in Stunden', 'Working time in hours'),
          ({ success }) => this.number(success.workMinutes / 60),
        ],
        [say('Arbeit', 'Work'), money(({ work }) => 0 - work)],
        [say('Kontakte', 'Contacts'), money(({ contact }) => 0 - contact)],
        [say('Zugeständnisse', 'Concessions'), money(({ concession }) => 0 - concession)],
        [say('Kosten zusammen', 'All costs'), money((one) => figuresOf(one).cost)],
        [
          say('Kosten je Rückgewinnung', 'Cost per regain'),
          money((one) => figuresOf(one).costPerRegain),
        ],
        [say('Umsatz seither', 'Revenue since'), money(({ revenue }) => revenue)],
        [say('Deckungsbeitrag seither', 'Margin since'), money(({ margin }) => margin)],
        [
          say('Ergebnis (nach Kosten)', 'Result (after costs)'),
          money((one) => figuresOf(one).result),
        ],
        [
          say('Ergebnis ÷ Kosten', 'Result ÷ costs'),
          ({ success }) => share(figuresOf(success).returnOnCost),
        ],
      ]),
    ];
  }

  #outlook(): ReportPart[] {
    const { open, worth, days, regained, value } = this.#report.outlook;
    if (open === 0) return [this.text('Kein Fall ist offen.', 'No case is open.')];
    return [
      this.text(
        `Offen: ${this.cases(open)}, bei einer Rückkehr zusammen voraussichtlich ${this.money(worth)} wert. Erwartete Rückkehrer in den nächsten ${days} Tagen: ${this.number(regained)}, mit ${this.money(value)}.`,
        `Open: ${this.cases(open)}, together probably worth ${this.money(worth)} on a return. Returns expected within the next ${days} days: ${this.number(regained)}, with ${this.money(value)}.`,
      ),
    ];
  }

  /** The months beside each other, a line for each figure. */
  #beside(lines: (readonly [string, (one: MonthFigures) => string])[]): ReportPart {
    return {
      kind: 'table',
      head: ['', ...this.#months.map(({ month }) => this.month(month, 'short'))],
      rows: lines.map(([name, of]) => [name, ...this.#months.map(of)]),
    };
  }

  #rate(of: { rate: number | null; interval: Interval | null; small: boolean }): string {
    const { rate, interval, small } = of;
    if (rate === null) return '–';
    const range = ([low, high]: Interval) => `${this.percent(low)}–${this.percent(high)}`;
    return `${this.percent(rate)}${interval ? ` (${range(interval)})` : ''}${small ? ' *' : ''}`;
  }

  #lostDe(cases: number): string {
    if (cases === 0) return 'Kein Kunde ging verloren';
    return cases === 1 ? '1 Kunde ging verloren' : `${this.whole(cases)} Kunden gingen verloren`;
  }

  #lostEn(cases: number): string {
    if (cases === 0) return 'No customer was lost';
    return cases === 1 ? '1 customer was lost' : `${this.whole(cases)} customers were lost`;
  }

  #marked(cases: number): string {
    return `${this.whole(cases)}${cases < smallBelow ? ' *' : ''}`;
  }
}

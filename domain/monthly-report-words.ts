import type { Language } from './causes.ts';
import {
  isEmpty,
  isRunning,
  type LearnedArm,
  type MonthAction,
  type MonthFigures,
  type MonthlyReport,
} from './monthly-report.ts';
import { topicText, type Effect, type PreventionStatus, type Topic } from './prevention.ts';
import { Speech } from './report-speech.ts';
import type { Interval } from './statistics/rates.ts';
import { figuresOf, smallBelow, stayDays, type SuccessGroup } from './success-figures.ts';
import type { Tier } from './words.ts';

/* The monthly report as it is read, in German and English; how it looks is for `mail/`. */

export type Bar = { label: string; value: number; shown: string; faint: boolean };

export type ReportPart =
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  /** the first column says what, the others are figures unless `words` */
  | { kind: 'table'; head: string[]; rows: string[][]; words?: true }
  | { kind: 'bars'; title: string; bars: Bar[] }
  | {
      kind: 'columns';
      title: string;
      series: [string, string];
      columns: { label: string; values: [number, number] }[];
    };

export type ReportPage = {
  language: Language;
  title: string;
  subtitle: string;
  /** the month in a few sentences */
  summary: string[];
  sections: { title: string; parts: ReportPart[] }[];
  /** what the figures mean */
  notes: string[];
};

/** More would be a list, and no report. */
const shownAtMost = 10;

const statusNames: Record<PreventionStatus, Record<Language, string>> = {
  proposed: { de: 'vorgeschlagen', en: 'proposed' },
  accepted: { de: 'angenommen', en: 'accepted' },
  'in-progress': { de: 'in Arbeit', en: 'in progress' },
  done: { de: 'erledigt', en: 'done' },
  rejected: { de: 'abgelehnt', en: 'rejected' },
};

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

  constructor(report: MonthlyReport, language: Language) {
    super(language, report);
    this.#report = report;
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
      { title: say('Was wir gelernt haben', 'What was learned'), parts: this.#learned() },
      {
        title: say('Was gegen die Ursachen getan wird', 'What is being done about the causes'),
        parts: this.#prevention(),
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
        'Kosten, Umsatz und Quote gehören zu den Fällen, deren Ergebnis im Monat feststand: bei der Rückkehr, sonst am Ende des Falls. Umsatz und Deckungsbeitrag seither wachsen noch. Quote: Zurückgewonnene unter den Kontaktierten, dahinter das 95-%-Intervall (Wilson).',
        'Costs, revenue and rate belong to the cases whose result was known in the month: at the return, else at the end of the case. Revenue and margin since then still grow. Rate: regained among the contacted, followed by the 95 % interval (Wilson).',
      ),
    ];
  }

  #whoLeft(): ReportPart[] {
    const { lost } = this.#report.now;
    if (this.#months.every((one) => one.lost.cases === 0)) {
      return [this.#text('Niemand ging verloren.', 'Nobody was lost.')];
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
    return [this.#text('Niemand ging verloren.', 'Nobody was lost.'), table];
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
      [say('– zurückgewonnen', '– regained'), counted(({ success }) => success.regained)],
      [
        say('Quote der Kontaktierten', 'Rate of the contacted'),
        ({ success }) => this.#rate(success),
      ],
      [
        say('Streng zurückgewonnen', 'Regained by the strict rule'),
        counted(({ success }) => success.strict.regained),
      ],
      [
        say('– halb zurück', '– half returns'),
        counted(({ success }) => success.strict['half-return']),
      ],
      [say('– noch offen', '– not known yet'), counted(({ success }) => success.strict.pending)],
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
      ? [...drawn, this.#text('Niemand kam zurück.', 'Nobody came back.')]
      : [...drawn, table];
  }

  #cost(): ReportPart[] {
    const { say } = this;
    if (this.#months.every(({ success }) => success.cases === 0)) {
      return [this.#text('Es wurde kein Fall entschieden.', 'No case was decided.')];
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

  #learned(): ReportPart[] {
    const { learned, actions } = this.#report;
    const { success, arms } = learned;
    const items = [
      ...this.#upliftWords(success),
      ...this.#stayWords(success),
      ...arms.slice(0, shownAtMost).map((arm) => this.#armWords(arm)),
      ...actions.flatMap((action) => this.#effectWords(action)),
    ];
    const since = this.day(learned.since);
    const nothing = this.say(
      'Noch nichts, was über den Zufall hinausginge: es gibt zu wenige entschiedene Fälle.',
      'Nothing yet that goes beyond chance: too few cases have been decided.',
    );
    if (items.length === 0) return [{ kind: 'text', text: nothing }];
    return [
      { kind: 'list', items },
      this.#text(
        `Aus den Fällen mit Ergebnis seit ${since}; Vergleiche von Maßnahmenplänen und Angeboten aus allen, die so lange her sind, dass ihr Ergebnis feststeht.`,
        `From the cases with a result since ${since}; comparisons of playbooks and offers from all that are so long ago that their result is known.`,
      ),
    ];
  }

  #upliftWords({ uplift }: SuccessGroup): string[] {
    if (!uplift) return [];
    const { treated, control, rate } = uplift;
    const [low, high] = rate.interval;
    const points = (value: number) => this.number(value * 100);
    const isSmall = Math.min(treated.cases, control.cases) < smallBelow;
    const verdict =
      low > 0
        ? this.say('Die Maßnahmen bringen Kunden zurück.', 'The measures bring customers back.')
        : high < 0
          ? this.say(
              'Ohne Maßnahmen kamen mehr zurück.',
              'Without measures more customers came back.',
            )
          : this.say(
              'Ob die Maßnahmen etwas bringen, ist noch nicht entschieden.',
              'Whether the measures bring anything is not settled yet.',
            );
    const of = (one: { hits: number; cases: number }) =>
      this.say(
        `${this.whole(one.hits)} von ${this.whole(one.cases)}`,
        `${this.whole(one.hits)} of ${this.whole(one.cases)}`,
      );
    return [
      `${verdict} ${this.say(
        `Mit ihnen kamen ${of(treated)} zurück, in der Kontrollgruppe ${of(control)}: ${points(rate.value)} Prozentpunkte Unterschied (95-%-Intervall ${points(low)} bis ${points(high)})`,
        `With them ${of(treated)} came back, in the control group ${of(control)}: a difference of ${points(rate.value)} percentage points (95 % interval ${points(low)} to ${points(high)})`,
      )}${isSmall ? ' *' : ''}.`,
    ];
  }

  #stayWords({ stayed, secondLosses }: SuccessGroup): string[] {
    const known = stayDays.flatMap((days, i) => {
      const { of, there } = stayed[i]!;
      if (of === 0) return [];
      const mark = of < smallBelow ? '*' : `(${this.percent(there / of)})`;
      const [part, whole] = [this.whole(there), this.whole(of)];
      return [
        this.say(
          `nach ${days} Tagen ${part} von ${whole} Rückkehrern ${mark}`,
          `after ${days} days ${part} of ${whole} returned customers ${mark}`,
        ),
      ];
    });
    const { same, other, unknown } = secondLosses;
    const lost = same + other + unknown;
    const list = known.join(', ');
    const stay = known.length > 0 && [this.say(`Noch da: ${list}.`, `Still there: ${list}.`)];
    const again = lost > 0 && [
      this.say(
        `Wieder verloren gingen ${this.whole(lost)}, davon ${this.whole(same)} aus derselben Ursache wie beim ersten Mal.`,
        `${this.whole(lost)} were lost again, ${this.whole(same)} of them by the same cause as before.`,
      ),
    ];
    return [...(stay || []), ...(again || [])];
  }

  #armWords({ kind, cause, tier, arm, cases, regained, probability }: LearnedArm): string {
    const what =
      kind === 'playbook'
        ? this.say(`der Maßnahmenplan ${arm}`, `the playbook ${arm}`)
        : this.say(`das Angebot ${arm}`, `the offer ${arm}`);
    const where = [
      this.cause(cause),
      tier && this.say(`Wertklasse ${tier}`, `tier ${tier}`),
    ].filter(Boolean);
    return this.say(
      `${where.join(', ')}: am besten wirkt wahrscheinlich ${what} (${this.percent(probability)} sicher; ${this.whole(regained)} von ${this.whole(cases)} zurückgewonnen).`,
      `${where.join(', ')}: most likely ${what} works best (${this.percent(probability)} sure; ${this.whole(regained)} of ${this.whole(cases)} regained).`,
    );
  }

  #effectWords(action: MonthAction): string[] {
    const { effect } = action;
    if (effect?.verdict !== 'fewer' && effect?.verdict !== 'more') return [];
    const [title, did] = [this.#titleOf(action), this.#effect(effect)];
    return [this.say(`„${title}“: ${did}.`, `“${title}”: ${did}.`)];
  }

  #prevention(): ReportPart[] {
    const { rises, from } = this.#report;
    const { say } = this;
    const current = this.#report.actions.filter(
      ({ endedAt }) => endedAt === null || endedAt >= from,
    );
    const parts: ReportPart[] = [];
    if (rises.length > 0) {
      parts.push(
        this.#text(
          'Über den Zufall hinaus gestiegen sind in diesem Monat:',
          'Risen beyond chance in this month:',
        ),
        {
          kind: 'table',
          head: [say('Ursache', 'Cause'), say('Fälle', 'Cases'), say('Erwartet', 'Expected')],
          rows: rises
            .slice(0, shownAtMost)
            .map((rise) => [
              `${this.#topic(rise)}${rise.endedAt === null ? '' : say(' (vorbei)', ' (over)')}`,
              this.whole(rise.cases),
              this.number(rise.expected),
            ]),
        },
        ...this.#andMore(rises.length),
      );
    }
    if (current.length === 0) {
      const none = this.#text(
        'Gegen keine Ursache ist etwas vorgeschlagen oder in Arbeit.',
        'Nothing is proposed or under way against any cause.',
      );
      return [...parts, none];
    }
    const order: PreventionStatus[] = ['done', 'in-progress', 'accepted', 'proposed', 'rejected'];
    const sorted = current.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
    return [
      ...parts,
      {
        kind: 'table',
        words: true,
        head: [
          say('Aktion', 'Action'),
          say('Stand', 'Status'),
          say('Bis', 'Due'),
          say('Wirkung', 'Effect'),
        ],
        rows: sorted
          .slice(0, shownAtMost)
          .map((action) => [
            this.#titleOf(action),
            statusNames[action.status][this.language],
            action.dueAt === null ? '–' : this.day(action.dueAt),
            this.#effectOrHope(action),
          ]),
      },
      ...this.#andMore(current.length),
    ];
  }

  #andMore(all: number): ReportPart[] {
    const more = all - shownAtMost;
    return more > 0 ? [this.#text(`… und ${more} weitere.`, `… and ${more} more.`)] : [];
  }

  #effectOrHope({ effect, expectedFewerPercent: hoped }: MonthAction): string {
    if (effect) return this.#effect(effect);
    if (hoped === null) return '–';
    return this.say(`erwartet: ${hoped} % weniger`, `expected: ${hoped} % fewer`);
  }

  #effect(effect: Effect): string {
    switch (effect.verdict) {
      case 'too-early':
        return this.say('zu früh, um es zu sagen', 'too early to say');
      case 'too-few':
        return this.say('zu wenige Verluste für ein Urteil *', 'too few losses to judge *');
      case 'unclear':
        return this.say('keine klare Veränderung', 'no clear change');
      case 'fewer':
      case 'more': {
        const { ratio, from, to } = effect.ratio!;
        const change = (times: number) => this.percent(Math.abs(times - 1));
        return effect.verdict === 'fewer'
          ? this.say(
              `${change(ratio)} weniger Verluste (${change(to)} bis ${change(from)})`,
              `${change(ratio)} fewer losses (${change(to)} to ${change(from)})`,
            )
          : this.say(
              `mindestens ${change(from)} mehr Verluste`,
              `at least ${change(from)} more losses`,
            );
      }
    }
  }

  #outlook(): ReportPart[] {
    const { open, worth, days, regained, value } = this.#report.outlook;
    if (open === 0) return [this.#text('Kein Fall ist offen.', 'No case is open.')];
    return [
      this.#text(
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

  #text(de: string, en: string): ReportPart {
    return { kind: 'text', text: this.say(de, en) };
  }

  #rate(success: SuccessGroup): string {
    const { regainedRate, regainedRateInterval, small } = figuresOf(success);
    if (regainedRate === null) return '–';
    const range = ([low, high]: Interval) => `${this.percent(low)}–${this.percent(high)}`;
    const interval = regainedRateInterval ? ` (${range(regainedRateInterval)})` : '';
    return `${this.percent(regainedRate)}${interval}${small ? ' *' : ''}`;
  }

  #topic({ cause, categoryName, product, region }: MonthAction | MonthlyReport['rises'][number]) {
    return [
      this.cause(cause),
      categoryName?.[this.language],
      product && this.say(`Produkt ${product}`, `product ${product}`),
      region && this.say(`Region ${region}`, `region ${region}`),
    ]
      .filter(Boolean)
      .join(', ');
  }

  /** What the engine has proposed is called by its topic, in codes: here in words. */
  #titleOf(action: MonthAction): string {
    const topic: Topic = action;
    return action.title === topicText(topic) ? this.#topic(action) : action.title;
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

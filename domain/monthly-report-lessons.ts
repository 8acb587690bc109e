import type { Language } from './causes.ts';
import { type LearnedArm, type MonthAction, type MonthlyReport } from './monthly-report.ts';
import { topicText, type Effect, type PreventionStatus, type Topic } from './prevention.ts';
import { Speech } from './report-speech.ts';
import { smallBelow, stayDays, type SuccessGroup } from './success-figures.ts';
import type { ReportPart } from './report-page.ts';

/** More would be a list, and no report. */
export const shownAtMost = 10;

const statusNames: Record<PreventionStatus, Record<Language, string>> = {
  proposed: { de: 'vorgeschlagen', en: 'proposed' },
  accepted: { de: 'angenommen', en: 'accepted' },
  'in-progress': { de: 'in Arbeit', en: 'in progress' },
  done: { de: 'erledigt', en: 'done' },
  rejected: { de: 'abgelehnt', en: 'rejected' },
};

/** The parts of the report that judge: what was learned, and what is done about the causes. */
export class Lessons extends Speech {
  readonly #report: MonthlyReport;

  constructor(report: MonthlyReport, language: Language) {
    super(language, report);
    this.#report = report;
  }

  learned(): ReportPart[] {
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
      this.text(
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

  #armWords({ objective, ...learned }: LearnedArm): string {
    const { kind, cause, tier, arm, cases, regained, probability } = learned;
    const what =
      kind === 'playbook'
        ? this.say(`der Maßnahmenplan ${arm}`, `the playbook ${arm}`)
        : this.say(`das Angebot ${arm}`, `the offer ${arm}`);
    const where = [
      this.cause(cause),
      tier && this.say(`Wertklasse ${tier}`, `tier ${tier}`),
    ].filter(Boolean);
    return this.say(
      `${where.join(', ')}: ${objective === 'margin' ? 'am meisten Marge bringt' : 'am besten wirkt'} wahrscheinlich ${what} (${this.percent(probability)} sicher; ${this.whole(regained)} von ${this.whole(cases)} zurückgewonnen).`,
      `${where.join(', ')}: most likely ${what} ${objective === 'margin' ? 'leaves most margin' : 'works best'} (${this.percent(probability)} sure; ${this.whole(regained)} of ${this.whole(cases)} regained).`,
    );
  }

  #effectWords(action: MonthAction): string[] {
    const { effect } = action;
    if (effect?.verdict !== 'fewer' && effect?.verdict !== 'more') return [];
    const [title, did] = [this.#titleOf(action), this.#effect(effect)];
    return [this.say(`„${title}“: ${did}.`, `“${title}”: ${did}.`)];
  }

  prevention(): ReportPart[] {
    const { rises, from } = this.#report;
    const { say } = this;
    const current = this.#report.actions.filter(
      ({ endedAt }) => endedAt === null || endedAt >= from,
    );
    const parts: ReportPart[] = [];
    if (rises.length > 0) {
      parts.push(
        this.text(
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
      const none = this.text(
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
    return more > 0 ? [this.text(`… und ${more} weitere.`, `… and ${more} more.`)] : [];
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
}

import { describe, expect, it } from '@jest/globals';
import { monthBefore, monthsToSend, rankedCauses } from '../../domain/monthly-report.ts';
import { pageOf } from '../../domain/monthly-report-words.ts';
import type { ReportPart } from '../../domain/report-page.ts';
import type { MonthlyReport } from '../../domain/monthly-report.ts';
import type { Language } from '../../domain/causes.ts';
import { action, emptyReport, fullReport, month, success } from '../support/monthly-reports.ts';

/** Spaces that do not break are spaces here. */
function saidIn(report: MonthlyReport, language: Language): string {
  return JSON.stringify(pageOf(report, language)).replaceAll(/[\u00a0\u202f]/g, ' ');
}

function parts(report: MonthlyReport, language: Language, title: string): ReportPart[] {
  return pageOf(report, language).sections.find((one) => one.title === title)?.parts ?? [];
}

describe('the monthly report', () => {
  it('says in German who left, why, what came back, what it cost, was learned and is done', () => {
    const page = pageOf(fullReport, 'de');
    expect(page.title).toBe('Monatsbericht Oktober 2026');
    expect(page.sections.map(({ title }) => title)).toEqual([
      ...['Wer gegangen ist', 'Warum', 'Was zurückgewonnen wurde', 'Was es gekostet hat'],
      ...['Was wir gelernt haben', 'Was gegen die Ursachen getan wird', 'Ausblick'],
    ]);
    const said = saidIn(fullReport, 'de');
    for (const words of [
      '73 Kunden gingen verloren; im Jahr davor hatten sie für 43.210,00 € gekauft.',
      '1. Enttäuscht: Von der Leistung',
      '34 % (22 %–49 %)',
      '1.152,10 €',
      'Die Maßnahmen bringen Kunden zurück. Mit ihnen kamen 212 von 640 zurück',
      'Noch da: nach 90 Tagen 151 von 180 Rückkehrern (84 %)',
      'am besten wirkt wahrscheinlich der Maßnahmenplan price@3',
      '„Clear prices“: 52 % weniger Verluste (22 % bis 71 %).',
      'Enttäuscht: Von der Leistung, Lieferung, Region DE-BY',
      'erwartet: 30 % weniger',
      'Offen: 131 Fälle',
    ]) {
      expect(said).toContain(words);
    }
  });

  it('says the same in English, and nothing of it in German', () => {
    const said = saidIn(fullReport, 'en');
    for (const words of [
      'Monthly report, October 2026',
      '73 customers were lost; in the year before they had bought for €43,210.00.',
      '1. Disappointed: By the service',
      'The measures bring customers back.',
      '“Clear prices”: 52 % fewer losses (22 % to 71 %).',
      'Disappointed: By the service, Delivery, region DE-BY',
      'in progress',
      'Open: 131 cases',
    ]) {
      expect(said).toContain(words);
    }
    expect(said).not.toMatch(/Kunden|Fälle|Ursache|Maßnahme/);
  });

  it('puts the month before and the same month of last year beside it, where there are any', () => {
    const head = (report: MonthlyReport) =>
      parts(report, 'en', 'Who left').flatMap((part) => (part.kind === 'table' ? part.head : []));
    expect(head(fullReport)).toEqual(['', 'Oct 26', 'Sept 26', 'Oct 25']);
    expect(head({ ...fullReport, lastYear: null })).toEqual(['', 'Oct 26', 'Sept 26']);
    expect(head({ ...fullReport, before: null, lastYear: null })).toEqual(['', 'Oct 26']);
  });

  it('says plainly that nothing happened', () => {
    const { summary, sections } = pageOf(emptyReport, 'de');
    expect(summary).toEqual([
      'Im Oktober 2026 ging kein Kunde verloren, keiner kam zurück, und kein Fall wurde entschieden.',
    ]);
    expect(sections.flatMap(({ parts }) => parts).map(({ kind }) => kind)).toEqual(
      Array(sections.length).fill('text'),
    );
    expect(saidIn(emptyReport, 'en')).toContain('none came back, and no case was decided');
    expect(saidIn(emptyReport, 'en')).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it('says of a month that it still runs', () => {
    const running = { ...fullReport, at: '2026-10-20T08:00:00.000Z' };
    expect(pageOf(running, 'en').subtitle).toBe('The month is not over: as of 20 Oct 2026');
    expect(pageOf(fullReport, 'en').subtitle).toBe('As of 2 Nov 2026');
  });

  it('marks small numbers, and ranks neither them nor what is not known', () => {
    const causes = rankedCauses(
      (
        [
          [null, 50, 9_000],
          ['unknown', 40, 8_000],
          ['neglected', 19, 7_000],
          ['better-offer-price', 20, 10],
          ['life-change', 30, 20],
        ] as const
      ).map(([cause, cases, lostRevenue]) => ({
        ...{ cause, cases, lostRevenue, regained: 0, before: null, lastYear: null },
      })),
    );
    expect(causes.map(({ cause, rank, small }) => [cause, rank, small])).toEqual([
      ['life-change', 1, false],
      ['better-offer-price', 2, false],
      ['neglected', null, true],
      [null, null, false],
      ['unknown', null, false],
    ]);
    const few = {
      ...fullReport,
      now: month('2026-10', {
        success: success({
          ...{ cases: 4, contacted: 4, returned: 2, returnedAfterContact: 2 },
          strictAfterContact: { regained: 1, pending: 1 },
        }),
      }),
    };
    expect(saidIn(few, 'en')).toContain('33 % (6.1 %–79 %) *');
    expect(saidIn(few, 'en')).toContain('50 % (15 %–85 %) *');
    const after = parts(fullReport, 'en', 'Why').find((part) => part.kind === 'bars')!;
    expect(after.bars.at(2)).toMatchObject({ shown: '5 *', faint: true });
    expect(saidIn(fullReport, 'en')).toContain('after 365 days 8 of 12 returned customers *');
  });

  it('tells no effect where there is none to tell', () => {
    const effect = {
      before: { from: '2026-01-01', to: '2026-04-01', cases: 0, atRisk: 900 },
      after: { from: '2026-05-05', to: '2026-10-05', cases: 30, atRisk: 900 },
      per: 'customer-month',
      ratio: { ratio: Infinity, from: 3.2, to: Infinity },
    } as const;
    const done = (verdict: 'too-early' | 'too-few' | 'unclear' | 'more') =>
      saidIn(
        {
          ...emptyReport,
          actions: [
            action({
              ...{ status: 'done', endedAt: '2026-10-02T08:00:00.000Z' },
              effect: { ...effect, verdict },
            }),
          ],
        },
        'en',
      );
    expect(done('too-early')).toContain('too early to say');
    expect(done('too-few')).toContain('too few losses to judge *');
    expect(done('unclear')).toContain('no clear change');
    expect(done('more')).toContain('at least 220 % more losses');
    expect(done('unclear')).toContain('Nothing yet that goes beyond chance');
  });
});

describe('months', () => {
  it('go on over the turn of a year', () => {
    expect(monthBefore('2026-01')).toBe('2025-12');
    expect(monthBefore('2026-12', -1)).toBe('2027-01');
    expect(monthBefore('2026-10', 12)).toBe('2025-10');
  });

  it('to be sent are the last one and what was missed, none from before the first case', () => {
    const toSend = (first: string, newest: string | null) =>
      monthsToSend('2026-10', { first, newest });
    expect(toSend('2024-01', null)).toEqual(['2026-10']);
    expect(toSend('2026-10', null)).toEqual(['2026-10']);
    expect(toSend('2026-11', null)).toEqual([]);
    expect(toSend('2024-01', '2026-07')).toEqual(['2026-08', '2026-09', '2026-10']);
    // Who is new among the addressees.
    expect(toSend('2024-01', '2026-10')).toEqual(['2026-10']);
    expect(toSend('2020-01', '2020-01')).toHaveLength(12);
  });
});

import * as z from 'zod';
import {
  figuresOf,
  smallBelow,
  stayDays,
  type SuccessGroup,
} from '../../domain/success-figures.ts';
import { outcomes } from '../../domain/words.ts';
import { interval, share, type Definitions } from '../report.ts';
import { count, money } from './common.ts';

const amount = () => money('see definitions');
const arm = z.strictObject({ cases: count, regained: count });

/** The figures of a group of cases. */
export const successFields = {
  small: z.boolean(),
  cases: count,
  reached: count,
  contacted: count,
  regained: count,
  regainedAfterContact: count,
  regainedRate: share,
  regainedRateInterval: interval,
  strict: z.strictObject({ regained: count, halfReturn: count, pending: count, not: count }),
  strictRate: share,
  strictRateInterval: interval,
  daysToRegain: z.number().min(0).nullable(),
  workMinutes: count,
  workCost: amount(),
  contactCost: amount(),
  concessionCost: amount(),
  cost: amount(),
  costPerRegain: amount().nullable(),
  revenue: amount(),
  margin: amount(),
  result: amount(),
  returnOnCost: z.number().nullable(),
  stillThere: z.array(z.strictObject({ afterDays: z.int(), of: count, there: count, share })),
  secondLosses: z.strictObject({ sameCause: count, otherCause: count, unknownCause: count }),
  outcomes: z.strictObject(
    Object.fromEntries(outcomes.map((outcome) => [outcome, count])) as Record<
      (typeof outcomes)[number],
      typeof count
    >,
  ),
  uplift: z
    .strictObject({
      treated: arm,
      control: arm,
      rate: z.strictObject({ difference: z.number(), interval }),
      resultPerCase: z.strictObject({ difference: amount(), low: amount(), high: amount() }),
    })
    .nullable(),
};

export const successDefinitions: Definitions = {
  cases: {
    de: 'Fälle, deren Ergebnis von `from` bis vor `to` feststand: bei der Rückkehr, sonst am Ende des Falls. Fälle, deren Kunde nicht verloren war, zählen nicht',
    en: 'Cases whose result was known from `from` up to, and not including, `to`: at the return, else at the end of the case. Cases whose customer was not lost do not count',
  },
  reached: {
    de: 'Davon Fälle, in denen jemand von uns mit dem Kunden gesprochen hat, am Telefon oder bei einem Besuch',
    en: 'Of these, cases in which one of us has spoken with the customer, on the phone or at a visit',
  },
  contacted: {
    de: 'Davon Fälle, in denen der Kunde von uns gehört hat: Gespräch, Brief oder Mail',
    en: 'Of these, cases in which the customer has heard from us: by a conversation, a letter or a mail',
  },
  regained: {
    de: 'Davon Fälle, in denen der Kunde die Kündigung zurückgenommen oder im Beobachtungszeitraum wieder gekauft hat, was auch immer aus dem zweiten Leben wurde',
    en: 'Of these, cases in which the customer withdrew the cancellation or bought again within the observation period, whatever came of the second life',
  },
  regainedAfterContact: {
    de: 'Zurückgewonnene unter den Kontaktierten; andere kamen von selbst',
    en: 'Regained cases among the contacted; others came back by themselves',
  },
  regainedRate: {
    de: 'regainedAfterContact ÷ contacted; null, wenn niemand kontaktiert wurde',
    en: 'regainedAfterContact ÷ contacted; null with nobody contacted',
  },
  regainedRateInterval: {
    de: '95-%-Intervall von regainedRate nach Wilson (Newcombe 1998, Methode 3)',
    en: '95 % interval of regainedRate by Wilson (Newcombe 1998, method 3)',
  },
  strict: {
    de: 'Dieselben Fälle nach der strengen Regel des Regelwerks (`successControl.regained`): regained: Kündigung ausdrücklich zurückgenommen und nicht wiederholt, oder wieder gekauft und im Beobachtungszeitraum ab der Rückkehr annähernd wie früher; halfReturn: wieder gekauft, aber weit weniger als früher oder erneut gekündigt; pending: zurückgekommen, noch nicht entschieden; not: alle anderen. Späte Tatsachen (Retouren, wiederholte Kündigung) berichtigen es',
    en: 'The same cases by the strict rule of the policy (`successControl.regained`): regained: cancellation explicitly withdrawn and not repeated, or bought again and over the observation, from the return on, about as before; halfReturn: bought again, but far less than before, or cancelled again; pending: returned, not known yet; not: all others. Late facts (goods that come back, a repeated cancellation) correct it',
  },
  strictRate: {
    de: 'Streng Zurückgewonnene unter den Kontaktierten ÷ Kontaktierte ohne jene, die noch nicht entschieden sind',
    en: 'Strictly regained among the contacted ÷ contacted, without those that are not known yet',
  },
  strictRateInterval: {
    de: '95-%-Intervall von strictRate nach Wilson',
    en: '95 % interval of strictRate by Wilson',
  },
  small: {
    de: `Weniger als ${smallBelow} kontaktierte Fälle: zu wenige für einen Vergleich, daher ohne Rang`,
    en: `Fewer than ${smallBelow} contacted cases: too few to compare, so without a rank`,
  },
  rank: {
    de: 'Platz nach regainedRate unter den Gruppen, die nicht klein sind',
    en: 'Place by regainedRate among the groups that are not small',
  },
  daysToRegain: {
    de: 'Tage von der Eröffnung bis zur Rückkehr, Median',
    en: 'Days from the opening to the return, median',
  },
  workMinutes: {
    de: 'Arbeitszeit: wie mit dem Ergebnis der Aufgabe notiert, sonst wie im Regelwerk (`costs.minutes`)',
    en: 'Working time: as noted with the result of the task, else as the policy has it (`costs.minutes`)',
  },
  workCost: {
    de: 'Arbeitszeit zum Stundensatz des Regelwerks (`costs.hour`)',
    en: 'Working time at the policy’s rate (`costs.hour`)',
  },
  contactCost: {
    de: 'Je Anruf, Mail, Brief und Besuch, auch ohne Antwort (`costs.contact`)',
    en: 'For each call, mail, letter and visit, answered or not (`costs.contact`)',
  },
  concessionCost: {
    de: 'Gewährte Angebote, ab der Zusage, eingelöst oder nicht',
    en: 'Granted offers, from the grant on, redeemed or not',
  },
  cost: {
    de: 'workCost + contactCost + concessionCost',
    en: 'workCost + contactCost + concessionCost',
  },
  costPerRegain: {
    de: 'cost ÷ regained; null ohne Zurückgewonnene',
    en: 'cost ÷ regained; null without any',
  },
  revenue: {
    de: 'Käufe mit und seit der Rückkehr, bis zum Horizont des Regelwerks (`identification.valueHorizon`) oder zum zweiten Verlust; in der Währung des Regelwerks',
    en: 'Purchases with and since the return, until the policy’s horizon (`identification.valueHorizon`) or the second loss; in the policy’s currency',
  },
  margin: {
    de: 'Davon der Anteil, der uns bleibt (`identification.marginPercent`)',
    en: 'Of it the share that is ours to keep (`identification.marginPercent`)',
  },
  result: { de: 'margin − cost', en: 'margin − cost' },
  returnOnCost: {
    de: 'result ÷ cost; null ohne Kosten',
    en: 'result ÷ cost; null without costs',
  },
  stillThere: {
    de: 'Von den Rückkehrern, deren Rückkehr so lange her ist (`of`), jene ohne zweiten Verlust bis dahin (`there`)',
    en: 'Of the customers who returned so long ago (`of`), those without a second loss by then (`there`)',
  },
  secondLosses: {
    de: 'Rückkehrer, die wieder verloren gingen, nach gleicher, anderer oder (bei einem der beiden) unbekannter Ursache',
    en: 'Returned customers who were lost again, by the same cause, another one, or one of the two not known',
  },
  outcomes: { de: 'Geschlossene Fälle nach ihrem Ausgang', en: 'Closed cases by their outcome' },
  uplift: {
    de: 'Verfolgte Fälle gegen Kontrollgruppe, alle wie gezogen, nur Auslöser und Wertklassen mit Kontrollgruppe, beide gleich lange gesehen: so lange wie der Beobachtungszeitraum des Regelwerks ab der Eröffnung (oder dem Ende der Kündigungsfrist), der im Zeitraum des Berichts endete. Anteil der Rückkehrer bis dahin (Intervall: Newcombe 1998, Methode 10) und Ergebnis je Fall (Bootstrap); null ohne Vergleich',
    en: 'Pursued cases against the control group, all as they were drawn, only triggers and tiers with a control group, both seen for the same time: as long as the observation of the policy from the opening (or the effective date) on, which ended in the period of the report. Share of returns by then (interval: Newcombe 1998, method 10) and result of one case (bootstrap); null without a comparison',
  },
};

export function figuresJson(
  of: SuccessGroup,
  currency: string,
): z.output<z.ZodObject<typeof successFields>> {
  const inMoney = (amount: number) => ({ amount: Math.round(amount), currency });
  const { cost, costPerRegain, result, ...more } = figuresOf(of);
  const { secondLosses, uplift } = of;
  return {
    ...more,
    cases: of.cases,
    reached: of.reached,
    contacted: of.contacted,
    regained: of.regained,
    regainedAfterContact: of.regainedAfterContact,
    strict: {
      ...{ regained: of.strict.regained, halfReturn: of.strict['half-return'] },
      ...{ pending: of.strict.pending, not: of.strict.not },
    },
    daysToRegain: of.daysToRegain === null ? null : Math.round(of.daysToRegain * 10) / 10,
    workMinutes: of.workMinutes,
    workCost: inMoney(0 - of.work),
    contactCost: inMoney(0 - of.contact),
    concessionCost: inMoney(0 - of.concession),
    cost: inMoney(cost),
    costPerRegain: costPerRegain === null ? null : inMoney(costPerRegain),
    revenue: inMoney(of.revenue),
    margin: inMoney(of.margin),
    result: inMoney(result),
    stillThere: of.stayed.map(({ of, there }, i) => ({
      afterDays: stayDays[i]!,
      of,
      there,
      share: of === 0 ? null : there / of,
    })),
    secondLosses: {
      sameCause: secondLosses.same,
      otherCause: secondLosses.other,
      unknownCause: secondLosses.unknown,
    },
    outcomes: of.outcomes,
    uplift: uplift && {
      treated: { cases: uplift.treated.cases, regained: uplift.treated.hits },
      control: { cases: uplift.control.cases, regained: uplift.control.hits },
      rate: { difference: uplift.rate.value, interval: uplift.rate.interval },
      resultPerCase: {
        difference: inMoney(uplift.resultPerCase.value),
        low: inMoney(uplift.resultPerCase.interval[0]),
        high: inMoney(uplift.resultPerCase.interval[1]),
      },
    },
  };
}

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
  halfReturns: count,
  pendingReturns: count,
  returned: count,
  regainedAfterContact: count,
  returnedAfterContact: count,
  regainedRate: share,
  regainedRateInterval: interval,
  returnRate: share,
  returnRateInterval: interval,
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
    de: 'Davon Fälle, in denen jemand von uns vor der Rückkehr mit dem Kunden gesprochen hat, am Telefon oder bei einem Besuch',
    en: 'Of these, cases in which one of us has spoken with the customer before the return, on the phone or at a visit',
  },
  contacted: {
    de: 'Davon Fälle, in denen der Kunde vor der Rückkehr von uns gehört hat: Gespräch, Brief oder Mail. Betreuung danach zählt nicht',
    en: 'Of these, cases in which the customer has heard from us before the return: by a conversation, a letter or a mail. After-care does not count',
  },
  regained: {
    de: 'Davon nach der strengen Regel des Regelwerks (`successControl.regained`) zurückgewonnen: Kündigung ausdrücklich zurückgenommen und nicht wiederholt, oder wieder gekauft und im Beobachtungszeitraum ab der Rückkehr annähernd wie früher. Späte Tatsachen (Retouren, wiederholte Kündigung) berichtigen es',
    en: 'Of these, regained by the strict rule of the policy (`successControl.regained`): cancellation explicitly withdrawn and not repeated, or bought again and over the observation, from the return on, about as before. Late facts (goods that come back, a repeated cancellation) correct it',
  },
  halfReturns: {
    de: 'Davon Fälle, deren Kunde wieder kaufte, aber weit weniger als früher oder erneut kündigte: nicht zurückgewonnen',
    en: 'Of these, cases whose customer bought again, but far less than before, or cancelled again: not regained',
  },
  pendingReturns: {
    de: 'Davon Fälle, deren Kunde zurück ist und noch beobachtet wird: noch nicht beurteilt',
    en: 'Of these, cases whose customer is back and still observed: not judged yet',
  },
  returned: {
    de: 'Davon Fälle, in denen der Kunde die Kündigung zurückgenommen oder wieder gekauft hat, was auch immer daraus wurde. Danach gehen daysToRegain, stillThere, secondLosses und uplift',
    en: 'Of these, cases in which the customer withdrew the cancellation or bought again, whatever came of it. By this go daysToRegain, stillThere, secondLosses and uplift',
  },
  regainedAfterContact: {
    de: 'regained unter den Kontaktierten; andere kamen von selbst',
    en: 'regained among the contacted; others came back by themselves',
  },
  returnedAfterContact: {
    de: 'returned unter den Kontaktierten',
    en: 'returned among the contacted',
  },
  regainedRate: {
    de: 'regainedAfterContact ÷ Kontaktierte ohne jene, die noch nicht beurteilt sind; null ohne solche. Wer nicht kam, steht früher fest als wer zurückgewonnen ist: solange viele Rückkehrer nicht beurteilt sind, ist die Quote zu niedrig',
    en: 'regainedAfterContact ÷ contacted, without those that are not judged yet; null without any. Who stayed away is known sooner than who is regained: as long as many returns are not judged, the rate is too low',
  },
  regainedRateInterval: {
    de: '95-%-Intervall von regainedRate nach Wilson (Newcombe 1998, Methode 3)',
    en: '95 % interval of regainedRate by Wilson (Newcombe 1998, method 3)',
  },
  returnRate: {
    de: 'returnedAfterContact ÷ contacted; null, wenn niemand kontaktiert wurde',
    en: 'returnedAfterContact ÷ contacted; null with nobody contacted',
  },
  returnRateInterval: {
    de: '95-%-Intervall von returnRate nach Wilson',
    en: '95 % interval of returnRate by Wilson',
  },
  strict: {
    de: 'regained, halfReturns und pendingReturns noch einmal beieinander; not: alle anderen Fälle',
    en: 'regained, halfReturns and pendingReturns once more together; not: all other cases',
  },
  strictRate: { de: 'Dasselbe wie regainedRate', en: 'The same as regainedRate' },
  strictRateInterval: {
    de: 'Dasselbe wie regainedRateInterval',
    en: 'The same as regainedRateInterval',
  },
  small: {
    de: `Weniger als ${smallBelow} kontaktierte Fälle, die beurteilt sind: zu wenige für einen Vergleich, daher ohne Rang`,
    en: `Fewer than ${smallBelow} contacted cases that are judged: too few to compare, so without a rank`,
  },
  rank: {
    de: 'Platz nach regainedRate unter den Gruppen, die nicht klein sind; null: nicht bekannt ist keine Gruppe',
    en: 'Place by regainedRate among the groups that are not small; null: what is not known is no group',
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
    de: 'cost ÷ regained ohne die Kontrollgruppe; null ohne Zurückgewonnene',
    en: 'cost ÷ regained without the control group; null without any',
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
    de: 'Von den Rückkehrern, deren Rückkehr so lange her ist (`of`; ohne jene, die vorher widersprachen oder starben), jene ohne zweiten Verlust bis dahin (`there`)',
    en: 'Of the customers who returned so long ago (`of`; without those who objected or died before), those without a second loss by then (`there`)',
  },
  secondLosses: {
    de: 'Rückkehrer, die wieder verloren gingen, nach gleicher, anderer oder (bei einem der beiden) unbekannter Ursache',
    en: 'Returned customers who were lost again, by the same cause, another one, or one of the two not known',
  },
  outcomes: { de: 'Geschlossene Fälle nach ihrem Ausgang', en: 'Closed cases by their outcome' },
  uplift: {
    de: 'Fälle, die an der Ziehung der Kontrollgruppe teilnahmen, gezogen gegen nicht gezogen, was auch immer aus ihnen wurde (bei mehreren Anteilen jener mit den meisten Fällen), beide gleich lange gesehen: so lange wie der Beobachtungszeitraum des Regelwerks ab der Eröffnung (oder dem Ende der Kündigungsfrist), der im Zeitraum des Berichts endete. Anteil der Rückkehrer bis dahin (Intervall: Newcombe 1998, Methode 10) und Ergebnis je Fall (Bootstrap); null ohne Vergleich, und nach Ursache, Playbook, Maßnahme, Angebot, Team oder Person: das weiß man erst nach der Ziehung, und fast nur von den nicht Gezogenen',
    en: 'Cases that were in the draw of the control group, drawn against not drawn, whatever came of them (of several shares that with the most cases), both seen for the same time: as long as the observation of the policy from the opening (or the effective date) on, which ended in the period of the report. Share of returns by then (interval: Newcombe 1998, method 10) and result of one case (bootstrap); null without a comparison, and by cause, playbook, measure, offer, team or agent: these are known only after the draw, and hardly of anybody who was drawn',
  },
};

export function figuresJson(
  of: SuccessGroup,
  currency: string,
): z.output<z.ZodObject<typeof successFields>> {
  const inMoney = (amount: number) => ({ amount: Math.round(amount), currency });
  const { cost, costPerRegain, result, ...more } = figuresOf(of);
  const { secondLosses, uplift, strict } = of;
  return {
    ...more,
    strictRate: more.regainedRate,
    strictRateInterval: more.regainedRateInterval,
    cases: of.cases,
    reached: of.reached,
    contacted: of.contacted,
    regained: strict.regained,
    halfReturns: strict['half-return'],
    pendingReturns: strict.pending,
    returned: of.returned,
    regainedAfterContact: of.strictAfterContact.regained,
    returnedAfterContact: of.returnedAfterContact,
    strict: {
      ...{ regained: strict.regained, halfReturn: strict['half-return'] },
      ...{ pending: strict.pending, not: strict.not },
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

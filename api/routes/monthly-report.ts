import * as z from 'zod';
import { monthlyReport, monthOf } from '../../db/monthly-report.ts';
import { languages } from '../../domain/mails.ts';
import {
  isRunning,
  monthPattern,
  type MonthFigures,
  type MonthlyReport,
} from '../../domain/monthly-report.ts';
import { pageOf } from '../../domain/monthly-report-words.ts';
import { objectives } from '../../domain/policy.ts';
import { preventionStatuses } from '../../domain/prevention.ts';
import { causes, tiers, triggers } from '../../domain/words.ts';
import { reportHtml, reportPdf } from '../../mail/monthly-report.ts';
import { definitionsSchema, draws, type Definitions } from '../report.ts';
import { managers, route, type Call } from '../route.ts';
import { count, money, timestamp } from '../schemas/common.ts';
import {
  effectJson,
  effectSchema,
  riseJson,
  riseSchema,
  shownTopic,
} from '../schemas/prevention.ts';
import { figuresJson, successDefinitions, successFields } from '../schemas/success.ts';
import { invalid } from '../validation.ts';

const monthRule = 'must be a month from 2000 on, like 2026-10';
const monthName = z.string().regex(monthPattern, monthRule);
const params = z.strictObject({
  month: monthName.meta({ description: 'by the company’s clock', example: '2026-10' }),
});
const inLanguage = z.strictObject({ language: z.enum(languages).default('de') });

const definitions: Definitions = {
  lost: {
    de: 'Im Monat eröffnete Fälle, ohne jene, deren Kunde doch nicht verloren war; `lostRevenue`: was ihre Kunden in den 365 Tagen bis zum Verlust kauften',
    en: 'Cases opened in the month, but for those whose customer turned out not to be lost; `lostRevenue`: what their customers bought in the 365 days up to the loss',
  },
  returned: {
    de: 'Kunden, die im Monat zurückkamen; `lostAgain`: Rückkehrer, die im Monat wieder verloren gingen',
    en: 'Customers who came back in the month; `lostAgain`: returned ones who were lost again in it',
  },
  success: {
    de: 'Fälle, deren Ergebnis im Monat feststand; `learned.success`: von `learned.since` bis zum Ende des Monats. Die Felder:',
    en: 'Cases whose result was known in the month; `learned.success`: from `learned.since` up to the end of the month. Its fields:',
  },
  ...successDefinitions,
  causes: {
    de: 'Nach der verlässlichsten bekannten Ursache; `rank` nach `lostRevenue`; ohne Rang, was nicht bekannt oder klein ist. `regained`: deren Kunde inzwischen zurück ist',
    en: 'By the most reliable cause known; `rank` by `lostRevenue`; without one what is not known or small. `regained`: whose customer is back by now',
  },
  arms: {
    de: 'Maßnahmenpläne und Angebote, die mit dieser Wahrscheinlichkeit die besten sind (`/reports/arms`)',
    en: 'Playbooks and offers that are the best ones with this probability (`/reports/arms`)',
  },
  actions: {
    de: 'Nicht erledigt oder abgelehnt, oder es in den zwölf Monaten bis zum Ende des Monats geworden',
    en: 'Neither done nor rejected, or done within the twelve months up to the end of the month, or rejected in it',
  },
  outlook: {
    de: 'Von heute an, nicht vom Ende des Monats (`/reports/forecast`)',
    en: 'From today on, not from the end of the month (`/reports/forecast`)',
  },
};

const amount = () => money('see definitions');
const counts = <const Names extends readonly string[]>(names: Names) =>
  z.record(z.enum(names), count);

const monthSchema = z
  .strictObject({
    month: monthName,
    lost: z.strictObject({
      cases: count,
      lostRevenue: amount(),
      byTrigger: counts(triggers),
      byTier: counts([...tiers, 'unrated']),
    }),
    returned: count,
    lostAgain: count,
    success: z.strictObject(successFields),
  })
  .meta({ id: 'MonthFigures' });

const reportSchema = z
  .strictObject({
    month: monthName,
    from: timestamp,
    to: timestamp,
    timeZone: z.string().meta({ example: 'Europe/Berlin' }),
    at: timestamp.meta({ description: 'when it was made; the month may still run' }),
    running: z.boolean().meta({ description: 'the month is not over yet' }),
    now: monthSchema,
    before: monthSchema.nullable().meta({ description: 'null: there was no case yet' }),
    lastYear: monthSchema.nullable().meta({ description: 'null: there was no case yet' }),
    causes: z.array(
      z.strictObject({
        cause: z.enum(causes).nullable(),
        rank: z.int().min(1).nullable(),
        small: z.boolean(),
        ...{ cases: count, regained: count, lostRevenue: amount() },
        ...{ before: count.nullable(), lastYear: count.nullable() },
      }),
    ),
    course: z.array(z.strictObject({ month: monthName, lost: count, returned: count })),
    learned: z.strictObject({
      since: timestamp,
      success: z.strictObject(successFields),
      arms: z.array(
        z.strictObject({
          kind: z.enum(['playbook', 'offer']),
          objective: z.enum(objectives),
          cause: z.enum(causes).nullable(),
          tier: z.enum(tiers).nullable(),
          arm: z.string(),
          ...{ cases: count, regained: count, probability: z.number().min(0).max(1) },
        }),
      ),
    }),
    rises: z.array(riseSchema),
    actions: z.array(
      z.strictObject({
        actionId: z.string(),
        ...shownTopic,
        title: z.string(),
        status: z.enum(preventionStatuses),
        ...{ dueAt: timestamp.nullable(), expectedFewerPercent: z.int().nullable() },
        ...{ createdAt: timestamp, startedAt: timestamp.nullable(), endedAt: timestamp.nullable() },
        effect: effectSchema.nullable().meta({ description: 'null: it is not done' }),
      }),
    ),
    outlook: z.strictObject({
      ...{ open: count, worth: amount(), days: z.int() },
      ...{ regained: z.number().min(0), value: amount() },
    }),
    definitions: definitionsSchema,
  })
  .meta({ id: 'MonthlyReport' });

/** @throws DomainError `invalid` for a month that has not begun */
async function reportOf(call: Call<z.output<typeof params>>): Promise<MonthlyReport> {
  const { db, policy, at, params } = call;
  if (params.month > monthOf(at, policy.timeZone)) {
    throw invalid([{ field: 'month', rule: 'must be a month that has begun' }]);
  }
  return monthlyReport(db, params.month, { policy, at, pick: draws() });
}

function reportJson(report: MonthlyReport): z.output<typeof reportSchema> {
  const { currency, now, before, lastYear, learned, outlook, ...rest } = report;
  const inMoney = (amount: number) => ({ amount, currency });
  const monthJson = ({ lost, success, ...month }: MonthFigures) => ({
    ...month,
    lost: { ...lost, lostRevenue: inMoney(lost.lostRevenue) },
    success: figuresJson(success, currency),
  });
  return {
    ...rest,
    running: isRunning(report),
    now: monthJson(now),
    before: before && monthJson(before),
    lastYear: lastYear && monthJson(lastYear),
    causes: report.causes.map((one) => ({ ...one, lostRevenue: inMoney(one.lostRevenue) })),
    learned: { ...learned, success: figuresJson(learned.success, currency) },
    rises: report.rises.map(({ categoryName: _, ...rise }) => riseJson(rise)),
    actions: report.actions.map(
      ({ categoryName: _, evidence: __, revision: ___, effect, ...action }) => ({
        ...action,
        effect: effect && effectJson(effect),
      }),
    ),
    outlook: { ...outlook, worth: inMoney(outlook.worth), value: inMoney(outlook.value) },
    definitions,
  };
}

/** The page brings its own style, and nothing else is loaded for it. */
const ownStyleOnly =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const monthlyReportRoutes = [
  // Before the report itself, for which `2026-10.html` would be a month.
  route({
    method: 'get',
    path: '/api/v1/reports/monthly/{month}.html',
    name: 'readMonthlyReport',
    summary: 'The monthly report for management as a page that needs nothing else',
    roles: managers,
    params,
    query: inLanguage,
    answers: { 200: { description: 'The page', type: 'text/html', schema: z.string() } },
    handle: async (call) => {
      const page = pageOf(await reportOf(call), call.query.language);
      const headers = { 'Content-Security-Policy': ownStyleOnly };
      return { status: 200, type: 'text/html', headers, body: reportHtml(page, call.mail.sender) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/reports/monthly/{month}.pdf',
    name: 'printMonthlyReport',
    summary: 'The monthly report for management as a PDF',
    roles: managers,
    params,
    query: inLanguage,
    answers: { 200: { description: 'The report', type: 'application/pdf' } },
    handle: async (call) => {
      const page = pageOf(await reportOf(call), call.query.language);
      const body = await reportPdf(page, call.mail.sender);
      return { status: 200, type: 'application/pdf', body };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/reports/monthly/{month}',
    name: 'reportMonth',
    summary: 'Who left in a month, why, what was won back, what it cost, was learned and is done',
    description:
      'The month before and the same month of last year stand beside it. `.html` and `.pdf` at its end give it as it is sent to management. No customer and no agent is named.',
    roles: managers,
    params,
    answers: { 200: { description: 'The report with its definitions', schema: reportSchema } },
    handle: async (call) => ({ status: 200, body: reportJson(await reportOf(call)) }),
  }),
];

import * as z from 'zod';
import { casesByMonth } from '../../db/forecast.ts';
import {
  backcast,
  forecastAsOf,
  forecastDays,
  monthsAhead,
  priorOf,
  type ForecastMonth,
} from '../../domain/forecast.ts';
import { after, before } from '../../domain/duration.ts';
import { answer, definitionsSchema, format, type Definitions } from '../report.ts';
import { route, staff } from '../route.ts';
import { money, timestamp } from '../schemas/common.ts';

const expected = z.number().min(0);
const monthFields = { regained: expected, value: money('see definitions') };

const definitions: Definitions = {
  open: {
    de: 'Fälle, deren Ergebnis noch nicht feststeht. `worth`: was ihre Kunden bei einer Rückkehr erwarten ließen (Summe der zweiten Kundenwerte), `probable`: davon wahrscheinlich in den gezeigten Monaten',
    en: 'Cases whose result is not known yet. `worth`: what their customers would be expected to bring on a return (sum of the second lifetime values), `probable`: of it probably in the months shown',
  },
  months: {
    de: 'Je 30 Tage ab jetzt: erwartete Rückkehrer und ihr zweiter Kundenwert. Chance je Monat aus der Sterbetafel aller Fälle nach Auslöser, Wertklasse und Alter, mit zwei Ausgängen (zurückgewonnen, sonst beendet); wenige Fälle lehnen sich an den Auslöser an, dieser an das Regelwerk (`identification.chance`), jeweils mit dem Gewicht von 20 Fällen',
    en: 'Every 30 days from now: expected returns and their second lifetime value. Chance by month from a life table of all cases by trigger, tier and age with two ends (regained, ended otherwise); few cases lean on the trigger, that on the policy (`identification.chance`), each with the weight of 20 cases',
  },
  past: {
    de: 'Vergangene 30 Tage, vorhergesagt aus dem, was an ihrem Beginn bekannt war, und wie es kam, für die damals offenen Fälle',
    en: 'Past 30 days, forecast by what was known at their beginning, and how they came, for the cases open then',
  },
  error: {
    de: 'Summe der Abweichungen der vergangenen Monate ÷ Summe des Eingetretenen; null, wenn nichts eintrat',
    en: 'Sum of the deviations of the past months ÷ sum of what came; null when nothing came',
  },
};

export const forecastRoutes = [
  route({
    method: 'get',
    path: '/api/v1/reports/forecast',
    name: 'reportForecast',
    summary: 'What the open cases are worth and will probably bring by month',
    roles: staff,
    query: z.strictObject(format),
    answers: {
      200: {
        description: 'The forecast, and its error on past months, with definitions',
        schema: z
          .strictObject({
            at: timestamp,
            open: z.int(),
            worth: money('see definitions'),
            probable: money('see definitions'),
            months: z.array(z.strictObject({ from: timestamp, to: timestamp, ...monthFields })),
            past: z.array(
              z.strictObject({
                from: timestamp,
                to: timestamp,
                forecast: z.strictObject(monthFields),
                actual: z.strictObject(monthFields),
              }),
            ),
            error: z.strictObject({ regained: expected.nullable(), value: expected.nullable() }),
            definitions: definitionsSchema,
          })
          .meta({ id: 'Forecast' }),
        also: ['text/csv'],
      },
    },
    handle: async (call) => {
      const { db, policy, at } = call;
      const groups = await casesByMonth(db, at);
      const prior = priorOf(policy.identification.chance);
      const { open, openValue, months } = forecastAsOf(groups, {
        ...{ ago: 0, months: monthsAhead, prior },
      });
      const past = backcast(groups, prior);
      const inMoney = (amount: number) => ({
        ...{ amount: Math.round(amount), currency: policy.currency },
      });
      const shown = ({ regained, value }: ForecastMonth) => ({
        ...{ regained: Math.round(regained * 100) / 100, value: inMoney(value) },
      });
      const body = {
        at,
        open,
        worth: inMoney(openValue),
        probable: inMoney(months.reduce((sum, { value }) => sum + value, 0)),
        months: months.map((month, i) => ({
          from: after(at, `${i * forecastDays}d`),
          to: after(at, `${(i + 1) * forecastDays}d`),
          ...shown(month),
        })),
        past: past.months.map(({ ago, forecast, actual }) => ({
          from: before(at, `${ago * forecastDays}d`),
          to: before(at, `${(ago - 1) * forecastDays}d`),
          forecast: shown(forecast),
          actual: shown(actual),
        })),
        error: past.error,
        definitions,
      };
      return answer(call, body, {
        columns: ['from', 'to', 'regained', 'value', 'actualRegained', 'actualValue', 'currency'],
        rows: () =>
          [...body.past, ...body.months.map((month) => ({ ...month, forecast: month }))].map(
            (one) => ({
              ...{ from: one.from, to: one.to, currency: policy.currency },
              ...{ regained: one.forecast.regained, value: one.forecast.value.amount },
              actualRegained: 'actual' in one ? one.actual.regained : null,
              actualValue: 'actual' in one ? one.actual.value.amount : null,
            }),
          ),
      });
    },
  }),
];

import { setImmediate } from 'node:timers/promises';
import { and, count, gte, isNotNull, lt } from 'drizzle-orm';
import { localClock, localDay } from '../domain/calendar.ts';
import type { CauseFigures } from '../domain/causes.ts';
import { forecastAsOf, forecastDays, priorOf } from '../domain/forecast.ts';
import {
  monthBefore,
  rankedCauses,
  type LearnedArm,
  type MonthFigures,
  type MonthlyReport,
} from '../domain/monthly-report.ts';
import { compared, objectiveOf } from '../domain/optimisation.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import { standardPolicy } from '../domain/standard-policy.ts';
import type { Pick as Draw } from '../domain/statistics/bootstrap.ts';
import type { Tier, Trigger } from '../domain/words.ts';
import { armKinds, armResults } from './arms.ts';
import { causeFigures, firstLossAt, losses } from './cause-report.ts';
import { listCategories } from './cause-categories.ts';
import type { Db } from './connection.ts';
import { casesByMonth } from './forecast.ts';
import { risesWithin } from './loss-rises.ts';
import { actionsWithin, effectOfAction } from './prevention-actions.ts';
import { successFigures } from './reports.ts';
import { caseFigures, cases } from './schema.ts';

/** Months in the picture of the course: a year and the same month of last year. */
const monthsShown = 13;
/** Over so many months it is looked back for what was learned, and for what actions have brought. */
const learnedOver = { results: 24, actions: 12 };
/** The outlook, in months of the forecast. */
const monthsAhead = 3;

type Asked = {
  policy: VersionedPolicy;
  /** now */
  at: string;
  /** draws for the intervals of money */
  pick: Draw;
};

/** A month by the company's clock: its first moment, and the first one after it. */
export function spanOf(month: string, timeZone: string): { from: string; to: string } {
  const momentOf = localClock(timeZone);
  const first = (of: string) => momentOf(`${of}-01T00:00:00`);
  return { from: first(month), to: first(monthBefore(month, -1)) };
}

/** The month by the company's clock in which the first case was opened; null: there is none. */
export function firstMonth(db: Db, timeZone: string): string | null {
  const first = firstLossAt(db);
  return first === null ? null : monthOf(first, timeZone);
}

/** @param at ISO 8601 UTC */
export function monthOf(at: string, timeZone: string): string {
  return localDay(at, timeZone).day.slice(0, 7);
}

/**
 * One calendar month by the company's clock, the month before and the same one of last year beside it. Others of this
 * process get a turn between its parts.
 */
export async function monthlyReport(
  db: Db,
  month: string,
  { policy, at, pick }: Asked,
): Promise<MonthlyReport> {
  const { timeZone, currency } = policy;
  const { from, to } = spanOf(month, timeZone);
  const first = firstMonth(db, timeZone);
  const of = async (one: string) => {
    if (first === null || (one !== month && one < first)) return null;
    const causes = await causeFigures(db, spanOf(one, timeZone));
    return { causes, figures: await figuresOfMonth(db, one, causes, { policy, at, pick }) };
  };
  const [before, lastYear] = [await of(monthBefore(month)), await of(monthBefore(month, 12))];
  const causes = await causeFigures(db, { from, to });
  const casesIn = (those: CauseFigures[] | undefined, cause: CauseFigures['cause']) =>
    those ? (those.find((one) => one.cause === cause)?.cases ?? 0) : null;
  const since = spanOf(monthBefore(month, learnedOver.results - 1), timeZone).from;
  const results = { filter: { from: since, to }, recoveryTeam: policy.team.id, at, pick };
  const [success] = await successFigures(db, null, results);
  return {
    ...{ month, from, to, timeZone, currency, at },
    now: await figuresOfMonth(db, month, causes, { policy, at, pick }),
    before: before?.figures ?? null,
    lastYear: lastYear?.figures ?? null,
    causes: rankedCauses(
      causes.map(({ cause, cases, lostRevenue, regained }) => ({
        ...{ cause, cases, lostRevenue, regained },
        before: casesIn(before?.causes, cause),
        lastYear: casesIn(lastYear?.causes, cause),
      })),
    ),
    course: courseOf(db, month, { first, timeZone }),
    learned: { since, success: success!, arms: await learnedArms(db, to, { policy, at }) },
    ...(await preventionOf(db, month, { policy, at })),
    outlook: await outlookOf(db, { policy, at }),
  };
}

async function figuresOfMonth(
  db: Db,
  month: string,
  causes: readonly CauseFigures[],
  { policy, at, pick }: Asked,
): Promise<MonthFigures> {
  const period = spanOf(month, policy.timeZone);
  const byTrigger: Record<Trigger, number> = { cancellation: 0, dormancy: 0, manual: 0 };
  const byTier: Record<Tier | 'unrated', number> = { A: 0, B: 0, C: 0, D: 0, unrated: 0 };
  const kinds = db
    .select({ trigger: cases.trigger, tier: cases.tier, number: count() })
    .from(cases)
    .where(losses(period))
    .groupBy(cases.trigger, cases.tier)
    .all();
  for (const { trigger, tier, number } of kinds) {
    byTrigger[trigger] += number;
    byTier[tier ?? 'unrated'] += number;
  }
  const recoveryTeam = policy.team.id;
  const [success] = await successFigures(db, null, { filter: period, recoveryTeam, at, pick });
  return {
    month,
    lost: {
      cases: causes.reduce((sum, one) => sum + one.cases, 0),
      lostRevenue: causes.reduce((sum, one) => sum + one.lostRevenue, 0),
      byTrigger,
      byTier,
    },
    returned: figuresWithin(db, 'regainedAt', period),
    lostAgain: figuresWithin(db, 'lostAgainAt', period),
    success: success!,
  };
}

type Span = { from: string; to: string };

function figuresWithin(db: Db, when: 'regainedAt' | 'lostAgainAt', { from, to }: Span): number {
  const at = caseFigures[when];
  const returned = isNotNull(caseFigures.regainedAt);
  return db
    .select({ number: count() })
    .from(caseFigures)
    .where(and(returned, gte(at, from), lt(at, to)))
    .get()!.number;
}

function courseOf(
  db: Db,
  month: string,
  { first, timeZone }: { first: string | null; timeZone: string },
): MonthlyReport['course'] {
  return Array.from({ length: monthsShown }, (_, i) => monthBefore(month, monthsShown - 1 - i))
    .filter((one) => one === month || (first !== null && one >= first))
    .map((one) => {
      const span = spanOf(one, timeZone);
      const lost = db.select({ number: count() }).from(cases).where(losses(span)).get()!.number;
      return { month: one, lost, returned: figuresWithin(db, 'regainedAt', span) };
    });
}

/** What the cases that were opened by then have shown to be the likeliest best. */
async function learnedArms(
  db: Db,
  to: string,
  { policy, at }: Omit<Asked, 'pick'>,
): Promise<LearnedArm[]> {
  const { judgedAfter } = policy.optimisation ?? policy.identification.chance;
  const objective = objectiveOf(policy.optimisation);
  const { currency } = policy;
  const learned: LearnedArm[] = [];
  for (const kind of armKinds) {
    for (const { cause, tier, results } of await armResults(db, kind, {
      ...{ filter: { to }, objective, currency, judgedAfter, at },
    })) {
      const { suggestion } = compared(results, objective);
      await setImmediate();
      if (!suggestion) continue;
      const { arm, cases, hits } = results.find((one) => one.arm === suggestion.arm)!;
      const { probability } = suggestion;
      learned.push({ kind, objective, cause, tier, arm, cases, regained: hits, probability });
    }
  }
  return learned;
}

async function preventionOf(
  db: Db,
  month: string,
  { policy, at }: Omit<Asked, 'pick'>,
): Promise<Pick<MonthlyReport, 'rises' | 'actions'>> {
  const { from, to } = spanOf(month, policy.timeZone);
  const back = spanOf(monthBefore(month, learnedOver.actions - 1), policy.timeZone);
  const names = new Map((await listCategories(db)).map(({ code, name }) => [code, name]));
  const nameOf = (category: string | null) => (category && names.get(category)) || null;
  const prevention = policy.prevention ?? standardPolicy.prevention!;
  const actions: MonthlyReport['actions'] = [];
  for (const record of await actionsWithin(db, { from: back.from, to })) {
    if (record.status === 'rejected' && record.endedAt! < from) continue;
    const effect = await effectOfAction(db, record, { prevention, at });
    await setImmediate();
    const { owner: _, createdBy: __, description: ___, ...action } = record;
    actions.push({ ...action, categoryName: nameOf(action.category), effect });
  }
  const rises = (await risesWithin(db, { from, to })).map((rise) => ({
    ...rise,
    categoryName: nameOf(rise.category),
  }));
  return { rises, actions };
}

async function outlookOf(
  db: Db,
  { policy, at }: Omit<Asked, 'pick'>,
): Promise<MonthlyReport['outlook']> {
  const prior = priorOf(policy.identification.chance);
  const { open, openValue, months } = forecastAsOf(await casesByMonth(db, at), {
    ...{ ago: 0, months: monthsAhead, prior },
  });
  const sum = (of: 'regained' | 'value') => months.reduce((total, one) => total + one[of], 0);
  return {
    ...{ open, worth: openValue, days: monthsAhead * forecastDays },
    ...{ regained: sum('regained'), value: Math.round(sum('value')) },
  };
}

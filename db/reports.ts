import { and, gte, isNotNull, lt, sql, type SQL } from 'drizzle-orm';
import { noSums } from '../domain/ledger.ts';
import type { Pick } from '../domain/statistics/bootstrap.ts';
import { uplift, type Arm, type Uplift } from '../domain/statistics/uplift.ts';
import {
  stayDays,
  type SuccessCounts,
  type SuccessGroup,
  type SuccessSplit,
} from '../domain/success-figures.ts';
import { before } from '../domain/duration.ts';
import { strictRegains, type StrictRegain } from '../domain/strict-regain.ts';
import { taskTypeOfMeasure } from '../domain/tasks.ts';
import { outcomes, type Outcome } from '../domain/words.ts';
import type { Db } from './connection.ts';
import { apiKeys, caseFigures as figures, teams } from './schema.ts';

export type Period = { from?: string | undefined; to?: string | undefined };

export type SuccessFilter = Period & {
  [split in Exclude<SuccessSplit, 'period'>]?: string | undefined;
};

type Asked = {
  filter: SuccessFilter;
  /** the team whose tasks have no queue */
  recoveryTeam: string;
  at: string;
};

/** Of one case each group once, however many of its measures, tasks and offers belong to it. */
const parts = (recoveryTeam: string) => ({
  measure: sql`select case_id, ${measureKind} as part from tasks where status = 'done' and case_id is not null and measure_id is not null union select case_id, 'email' from mails where status = 'sent'`,
  offer: sql`select distinct case_id, offer_id as part from case_offers`,
  team: sql`select distinct case_id, coalesce(queue, ${recoveryTeam}) as part from tasks where status = 'done' and case_id is not null`,
  agent: sql`select distinct case_id, completed_by as part from tasks where status = 'done' and case_id is not null and completed_by is not null`,
});

const measureKind = sql.raw(
  `case type ${Object.entries(taskTypeOfMeasure)
    .flatMap(([kind, type]) => (type === null ? [] : `when '${type}' then '${kind}'`))
    .join(' ')} end`,
);

type Known = typeof figures.decidedAt | typeof figures.observedUntil;

const columnsBy = (known: Known) => ({
  cause: figures.cause,
  playbook: sql`${figures.playbookId} || '@' || ${figures.playbookVersion}`,
  tier: figures.tier,
  trigger: figures.trigger,
  'target-group': figures.targetGroup,
  period: sql`substr(${known}, 1, 7)`,
});

function isPart(split: SuccessSplit): split is keyof ReturnType<typeof parts> {
  return split === 'measure' || split === 'offer' || split === 'team' || split === 'agent';
}

/** The cases whose result was `known` in [`from`, `to`), as far as the filter lets them through. */
function chosen({ filter, recoveryTeam }: Asked, known: Known): SQL {
  const columns = columnsBy(known);
  const { from, to, ...wanted } = filter;
  const each = Object.entries(wanted) as [Exclude<SuccessSplit, 'period'>, string | undefined][];
  return and(
    isNotNull(known),
    from === undefined ? undefined : gte(known, from),
    to === undefined ? undefined : lt(known, to),
    ...each.map(([split, value]) => {
      if (value === undefined) return undefined;
      if (!isPart(split)) return sql`${columns[split]} = ${value}`;
      return sql`${figures.caseId} in (select case_id from (${parts(recoveryTeam)[split]}) where part = ${value})`;
    }),
  )!;
}

/** Each chosen case under the names of its groups; without a split all under one. */
function grouped(
  by: SuccessSplit | null,
  { recoveryTeam }: Asked,
  known: Known,
): { name: SQL; from: SQL } {
  if (by === null) return { name: sql`null`, from: sql`${figures}` };
  if (!isPart(by)) return { name: sql`${columnsBy(known)[by]}`, from: sql`${figures}` };
  const own = parts(recoveryTeam)[by];
  return {
    name: sql`part.part`,
    from: sql`(${own}) part cross join ${figures} on ${figures.caseId} = part.case_id`,
  };
}

const dayMs = 86_400_000;
const total = (what: SQL) => sql`coalesce(sum(${what}), 0)`;

/**
 * Success control over the cases whose result was known in a period, by group. Without `by` there is exactly one group,
 * `null`, even when there is no case.
 * @param pick draws for the intervals of money
 */
export async function successFigures(
  db: Db,
  by: SuccessSplit | null,
  asked: Asked & { pick: Pick },
): Promise<SuccessGroup[]> {
  const { name, from } = grouped(by, asked, figures.decidedAt);
  const where = chosen(asked, figures.decidedAt);
  const returned = sql`${figures.regainedAt} is not null`;
  const stay = stayDays.flatMap((days) => {
    const hadTime = sql`${figures.regainedAt} <= ${before(asked.at, `${days}d`)}`;
    const isThere = sql`(${figures.lostAgainAfter} is null or ${figures.lostAgainAfter} > ${days * dayMs})`;
    return [
      sql`${total(hadTime)} as ${sql.raw(`of${days}`)}`,
      sql`${total(sql`${hadTime} and ${isThere}`)} as ${sql.raw(`there${days}`)}`,
    ];
  });
  const ended = outcomes.map(
    (outcome) => sql`${total(sql`${figures.outcome} = ${outcome}`)} as ${sql.raw(`"${outcome}"`)}`,
  );
  const losses = (['same', 'other', 'unknown'] as const).map(
    (kind) =>
      sql`${total(sql`${figures.secondLossCause} = ${kind}`)} as ${sql.raw(`${kind}Cause`)}`,
  );
  const is = (strict: StrictRegain) => sql`coalesce(${figures.strictRegain} = ${strict}, 0)`;
  const strict = strictRegains.map(
    (one) => sql`${total(is(one))} as ${sql.raw(`"strict-${one}"`)}`,
  );
  const contactedAre = (['regained', 'pending'] as const).map(
    (one) =>
      sql`${total(sql`${is(one)} and ${figures.contacted}`)} as ${sql.raw(`"contacted-${one}"`)}`,
  );
  const money = Object.keys(noSums).map(
    (column) => sql`${total(sql`${figures[column as keyof typeof noSums]}`)} as ${sql.raw(column)}`,
  );
  const rows = db.all<Record<string, number> & { name: string | null }>(
    sql`select ${name} as name, count(*) as cases, ${total(sql`${figures.reached}`)} as reached, ${total(sql`${figures.contacted}`)} as contacted, ${total(returned)} as regained, ${total(sql`${returned} and ${figures.contacted}`)} as regainedAfterContact, ${sql.join([...money, ...stay, ...ended, ...losses, ...strict, ...contactedAre], sql`, `)} from ${from} where ${where} group by 1`,
  );
  const medians = mediansOf(db, { name, from, where });
  const labels = labelsOf(db, by);
  const uplifts = upliftsOf(db, by, asked);
  const groups =
    by === null && rows.length === 0 ? [{ name: null } as (typeof rows)[number]] : rows;
  return groups.map((row) => ({
    group: row.name,
    label: row.name === null ? null : (labels.get(row.name) ?? null),
    uplift: uplifts.get(row.name) ?? null,
    ...countsOf(row, medians.get(row.name) ?? null),
  }));
}

function countsOf(row: Record<string, unknown>, regainedAfter: number | null): SuccessCounts {
  const of = (column: string) => (row[column] as number | undefined) ?? 0;
  return {
    cases: of('cases'),
    reached: of('reached'),
    contacted: of('contacted'),
    regained: of('regained'),
    regainedAfterContact: of('regainedAfterContact'),
    daysToRegain: regainedAfter === null ? null : regainedAfter / dayMs,
    workMinutes: of('workMinutes'),
    work: of('work'),
    contact: of('contact'),
    concession: of('concession'),
    revenue: of('revenue'),
    margin: of('margin'),
    stayed: stayDays.map((days) => ({ of: of(`of${days}`), there: of(`there${days}`) })),
    secondLosses: { same: of('sameCause'), other: of('otherCause'), unknown: of('unknownCause') },
    strict: Object.fromEntries(
      strictRegains.map((one) => [one, of(`strict-${one}`)]),
    ) as SuccessCounts['strict'],
    strictAfterContact: { regained: of('contacted-regained'), pending: of('contacted-pending') },
    outcomes: Object.fromEntries(outcomes.map((one) => [one, of(one)])) as Record<Outcome, number>,
  };
}

type Grouped = { name: SQL; from: SQL; where: SQL };

function mediansOf(db: Db, { name, from, where }: Grouped): Map<string | null, number> {
  const rows = db.all<{ name: string | null; median: number }>(
    sql`select name, avg(after) as median from (select ${name} as name, ${figures.regainedAfter} as after, row_number() over own as place, count(*) over (partition by ${name}) as many from ${from} where ${where} and ${figures.regainedAfter} is not null window own as (partition by ${name} order by ${figures.regainedAfter})) where place in ((many + 1) / 2, (many + 2) / 2) group by name`,
  );
  return new Map(rows.map(({ name, median }) => [name, median]));
}

/**
 * Pursued cases against those of the control group, which were pursued but for the draw: of the kinds (trigger and tier)
 * that have a control group, so that like is compared with like. Both are seen for the same time, the observation from
 * the opening on: what measures keep open for longer would have had longer to come back, and a case counts when that
 * time is over, whether or not it has closed, since the lost among the pursued close later than the others.
 */
function upliftsOf(
  db: Db,
  by: SuccessSplit | null,
  asked: Asked & { pick: Pick },
): Map<string | null, Uplift> {
  const { name, from } = grouped(by, asked, figures.observedUntil);
  const seen = sql`${figures.observedUntil} <= ${asked.at} and (${figures.outcome} is null or ${figures.outcome} <> 'not-pursued')`;
  const kinds = sql`select ${figures.trigger}, ${figures.tier} from ${figures} where ${figures.controlGroup} and ${seen}`;
  const isBack = sql`coalesce(${figures.regainedAt} <= ${figures.observedUntil}, 0)`;
  const rows = db.all<{ name: string | null; control: number; back: number; result: number }>(
    sql`select ${name} as name, ${figures.controlGroup} as control, ${isBack} as back, ${figures.margin} * ${isBack} + ${figures.work} + ${figures.contact} + ${figures.concession} as result from ${from} where ${chosen(asked, figures.observedUntil)} and ${seen} and (${figures.controlGroup} or ${figures.decision} in ('pursue', 'pursue-light')) and (${figures.trigger}, ${figures.tier}) in (${kinds})`,
  );
  const arms = new Map<string | null, { treated: FilledArm; control: FilledArm }>();
  for (const { name, control, back, result } of rows) {
    const known = arms.get(name) ?? { treated: emptyArm(), control: emptyArm() };
    arms.set(name, known);
    const arm = known[control ? 'control' : 'treated'];
    arm.cases += 1;
    arm.hits += back;
    arm.results.push(result);
  }
  return new Map(
    [...arms].flatMap(([name, { treated, control }]) => {
      const found = uplift(treated, control, asked.pick);
      return found ? [[name, found] as const] : [];
    }),
  );
}

type FilledArm = Arm & { results: number[] };

const emptyArm = (): FilledArm => ({ hits: 0, cases: 0, results: [] });

function labelsOf(db: Db, by: SuccessSplit | null): Map<string, string> {
  const of = {
    agent: () => db.select({ id: apiKeys.keyId, name: apiKeys.name }).from(apiKeys).all(),
    team: () => db.select({ id: teams.teamId, name: teams.name }).from(teams).all(),
  };
  const rows = by === 'agent' || by === 'team' ? of[by]() : [];
  return new Map(rows.map(({ id, name }) => [id, name]));
}

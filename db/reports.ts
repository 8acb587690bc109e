import { setImmediate } from 'node:timers/promises';
import { and, gte, isNotNull, lt, sql, type SQL } from 'drizzle-orm';
import { median } from '../domain/detection.ts';
import { noSums } from '../domain/ledger.ts';
import type { Pick } from '../domain/statistics/bootstrap.ts';
import { uplift, type Arm, type Uplift } from '../domain/statistics/uplift.ts';
import {
  stayDays,
  type SuccessCounts,
  type SuccessGroup,
  type SuccessSplit,
} from '../domain/success-figures.ts';
import { before, type Duration } from '../domain/duration.ts';
import { taskTypeOfMeasure } from '../domain/tasks.ts';
import { outcomes, strictRegains, type Outcome, type StrictRegain } from '../domain/words.ts';
import type { Db } from './connection.ts';
import { offersMade } from './offers-made.ts';
import { apiKeys, caseFigures as figures, cases, controlDraws as draws, teams } from './schema.ts';

export type Period = { from?: string | undefined; to?: string | undefined };

export type SuccessFilter = Period & {
  /** null: of cases of which it is not known */
  [split in Exclude<SuccessSplit, 'period'>]?: string | null | undefined;
};

export type Asked = {
  filter: SuccessFilter;
  /** the team whose tasks have no queue */
  recoveryTeam: string;
  at: string;
};

type Part = Extract<SuccessSplit, 'measure' | 'offer' | 'team' | 'agent'>;

const isDone = sql`status = 'done' and case_id is not null`;
const isByPeople = sql`${isDone} and completed_by is not null`;

/**
 * What cases may have several of: which there are, and the cases of one of them, each once, with when it began.
 * @param among what limits them by `case_id`, after an `and`
 */
const partsOf = (
  recoveryTeam: string,
  among = sql``,
): Record<Part, { all: SQL; casesOf: (part: string) => SQL }> => ({
  measure: {
    all: sql`select distinct ${measureKind} as part from tasks indexed by tasks_done where ${isDone} and measure_id is not null union select 'email' from mails where status = 'sent'`,
    casesOf: (kind) =>
      kind === 'email'
        ? sql`select case_id, min(coalesce(finished_at, created_at)) as at from mails where status = 'sent' ${among} group by 1`
        : sql`select case_id, min(closed_at) as at from tasks indexed by tasks_parts where ${isDone} and measure_id is not null and ${measureKind} = ${kind} ${among} group by 1`,
  },
  offer: {
    all: sql`select distinct offer_id as part from case_offers`,
    casesOf: (offer) =>
      sql`select case_id, min(at) as at from (${offersMade}) where offer_id = ${offer} and at is not null ${among} group by 1`,
  },
  team: {
    all: sql`select distinct coalesce(queue, ${recoveryTeam}) as part from tasks indexed by tasks_done where ${isDone}`,
    casesOf: (team) =>
      sql`select case_id, min(closed_at) as at from tasks indexed by tasks_parts where ${isDone} and coalesce(queue, ${recoveryTeam}) = ${team} ${among} group by 1`,
  },
  agent: {
    all: sql`select distinct completed_by as part from tasks indexed by tasks_done_by where ${isByPeople}`,
    casesOf: (agent) =>
      sql`select case_id, min(closed_at) as at from tasks indexed by tasks_parts_by where ${isByPeople} and completed_by = ${agent} ${among} group by 1`,
  },
});

/** The figures of cases that had a part in time: what came after the return has not brought it about. */
function partIn(cases: SQL): SQL {
  return sql`(${cases}) own cross join ${figures} on ${figures.caseId} = own.case_id and (${figures.regainedAt} is null or own.at <= ${figures.regainedAt})`;
}

const measureKind = sql.raw(
  `case type ${Object.entries(taskTypeOfMeasure)
    .flatMap(([kind, type]) => (type === null ? [] : `when '${type}' then '${kind}'`))
    .join(' ')} end`,
);

/** The moment of a case that says which period it belongs to. */
export type Known =
  | typeof figures.decidedAt
  | typeof figures.observedUntil
  | typeof figures.regainedAt
  | typeof figures.openedAt
  | typeof cases.openedAt;

const columnsBy = (known: Known) => ({
  cause: figures.cause,
  playbook: sql`${figures.playbookId} || '@' || ${figures.playbookVersion}`,
  tier: figures.tier,
  trigger: figures.trigger,
  'target-group': figures.targetGroup,
  period: sql`substr(${known}, 1, 7)`,
});

function isPart(split: SuccessSplit): split is Part {
  return split === 'measure' || split === 'offer' || split === 'team' || split === 'agent';
}

/** The cases whose result was `known` in [`from`, `to`), as far as the filter lets them through. */
export function chosen({ filter, recoveryTeam }: Asked, known: Known): SQL {
  const columns = columnsBy(known);
  const { from, to, ...wanted } = filter;
  const each = Object.entries(wanted) as [
    Exclude<SuccessSplit, 'period'>,
    string | null | undefined,
  ][];
  return and(
    isNotNull(known),
    from === undefined ? undefined : gte(known, from),
    to === undefined ? undefined : lt(known, to),
    ...each.map(([split, value]) => {
      if (value === undefined) return undefined;
      if (!isPart(split)) return sql`${columns[split]} is ${value}`;
      if (value === null) return sql`false`;
      return sql`${figures.caseId} in (select own.case_id from ${partIn(partsOf(recoveryTeam)[split].casesOf(value))})`;
    }),
  )!;
}

/** The cases that a report looks at, and under what it puts each; without a name all together. */
type Source = {
  name: ((known: Known) => SQL) | null;
  /** read one after the other; others of this process get a turn in between */
  slices: SQL[];
};

const longPeriod: Duration = '90d';
const rowsAtOnce = 20_000;

/** All figures. Of a long period they are read as they lie: an index would name them one by one in another order. */
function allFigures(db: Db, { filter, at }: Asked): SQL[] {
  const { from, to, measure, offer, team, agent } = filter;
  const isShort = from !== undefined && from >= before(to ?? at, longPeriod);
  // Who had a part would be found anew for each slice.
  if (isShort || (measure ?? offer ?? team ?? agent) !== undefined) return [sql`${figures}`];
  return rowRanges(db).map(
    ([above, upTo]) =>
      sql`(select * from ${figures} not indexed where rowid > ${above} and rowid <= ${upTo}) ${figures}`,
  );
}

/** All rows of the figures, so many at once that others of this process need not wait for long. */
export function rowRanges(db: Db): [above: number, upTo: number][] {
  const last = db.get<{ row: number | null }>(sql`select max(rowid) as row from ${figures}`).row;
  return Array.from({ length: Math.max(1, Math.ceil((last ?? 0) / rowsAtOnce)) }, (_, i) => [
    i * rowsAtOnce,
    (i + 1) * rowsAtOnce,
  ]);
}

/** All cases in the order of their IDs, in the words of `partsOf`. */
function rangesOf(db: Db): SQL[] {
  const ids = sql`select case_id as id, row_number() over (order by case_id) as place from ${figures}`;
  const ends = db
    .all<{ id: string }>(sql`select id from (${ids}) where place % ${rowsAtOnce} = 0 order by 1`)
    .map(({ id }) => id);
  return ['', ...ends].map((above, i) => {
    const upTo = ends[i];
    return sql`and case_id > ${above} ${upTo === undefined ? sql`` : sql`and case_id <= ${upTo}`}`;
  });
}

const dayMs = 86_400_000;
const total = (what: SQL) => sql`coalesce(sum(${what}), 0)`;

/**
 * Success control over the cases whose result was known in a period, by group. Without `by` there is exactly one group,
 * `null`, even when there is no case. Others of this process get a turn between its statements.
 * @param pick draws for the intervals of money
 */
export async function successFigures(
  db: Db,
  by: SuccessSplit | null,
  asked: Asked & { pick: Pick },
): Promise<SuccessGroup[]> {
  const labels = labelsOf(db, by);
  const labelled = (found: SuccessGroup) => ({
    ...found,
    label: found.group === null ? null : (labels.get(found.group) ?? null),
  });
  if (by === null) return groupsOf(db, null, { name: null, slices: allFigures(db, asked) }, asked);
  if (!isPart(by)) {
    const name = (known: Known) => sql`${columnsBy(known)[by]}`;
    const groups = await groupsOf(db, by, { name, slices: allFigures(db, asked) }, asked);
    return groups.map(labelled);
  }
  // A case belongs to several groups: one after the other, so that nothing is sorted and no statement takes long.
  const { all } = partsOf(asked.recoveryTeam)[by];
  // Of measures and teams each has a part in most cases; of offers and agents there are many.
  const ranges = by === 'measure' || by === 'team' ? rangesOf(db) : [sql``];
  const ofRanges = ranges.map((range) => partsOf(asked.recoveryTeam, range)[by]);
  const groups: SuccessGroup[] = [];
  for (const { part } of db.all<{ part: string }>(sql`${all} order by 1`)) {
    const slices = ofRanges.map(({ casesOf }) => partIn(casesOf(part)));
    const [found] = await groupsOf(db, by, { name: null, slices }, asked);
    if (found!.cases > 0) groups.push(labelled({ ...found!, group: part }));
  }
  return groups;
}

async function groupsOf(
  db: Db,
  by: SuccessSplit | null,
  source: Source,
  asked: Asked & { pick: Pick },
): Promise<SuccessGroup[]> {
  const counts = await countsIn(db, source, asked);
  const uplifts = isByTheLot(by, asked) ? await upliftsOf(db, source, asked) : undefined;
  return counts.map((row) => ({
    group: row.name,
    label: null,
    uplift: uplifts?.get(row.name) ?? null,
    ...countsOf(row),
  }));
}

type CountRow = { name: string | null; sums: Record<string, number>; regainedAfter: number[] };

/** Those without a name first, then by name. */
async function countsIn(db: Db, { name, slices }: Source, asked: Asked): Promise<CountRow[]> {
  const found = new Map<string | null, CountRow>();
  for (const from of slices) {
    for (const row of countsFrom(db, { name, from }, asked)) {
      const known: CountRow = found.get(row.name) ?? { ...row, sums: {}, regainedAfter: [] };
      const { sums } = known;
      for (const [column, sum] of Object.entries(row.sums))
        sums[column] = (sums[column] ?? 0) + sum;
      const regainedAfter = [...known.regainedAfter, ...row.regainedAfter];
      found.set(row.name, { ...known, regainedAfter });
    }
    await setImmediate();
  }
  return [...found.values()].sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
}

/** When a returner objected or died: what they would have done later nobody knows. */
export const stoppedAt = sql`case when ${figures.outcome} = 'stopped' then (select closed_at from cases where cases.case_id = ${figures.caseId}) end`;

/** Of returners: whether that was so many days ago while they were seen, and whether they had no second loss by then. */
export function staying(
  days: (typeof stayDays)[number],
  at: string,
): { hadTime: SQL; isThere: SQL } {
  const seen = sql`julianday(${stoppedAt}) - julianday(${figures.regainedAt})`;
  return {
    hadTime: sql`${figures.regainedAt} <= ${before(at, `${days}d`)} and coalesce(${seen} >= ${days}, 1)`,
    isThere: sql`(${figures.lostAgainAfter} is null or ${figures.lostAgainAfter} > ${days * dayMs})`,
  };
}

function countsFrom(
  db: Db,
  { name, from }: { name: Source['name']; from: SQL },
  asked: Asked,
): CountRow[] {
  const returned = sql`${figures.regainedAt} is not null`;
  const stay = stayDays.flatMap((days) => {
    const { hadTime, isThere } = staying(days, asked.at);
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
  const group = name ? sql`group by 1` : sql``;
  type Row = Record<string, number> & { name: string | null; regainedAfter: string };
  const rows = db.all<Row>(
    sql`select ${nameIn({ name }, figures.decidedAt)} as name, count(*) as cases, ${total(sql`${figures.reached}`)} as reached, ${total(sql`${figures.contacted}`)} as contacted, ${total(returned)} as returned, ${total(sql`${returned} and ${figures.contacted}`)} as returnedAfterContact, ${total(sql`${is('regained')} and not ${figures.controlGroup}`)} as regainedByUs, json_group_array(${figures.regainedAfter}) filter (where ${figures.regainedAfter} is not null) as regainedAfter, ${sql.join([...money, ...stay, ...ended, ...losses, ...strict, ...contactedAre], sql`, `)} from ${from} where ${chosen(asked, figures.decidedAt)} ${group}`,
  );
  return rows.map(({ name, regainedAfter, ...sums }) => ({
    ...{ name, sums },
    regainedAfter: JSON.parse(regainedAfter) as number[],
  }));
}

const nameIn = ({ name }: { name: Source['name'] }, known: Known): SQL =>
  name ? name(known) : sql`null`;

function countsOf({ sums, regainedAfter }: CountRow): SuccessCounts {
  const of = (column: string) => sums[column] ?? 0;
  return {
    cases: of('cases'),
    reached: of('reached'),
    contacted: of('contacted'),
    returned: of('returned'),
    returnedAfterContact: of('returnedAfterContact'),
    regainedByUs: of('regainedByUs'),
    daysToRegain: regainedAfter.length === 0 ? null : median(regainedAfter) / dayMs,
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

/**
 * Those who were drawn into the control group against those who could have been: nobody else, since only they differ by
 * the lot alone. Both are seen for the same time, the observation from the opening on: what measures keep open for longer
 * would have had longer to come back, and a case counts when that time is over, whether or not it has closed, since the
 * lost among the pursued close later than the others. Who had bought before the opening was not lost, on either side.
 * Of draws by several shares those that tell most are taken: another share is another time.
 */
async function upliftsOf(
  db: Db,
  source: Source,
  asked: Asked & { pick: Pick },
): Promise<Map<string | null, Uplift>> {
  const name = nameIn(source, figures.observedUntil);
  const isBack = sql`coalesce(${figures.regainedAt} <= ${figures.observedUntil}, 0)`;
  const rows: (Drawn & { name: string | null })[] = [];
  for (const from of source.slices) {
    const read = db.all<Drawn & { name: string | null }>(
      sql`select ${name} as name, ${draws.percent} as percent, ${draws.drawn} as control, ${isBack} as back, ${figures.margin} * ${isBack} + ${figures.work} + ${figures.contact} + ${figures.concession} as result from ${from} join ${draws} on ${draws.caseId} = ${figures.caseId} where ${seenInUplift(asked)}`,
    );
    for (const row of read) rows.push(row);
    await setImmediate();
  }
  return new Map(
    [...Map.groupBy(rows, ({ name }) => name)].flatMap(([name, own]) => {
      const shares = [...Map.groupBy(own, ({ percent }) => percent)].sort(([a], [b]) => a - b);
      // As in `inUplift`: of those that tell the same the smallest share.
      const [telling] = shares
        .map(([, drawn]) => armsOf(drawn))
        .sort((a, b) => tells(b) - tells(a));
      const found = uplift(telling!.treated, telling!.control, asked.pick);
      return found ? [[name, found] as const] : [];
    }),
  );
}

const knownAtDraw: readonly string[] = [
  ...(['tier', 'trigger', 'target-group', 'period'] satisfies SuccessSplit[]),
  ...(['from', 'to'] satisfies (keyof Period)[]),
];

/**
 * Whether the lot alone tells those who were drawn from the others. Of what is found out only afterwards (the cause, the
 * playbook, who did what), the control group has hardly anything: a group by it has been selected, not drawn.
 */
function isByTheLot(by: SuccessSplit | null, { filter }: Asked): boolean {
  const asked = Object.entries(filter).filter(([, value]) => value !== undefined);
  return [...asked.map(([name]) => name), by ?? 'period'].every((name) =>
    knownAtDraw.includes(name),
  );
}

function seenInUplift(asked: Asked): SQL {
  return sql`${chosen(asked, figures.observedUntil)} and ${figures.observedUntil} <= ${asked.at} and ${figures.strictBecause} is not 'was-not-lost'`;
}

/** The cases of one side of the uplift over all that are asked for: none where there is no uplift by it. */
export function inUplift(asked: Asked, { drawn }: { drawn: boolean }): SQL {
  if (!isByTheLot(null, asked)) return sql`false`;
  const ofControl = sql`sum(${draws.drawn})`;
  const telling = sql`select ${draws.percent} from ${figures} join ${draws} on ${draws.caseId} = ${figures.caseId} where ${seenInUplift(asked)} group by 1 order by ${ofControl} * (count(*) - ${ofControl}) * 1.0 / count(*) desc, 1 limit 1`;
  return sql`${seenInUplift(asked)} and exists (select 1 from ${draws} where ${draws.caseId} = ${figures.caseId} and ${draws.drawn} = ${drawn ? 1 : 0} and ${draws.percent} = (${telling}))`;
}

/** A case that was in the draw. */
type Drawn = { percent: number; control: number; back: number; result: number };
type FilledArm = { [group in keyof Arm]: number[] };
type Arms = { treated: FilledArm; control: FilledArm };

function armsOf(drawn: Drawn[]): Arms {
  const arms: Arms = {
    treated: { returned: [], others: [] },
    control: { returned: [], others: [] },
  };
  for (const { control, back, result } of drawn) {
    arms[control ? 'control' : 'treated'][back ? 'returned' : 'others'].push(result);
  }
  return arms;
}

/** The inverse of the spread of a difference, but for a factor. */
function tells(arms: Arms): number {
  const [treated, control] = [arms.treated, arms.control].map(
    ({ returned, others }) => returned.length + others.length,
  );
  return (treated! * control!) / (treated! + control!);
}

function labelsOf(db: Db, by: SuccessSplit | null): Map<string, string> {
  const of = {
    agent: () => db.select({ id: apiKeys.keyId, name: apiKeys.name }).from(apiKeys).all(),
    team: () => db.select({ id: teams.teamId, name: teams.name }).from(teams).all(),
  };
  const rows = by === 'agent' || by === 'team' ? of[by]() : [];
  return new Map(rows.map(({ id, name }) => [id, name]));
}

import { caseIdOf } from '../../domain/ids.ts';
import { differences, grouped, rows, type Check, type Row } from './picture.ts';

/* What becomes of cases. */

export const casesAreOneAfterTheOther: Check = (db, { orders }) => {
  const offences: string[] = [];
  const all = rows(db, 'select * from cases order by customer_id, episode');
  for (const [customerId, own] of grouped(all, (row) => String(row.customer_id))) {
    own.forEach((one, i) => {
      if (one.episode !== i + 1 || one.case_id !== caseIdOf(customerId, i + 1)) {
        offences.push(`${one.case_id} is episode ${one.episode}, the ${i + 1}th of ${customerId}`);
      }
      const last = i === own.length - 1;
      if (one.status === 'open' && !last)
        offences.push(`${one.case_id} is open beside a later case`);
    });
  }
  const byId = new Map(all.map((row) => [String(row.case_id), row]));
  const openings = orders.filter(
    ({ action, status }) => action === 'case.open' && [200, 201].includes(status),
  );
  for (const { key, target, answer } of openings) {
    if (byId.get(answer.caseId)?.customer_id !== target) {
      offences.push(`${key} got ${answer.caseId} for ${target}, which does not exist`);
    }
  }
  // A case opened by hand that nobody was told of came from a request that was carried out twice; what was agreed
  // with the customer opens by itself.
  const answered = new Set(openings.map(({ answer }) => answer.caseId));
  for (const { case_id, trigger, opened_by: by } of all) {
    if (trigger === 'manual' && by !== 'recontact' && !answered.has(case_id)) {
      offences.push(`${case_id} was opened by hand, and nobody was told`);
    }
  }
  return offences;
};

/** Every task's life stands in the timeline once, and nothing else does; what was discarded never lived. */
export const timelinesTellTheTasks: Check = (db) => {
  const entries = rows(db, `select *, data ->> '$.type' as type from timeline`);
  const tasks = rows(db, `select * from tasks where close_reason is not 'discarded'`);
  const lines = (code: string, detail?: string) =>
    entries
      .filter((entry) => entry.code === code)
      .map((e) => `${e.case_id} ${e.type} ${detail ? JSON.parse(e.data)[detail] : ''}`);
  const inStatus = (status: string | undefined, detail: (task: Row) => string) =>
    tasks
      .filter((task) => status === undefined || task.status === status)
      .map((task) => `${task.case_id} ${task.type} ${detail(task)}`);
  return [
    ...differences(
      'task-opened',
      inStatus(undefined, () => ''),
      lines('task-opened'),
    ),
    ...differences(
      'task-done',
      inStatus('done', ({ result }) => JSON.parse(result).outcome),
      lines('task-done', 'outcome'),
    ),
    ...differences(
      'task-cancelled',
      inStatus('cancelled', ({ close_reason }) => close_reason),
      lines('task-cancelled', 'reason'),
    ),
  ];
};

export const timelinesHaveNoGaps: Check = (db) =>
  rows(
    db,
    `select case_id, min(seq) as first, max(seq) as last, count(*) as number,
       sum(code = 'opened') as opened, sum(code = 'closed') as closed, status, revision
     from cases left join timeline using (case_id) group by case_id`,
  )
    .filter(
      ({ first, last, number, opened, closed, status, revision }) =>
        revision === 0 ||
        first !== 1 ||
        last !== number ||
        opened !== 1 ||
        closed !== Number(status === 'closed'),
    )
    .map((row) => `${row.case_id}: ${JSON.stringify(row)}`);

export const closedCasesAreAtRest: Check = (db) => [
  ...rows(
    db,
    `select task_id, case_id from tasks join cases using (case_id)
     where tasks.status = 'open' and cases.status = 'closed'`,
  ).map(({ task_id, case_id }) => `${task_id} is open, though ${case_id} is closed`),
  ...rows(
    db,
    `select * from cases where status = 'closed' and (outcome is null or closed_at is null)`,
  ).map(({ case_id }) => `${case_id} is closed without an outcome`),
];

/** An open case waits for something that lies ahead. */
export const nothingStalls: Check = (db) => {
  const overdue = new Date(Date.now() - 10_000).toISOString();
  return rows(
    db,
    `select c.case_id, c.next_due_at, c.paused_until, min(t.deadline_at) as deadline_at
     from cases c left join tasks t on t.case_id = c.case_id and t.status = 'open'
     where c.status = 'open' group by c.case_id`,
  )
    .filter(({ next_due_at, paused_until, deadline_at }) => {
      const until = paused_until ?? deadline_at ?? next_due_at;
      return until === null || until < overdue;
    })
    .map((row) => `${row.case_id} waits for nothing: ${JSON.stringify(row)}`);
};

export const scansEnded: Check = (db) =>
  rows(db, `select * from scans where status <> 'completed'`).map(
    ({ scan_id, status }) => `scan ${scan_id} is ${status}`,
  );

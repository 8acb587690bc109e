import { isDeepStrictEqual } from 'node:util';
import type Database from 'better-sqlite3';
import { caseIdOf } from '../../domain/ids.ts';
import { source, type Journal, type Json, type Order, type SentEvent } from './load.ts';

/*
 * What must be true after everything has settled. Each check reads the database itself, not the program's own
 * queries, and returns a line with the ID for whatever is not as it was promised.
 */

type Row = Record<string, Json>;
type Check = (db: Database.Database, journal: Journal) => string[];

function rows(db: Database.Database, query: string): Row[] {
  return db.prepare(query).all() as Row[];
}

function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, keyOf);
}

/** Tells how often each value of `found` differs from `expected`. */
function differences(what: string, expected: Iterable<string>, found: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const one of expected) counts.set(one, (counts.get(one) ?? 0) + 1);
  for (const one of found) counts.set(one, (counts.get(one) ?? 0) - 1);
  return [...counts]
    .filter(([, missing]) => missing !== 0)
    .map(([one, missing]) =>
      missing > 0
        ? `${what}: ${one} is missing ${missing}×`
        : `${what}: ${one} is ${-missing}× too many`,
    );
}

export const eventsStoredOnce: Check = (db, { events }) => [
  ...differences(
    'events',
    [...events.values()].map(({ id, type, subject, time }) => `${id} ${type} ${subject} ${time}`),
    rows(db, `select * from events where source = '${source}'`).map(
      (row) => `${row.event_id} ${row.type} ${row.customer_id} ${row.time}`,
    ),
  ),
];

export const ordersCountedOnce: Check = (db, { events }) => {
  const sent = new Map<string, SentEvent>();
  for (const event of events.values()) {
    if (event.type === 'purchase.recorded') sent.set(String(event.data['orderId']), event);
  }
  const perCustomer = grouped(sent.values(), ({ subject }) => subject);
  return [
    ...differences(
      'purchases',
      [...sent.values()].map(
        ({ subject, data }) => `${String(data['orderId'])} ${subject} ${String(data['amount'])}`,
      ),
      rows(db, 'select * from purchases').map(
        (row) => `${row.order_id} ${row.customer_id} ${row.amount}`,
      ),
    ),
    ...differences(
      'sums',
      [...perCustomer].map(([customerId, orders]) => {
        const amount = orders.reduce((sum, { data }) => sum + Number(data['amount']), 0);
        return `${customerId} bought ${orders.length}× for ${amount}`;
      }),
      rows(db, 'select * from customers where purchases > 0').map(
        (row) => `${row.customer_id} bought ${row.purchases}× for ${row.total_amount}`,
      ),
    ),
  ];
};

export const newestProfileStands: Check = (db, { events }) => {
  const newest = new Map<string, SentEvent>();
  for (const event of events.values()) {
    if (event.type !== 'customer.updated') continue;
    const known = newest.get(event.subject);
    if (!known || known.time < event.time) newest.set(event.subject, event);
  }
  return differences(
    'names',
    [...newest.values()].map(({ subject, data }) => `${subject} ${String(data['name'])}`),
    rows(db, 'select * from customers').map((row) => `${row.customer_id} ${row.name}`),
  );
};

const factKinds: Record<string, string> = {
  'purchase.recorded': 'purchase',
  'cancellation.received': 'cancellation',
  'cancellation.withdrawn': 'cancellation-withdrawn',
  'customer.objected': 'objection',
  'permission.changed': 'permission',
};

/** A fact is told apart by its time, which no two events share. */
export const factsToldOnce: Check = (db, { events }) => {
  const offences: string[] = [];
  const cases = new Map(rows(db, 'select * from cases').map((row) => [String(row.case_id), row]));
  const told = new Map<string, Row[]>();
  for (const entry of rows(
    db,
    `select t.*, c.customer_id, t.data ->> '$.factAt' as fact_at
     from timeline t join cases c using (case_id) where t.data ->> '$.factAt' is not null`,
  )) {
    const fact = `${entry.customer_id} ${entry.code} ${entry.fact_at}`;
    told.set(fact, [...(told.get(fact) ?? []), entry]);
  }
  const sent = new Set(
    [...events.values()].map(({ subject, type, time }) => `${subject} ${factKinds[type]} ${time}`),
  );
  for (const [fact, entries] of told) {
    const where = entries.map(({ case_id, seq }) => `${case_id}#${seq}`).join(', ');
    if (!sent.has(fact)) offences.push(`fact ${fact} in ${where} was never sent`);
    if (entries.length > 1) offences.push(`fact ${fact} is told ${entries.length}×: ${where}`);
  }

  const messages = rows(db, `select * from outbox where kind = 'fact'`).map((row) => ({
    ...row,
    ...JSON.parse(row.payload),
  }));
  const reported = new Map<string, Row>(
    messages.map((message) => [`${message.customerId} ${message.kind} ${message.at}`, message]),
  );
  for (const [fact, { caseId, done_at }] of reported) {
    if (told.has(fact)) continue;
    const { status, closed_at } = cases.get(caseId)!;
    // It may have come when the case's workflow had ended. While the case was open it must have been heard.
    if (status === 'open' || done_at < closed_at) {
      offences.push(`fact ${fact} was delivered to ${caseId} at ${done_at} and never told there`);
    }
  }

  // An open case is told what still holds for all that was known when it came, not what came too late to matter.
  const orders = new Set<string>();
  const newest = new Map<string, string>();
  const knownOf = (kind: string, of: string) => newest.get(`${kind} ${of}`) ?? '';
  const know = (kind: string, of: string, time: string) => {
    if (time > knownOf(kind, of)) newest.set(`${kind} ${of}`, time);
  };
  for (const row of rows(db, 'select * from events order by event_seq')) {
    const kind = factKinds[row.type];
    if (!kind) continue;
    const orderId = JSON.parse(row.data).orderId;
    if (orderId && orders.has(orderId)) continue;
    if (orderId) orders.add(orderId);
    const { customer_id: customerId, time } = row;
    const stands =
      time > knownOf('cancellation-withdrawn', customerId) &&
      time >= knownOf('purchase', customerId);
    know(kind, customerId, time);
    const current = [...cases.values()].find(
      (one) =>
        one.customer_id === customerId &&
        one.opened_at <= row.received_at &&
        (one.closed_at === null || row.received_at < one.closed_at),
    );
    if (current && kind === 'cancellation' && stands) know('case', current.case_id, time);
    const cancelledAt = current
      ? knownOf('case', current.case_id) ||
        (current.trigger === 'cancellation' ? knownOf('cancellation', customerId) : '')
      : '';
    const holds =
      kind === 'cancellation'
        ? stands
        : kind === 'cancellation-withdrawn'
          ? cancelledAt !== '' && time >= cancelledAt
          : kind !== 'purchase' || time > cancelledAt;
    const fact = `${row.customer_id} ${kind} ${row.time}`;
    const open = [...cases.values()].find(
      (one) =>
        one.customer_id === row.customer_id &&
        one.opened_at < row.received_at &&
        one.opened_at < row.time &&
        (one.closed_at === null || row.received_at < one.closed_at),
    );
    const isNewest = kind !== 'permission' || reported.has(fact);
    if (open && holds && isNewest && !reported.has(fact)) {
      offences.push(`event ${row.event_id} (${fact}) came while ${open.case_id} was open, unheard`);
    }
  }
  return offences;
};

export const completionsKept: Check = (db, { orders }) => {
  const offences: string[] = [];
  const tasks = new Map(rows(db, 'select * from tasks').map((row) => [String(row.task_id), row]));
  const commands = commandsByKey(db);
  const late = grouped(
    rows(db, `select * from timeline where code = 'late-result'`),
    ({ case_id }) => case_id,
  );
  const lateWanted = new Map<string, number>();
  const notes = grouped(
    rows(db, `select task_id, result ->> '$.note' as note from tasks where result is not null`),
    ({ note }) => note,
  );
  for (const order of orders) {
    if (order.action !== 'task.complete') continue;
    const task = tasks.get(order.target);
    const command = commands.get(keyOf(order));
    const { result } = order.body;
    const here = `${order.target} (${order.key}, answered ${order.status})`;
    const done = order.status === 200 || (order.status === 202 && command?.status === 'done');
    const withNote = notes.get(result.note) ?? [];
    if (done) {
      if (task?.status !== 'done') offences.push(`${here} is ${task?.status}, not done`);
      if (!isDeepStrictEqual(JSON.parse(task?.result ?? 'null'), result)) {
        offences.push(`${here} has the result ${task?.result}, not ${JSON.stringify(result)}`);
      }
      if (task?.completed_by !== order.actor) {
        offences.push(`${here} was completed by ${task?.completed_by}, not ${order.actor}`);
      }
      if (withNote.length !== 1) offences.push(`${here}: its note stands ${withNote.length}×`);
      continue;
    }
    if (withNote.length > 0) offences.push(`${here} was refused, but its note stands`);
    if (order.status !== 202) continue;
    if (command?.status !== 'rejected') offences.push(`${here} was kept and is ${command?.status}`);
    if (!isDeepStrictEqual(JSON.parse(command?.request ?? 'null')?.result, result)) {
      offences.push(`${here} was kept, but its text is lost`);
    }
    if (JSON.parse(command?.error ?? 'null')?.code === 'task-not-open') {
      const caseId = String(task?.case_id);
      lateWanted.set(caseId, (lateWanted.get(caseId) ?? 0) + 1);
    }
  }
  for (const [caseId, wanted] of lateWanted) {
    const found = late.get(caseId)?.length ?? 0;
    if (found < wanted)
      offences.push(`${caseId} tells of ${found} late results instead of ${wanted}`);
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

export const managersObeyed: Check = (db, { orders }) => {
  const cases = new Map(rows(db, 'select * from cases').map((row) => [String(row.case_id), row]));
  const taskCase = new Map(
    rows(db, 'select * from tasks').map((row) => [String(row.task_id), String(row.case_id)]),
  );
  const commands = commandsByKey(db);
  const done = orders.filter(
    (order) =>
      order.status === 200 ||
      (order.status === 202 && commands.get(keyOf(order))?.status === 'done'),
  );
  const of = (action: string) => done.filter((order) => order.action === action);
  const entries = (code: string, detail: string) =>
    rows(db, `select * from timeline where code = '${code}'`).map(
      (entry) => `${entry.case_id} ${JSON.parse(entry.data)[detail]}`,
    );
  const resumed = grouped(
    rows(db, `select * from timeline where code = 'resumed' and data ->> '$.byManager' = 1`),
    ({ case_id }) => case_id,
  );
  const resumes = grouped(of('case.resume'), ({ target }) => target);
  return [
    ...of('case.close')
      .filter(({ target }) => cases.get(target)?.status !== 'closed')
      .map(({ target, key }) => `${target} was to be closed by ${key} and is open`),
    ...[...cases.values()]
      .filter(({ outcome }) => outcome === 'closed-by-manager')
      .filter(({ case_id }) => !of('case.close').some(({ target }) => target === case_id))
      .map(({ case_id }) => `${case_id} was closed by no manager`),
    ...differences(
      'paused',
      of('case.pause').map(({ target, body }) => `${target} ${body.until}`),
      entries('paused', 'until'),
    ),
    ...[...resumed]
      .filter(([caseId, told]) => told.length > (resumes.get(caseId)?.length ?? 0))
      .map(([caseId, told]) => `${caseId} was resumed ${told.length}×, more than it was told to`),
    ...differences(
      'rescheduled',
      of('task.reschedule').map(({ target, body }) => `${taskCase.get(target)} ${body.dueAt}`),
      entries('task-rescheduled', 'dueAt'),
    ),
  ];
};

export const claimsStand: Check = (db, { orders }) => {
  const assignees = new Map(
    rows(db, 'select * from tasks').map((row) => [String(row.task_id), String(row.assignee)]),
  );
  return orders
    .filter(({ action, status }) => action === 'task.claim' && status === 200)
    .filter(({ target, actor }) => assignees.get(target) !== actor)
    .map(({ target, actor }) => `${target} was claimed by ${actor}, not ${assignees.get(target)}`);
};

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
  // A case opened by hand that nobody was told of came from a request that was carried out twice.
  const answered = new Set(openings.map(({ answer }) => answer.caseId));
  for (const { case_id, trigger } of all) {
    if (trigger === 'manual' && !answered.has(case_id)) {
      offences.push(`${case_id} was opened by hand, and nobody was told`);
    }
  }
  return offences;
};

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

export const auditComplete: Check = (db, { orders }) => {
  const offences = rows(db, `select * from commands where status = 'pending'`).map(
    ({ command_id, action, target }) => `${command_id} (${action} ${target}) is pending`,
  );
  const commands = grouped(
    rows(db, 'select * from commands where idempotency_key is not null'),
    (row) => `${row.actor} ${row.idempotency_key}`,
  );
  const sent = new Set<string>();
  for (const order of orders) {
    sent.add(keyOf(order));
    const found = commands.get(keyOf(order)) ?? [];
    const here = `${order.action} ${order.target} (${order.key}, answered ${order.status})`;
    if (order.status >= 400) {
      if (found.some(({ status }) => status === 'done')) offences.push(`${here} was done`);
      continue;
    }
    if (found.length !== 1) {
      if (order.action !== 'task.claim') offences.push(`${here} has ${found.length} rows`);
    } else if (found[0]!.action !== order.action) {
      offences.push(`${here} is recorded as ${found[0]!.action}`);
    } else if (order.status !== 202 && found[0]!.status !== 'done') {
      offences.push(`${here} is recorded as ${found[0]!.status}`);
    }
  }
  // Taking what one has already changes nothing and is not recorded.
  const claims = rows(db, `select target, actor from commands where action = 'task.claim'`);
  const claimed = orders.filter(({ action, status }) => action === 'task.claim' && status === 200);
  offences.push(
    ...differences(
      'audit of claims',
      new Set(claimed.map(({ target, actor }) => `${target} by ${actor}`)),
      claims.map(({ target, actor }) => `${target} by ${actor}`),
    ),
  );
  for (const key of commands.keys()) {
    if (!sent.has(key)) offences.push(`nobody sent the command with the key ${key}`);
  }
  return offences;
};

export const scansEnded: Check = (db) =>
  rows(db, `select * from scans where status <> 'completed'`).map(
    ({ scan_id, status }) => `scan ${scan_id} is ${status}`,
  );

function commandsByKey(db: Database.Database): Map<string, Row> {
  return new Map(
    rows(db, 'select * from commands where idempotency_key is not null').map((row) => [
      `${row.actor} ${row.idempotency_key}`,
      row,
    ]),
  );
}

function keyOf({ actor, key }: Order): string {
  return `${actor} ${key}`;
}

import { isDeepStrictEqual } from 'node:util';
import type Database from 'better-sqlite3';
import type { Order } from './load.ts';
import { differences, grouped, rows, type Check, type Row } from './picture.ts';

/* What people have asked for, and were answered. */

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

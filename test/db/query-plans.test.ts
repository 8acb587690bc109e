import { describe, expect, it } from '@jest/globals';
import { playbookResults } from '../../db/arms.ts';
import { assigneeOfNew } from '../../db/assignment.ts';
import { listCases, openCaseCount, openCaseOf, openCasesPage, timelineOf } from '../../db/cases.ts';
import { beginCommand, findByIdempotencyKey, finishCommand } from '../../db/commands.ts';
import { noticeComplaints } from '../../db/complaints.ts';
import { customersForScan, listCustomers, purchaseHistory } from '../../db/customers.ts';
import { acceptEvents } from '../../db/events.ts';
import { nextTask } from '../../db/handing-out.ts';
import { bookAll, judgeDue } from '../../db/ledger.ts';
import type { Db } from '../../db/open.ts';
import { nextMessages, outboxBacklog } from '../../db/outbox.ts';
import { closeOverduePreventiveTasks, preventiveTaskOf } from '../../db/preventive-tasks.ts';
import { successFigures } from '../../db/reports.ts';
import { listTasks } from '../../db/tasks.ts';
import { createTeam } from '../../db/teams.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { CaseFilter, SalesEvent, TaskFilter } from '../../domain/records.ts';
import { withDatabase } from '../support/database.ts';
import { unlessRefused } from '../support/policies.ts';
import { anna, anOpenCase, event, minute, ordered } from './given.ts';

/* On SQLite alone: what the lists cost must not grow with the number of rows. */

type Question = (db: Db) => Promise<unknown>;

/** How SQLite runs the statements of `ask`, on a new connection, where none is prepared yet. */
async function plansOf(connect: () => Promise<Db>, ask: Question): Promise<string[]> {
  const db = await connect();
  const { $client: client } = db;
  const statements: string[] = [];
  const prepare = client.prepare.bind(client);
  const recording = (source: string) => {
    statements.push(source);
    return prepare(source);
  };
  await ask(Object.assign(db, { $client: Object.assign(client, { prepare: recording }) }));
  return statements.flatMap((source) => {
    const nulls = Array<null>(source.split('?').length - 1).fill(null);
    const rows = prepare(`explain query plan ${source}`).all(...nulls);
    return rows.map((row) => (row as { detail: string }).detail);
  });
}

/**
 * The whole table (call_hours has 168 rows for ever, teams a few, waiting_events one for each large batch of the last
 * seconds), or a sorting of more than is given back.
 */
const grows =
  /^SCAN (?!outbox USING INDEX outbox_undone|json_each|call_hours|teams|waiting_events)|TEMP B-TREE/;

async function expectIndexed(connect: () => Promise<Db>, ask: Question): Promise<void> {
  const plans = await plansOf(connect, ask);
  expect(plans).not.toEqual([]);
  expect(plans.filter((plan) => grows.test(plan))).toEqual([]);
}

const cursorOf = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

describe('the inbox', () => {
  const filters: [TaskFilter, string][] = [
    [{}, 'tasks_inbox'],
    [{ status: 'open' }, 'tasks_inbox'],
    [{ status: 'open', dueBefore: minute(1) }, 'tasks_inbox'],
    [{ status: 'open', assignee: 'anna' }, 'tasks_assignee'],
    [{ status: 'open', assignee: null }, 'tasks_assignee'],
    [{ status: 'done', assignee: 'anna', dueBefore: minute(1) }, 'tasks_assignee'],
    [{ status: 'open', type: 'letter' }, 'tasks_type'],
    [{ status: 'open', type: 'letter', dueBefore: minute(1) }, 'tasks_type'],
    [{ caseId: 'C1-e1' }, 'tasks_case'],
    [{ caseId: 'C1-e1', status: 'open', assignee: 'anna' }, 'tasks_case'],
    [{ status: 'open', escalated: true }, 'tasks_escalated'],
    [{ sign: 'complaint-unanswered' }, 'tasks_sign'],
    [{ status: 'open', sign: 'complaint-unanswered', dueBefore: minute(1) }, 'tasks_sign'],
  ];

  it.each(filters)('finds %j by %s, in order, on every page', (filter, index) =>
    withDatabase(async ({ connect }) => {
      for (const cursor of [undefined, cursorOf('tasks', minute(1), 't1')]) {
        const list = (db: Db) => listTasks(db, filter, { limit: 20, cursor });
        await expectIndexed(connect, list);
        for (const plan of await plansOf(connect, list)) expect(plan).toContain(`INDEX ${index} `);
      }
    }),
  );
});

describe('the work of a team', () => {
  it('is handed out, and looked for, by indexes in their order', () =>
    withDatabase(async ({ connect }) => {
      const asking = { actor: anna, teamId: null, policy: unlessRefused, at: minute(1) };
      const ask = (db: Db) => nextTask(db, { ...asking, idempotencyKey: null });
      const plans = await plansOf(connect, ask);
      expect(plans.filter((plan) => grows.test(plan))).toEqual([]);
      const indexes = plans.flatMap((plan) => /^SEARCH tasks .*INDEX (\w+)/.exec(plan)?.[1] ?? []);
      expect(indexes.sort()).toEqual([
        'sqlite_autoindex_tasks_1',
        'tasks_assignee',
        'tasks_assignee',
        'tasks_assignee',
        'tasks_last_worker',
        'tasks_queue',
        'tasks_queue',
      ]);
    }));

  it('is given to who worked with the customer last by an index', () =>
    withDatabase(async ({ connect }) => {
      const team = { teamId: 'recovery', name: 'x', assignment: 'balanced' } as const;
      await createTeam(await connect(), team, ordered);
      const fields = { customerId: 'C1', queue: null, dueAt: minute(1), tier: null };
      const task = { ...fields, type: 'letter' } as const;
      const plans = await plansOf(connect, async (db) =>
        assigneeOfNew(db, task, () => standardPolicy),
      );
      expect(plans.filter((plan) => grows.test(plan))).toEqual([]);
      expect(plans).toContainEqual(expect.stringContaining('INDEX tasks_last_worker '));
    }));
});

describe('the list of cases', () => {
  const filters: [CaseFilter, string][] = [
    [{}, 'cases_list'],
    [{ status: 'open' }, 'cases_list'],
    [{ status: 'open', step: 'measures' }, 'cases_step'],
    [{ status: 'open', trigger: 'dormancy' }, 'cases_trigger'],
    [{ status: 'closed', tier: 'A' }, 'cases_tier'],
    [{ tier: 'A' }, 'cases_tier'],
    [{ status: 'closed', cause: 'no-need' }, 'cases_cause'],
    [{ outcome: 'lost' }, 'cases_outcome'],
  ];

  it.each(filters)('finds %j by %s, in order, on every page', (filter, index) =>
    withDatabase(async ({ connect }) => {
      for (const cursor of [undefined, cursorOf('cases', minute(1), 'C1-e1')]) {
        const list = (db: Db) => listCases(db, filter, { limit: 20, cursor });
        await expectIndexed(connect, list);
        for (const plan of await plansOf(connect, list)) expect(plan).toContain(`INDEX ${index} `);
      }
    }),
  );

  it('finds what is due by its due time, longest due first, on every page', () =>
    withDatabase(async ({ connect }) => {
      for (const cursor of [undefined, cursorOf('due-cases', minute(1), 'C1-e1')]) {
        const list = (db: Db) => listCases(db, { dueBefore: minute(2) }, { limit: 20, cursor });
        await expectIndexed(connect, list);
        expect((await plansOf(connect, list))[0]).toContain('INDEX cases_due ');
      }
    }));

  it('finds the cases of one customer, and of an agent with open tasks, by index', () =>
    withDatabase(async ({ connect }) => {
      const page = { limit: 20, cursor: cursorOf('cases', minute(1), 'C1-e1') };
      const ofCustomer = await plansOf(connect, (db) => listCases(db, { customerId: 'C1' }, page));
      expect(ofCustomer[0]).toContain('INDEX cases_customer_episode (customer_id=?)');
      const ofAgent = await plansOf(connect, (db) => listCases(db, { assignee: 'anna' }, page));
      expect(ofAgent.join()).toContain('INDEX tasks_assignee (status=? AND assignee=?)');
    }));
});

describe('everything else that is asked often', () => {
  it('goes by index', () =>
    withDatabase(async ({ db: first, connect }) => {
      const { caseId } = await anOpenCase(first, 'C1');
      const customers = { limit: 20, cursor: cursorOf('customers', 'C1') };
      const command = {
        commandId: 'c1',
        actor: anna,
        action: 'task.complete',
        target: 't1',
        caseId,
        request: {},
        idempotencyKey: 'k1',
        at: minute(1),
        lease: minute(2),
      };
      const answer = { complaintId: 'T1', answeredAt: minute(1) };
      const refusal = { channel: 'phone', granted: false };
      const policy = { ...standardPolicy, version: 'standard-1' };
      const hear = (db: Db, told: SalesEvent) =>
        acceptEvents(db, { events: [told], policy, at: minute(3), actor: anna });
      const questions: Question[] = [
        (db) => listCustomers(db, customers),
        (db) => purchaseHistory(db, 'C1'),
        (db) => timelineOf(db, caseId),
        (db) => openCaseOf(db, 'C1'),
        (db) => openCaseCount(db),
        (db) => nextMessages(db, { now: minute(1), limit: 20 }),
        (db) => outboxBacklog(db),
        (db) => beginCommand(db, command),
        (db) => findByIdempotencyKey(db, 'anna', 'k1'),
        (db) => finishCommand(db, { commandId: 'c1', status: 'done', at: minute(3) }),
        (db) => preventiveTaskOf(db, 'C1'),
        (db) => closeOverduePreventiveTasks(db, minute(3)),
        (db) => noticeComplaints(db, { policy, at: minute(3) }),
        (db) => hear(db, event('cancellation.considered', 'C1')),
        (db) => hear(db, event('complaint.recorded', 'C1', { data: answer })),
        (db) => hear(db, event('permission.changed', 'C1', { data: refusal })),
      ];
      for (const question of questions) await expectIndexed(connect, question);
    }));

  it('finds the returns to be judged by their time', () =>
    withDatabase(async ({ connect }) => {
      const plans = await plansOf(connect, (db) => judgeDue(db, minute(1)));
      expect(plans).toContainEqual(expect.stringContaining('INDEX case_figures_pending '));
    }));

  it('finds how a playbook has done by cause and tier', () =>
    withDatabase(async ({ connect }) => {
      const of = { cause: 'neglected', tier: 'B', judgedAfter: '1d', at: minute(0) } as const;
      const arms = [{ playbookId: 'own', version: 1 }];
      const plans = await plansOf(connect, (db) => playbookResults(db, arms, of));
      expect(plans).toEqual([
        expect.stringContaining('INDEX case_figures_arms (cause=? AND tier=?'),
      ]);
    }));

  it('books a case by what lies side by side', () =>
    withDatabase(async ({ db, connect }) => {
      await anOpenCase(db, 'C1');
      const plans = await plansOf(connect, (db) => bookAll(db, minute(3)));
      const whole =
        /^SCAN (?!CONSTANT ROW|\(subquery|cases USING COVERING|case_figures USING (COVERING|INDEX case_figures_unjudged))/;
      expect(plans.filter((plan) => whole.test(plan))).toEqual([]);
      expect(plans).toContainEqual(expect.stringContaining('INDEX ledger_case '));
    }));

  it('walks through the open cases without meeting a closed one', () =>
    withDatabase(async ({ connect }) => {
      for (const after of [null, 'C1-e1']) {
        expect(await plansOf(connect, (db) => openCasesPage(db, { after, limit: 20 }))).toEqual([
          'SEARCH cases USING INDEX cases_walk (status=? AND case_id>?)',
        ]);
      }
    }));

  it("finds a customer's purchases side by side", () =>
    withDatabase(async ({ connect }) => {
      const plans = await plansOf(connect, (db) => purchaseHistory(db, 'C1'));
      // Said of tables without a row ID alone.
      expect(plans).toContain('SEARCH purchases USING PRIMARY KEY (customer_id=?)');
    }));

  it('reads of the customers only what a page of the scan needs', () =>
    withDatabase(async ({ connect }) => {
      const [page] = await plansOf(connect, (db) =>
        customersForScan(db, { after: 'C1', limit: 20 }),
      );
      expect(page).toMatch(/^SEARCH customers USING INDEX \w+ \(customer_id>\?\)$/);
    }));

  it('reads of the cases only those decided in the period of a report', () =>
    withDatabase(async ({ connect }) => {
      const [page] = await plansOf(connect, (db) =>
        successFigures(db, null, {
          filter: { from: minute(1), to: minute(2) },
          ...{ recoveryTeam: 'recovery', at: minute(3), pick: () => 0 },
        }),
      );
      expect(page).toContain('INDEX case_figures_decided (decided_at>? AND decided_at<?)');
    }));
});

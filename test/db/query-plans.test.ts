import { describe, expect, it } from '@jest/globals';
import { offerResults, playbookResults } from '../../db/arms.ts';
import { assigneeOfNew } from '../../db/assignment.ts';
import { listAudit } from '../../db/audit.ts';
import { countBoard, countFiltered, listBoard, loads } from '../../db/board.ts';
import { causeFigures } from '../../db/cause-report.ts';
import { listCases, openCaseCount, openCaseOf, openCasesPage, timelineOf } from '../../db/cases.ts';
import { beginCommand, findByIdempotencyKey, finishCommand } from '../../db/commands.ts';
import { noticeComplaints } from '../../db/complaints.ts';
import { customersForScan, listCustomers, purchaseHistory } from '../../db/customers.ts';
import { acceptEvents } from '../../db/events.ts';
import { nextTask } from '../../db/handing-out.ts';
import { createKey } from '../../db/keys.ts';
import { bookAll, judgeDue } from '../../db/ledger.ts';
import { lossesOf } from '../../db/losses.ts';
import type { Db } from '../../db/open.ts';
import { nextMessages, outboxBacklog } from '../../db/outbox.ts';
import { closeOverduePreventiveTasks, preventiveTaskOf } from '../../db/preventive-tasks.ts';
import { reportCases } from '../../db/report-cases.ts';
import { successFigures } from '../../db/reports.ts';
import { tasks } from '../../db/schema.ts';
import { listTasks } from '../../db/tasks.ts';
import { createTeam } from '../../db/teams.ts';
import type { CaseSet } from '../../domain/report-cases.ts';
import type { OptimisationPolicy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { CaseFilter, SalesEvent, TaskFilter } from '../../domain/records.ts';
import type { AuditFilter } from '../../domain/users.ts';
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

describe('what an agent sees of the inbox', () => {
  const ofTeam = { keyId: 'anna', only: ['service', 'shop'] };
  const ofTheRest = { keyId: 'anna', allBut: ['service'] };
  const filters: [TaskFilter, string[]][] = [
    [{ status: 'open', sight: ofTeam }, ['tasks_team', 'tasks_team', 'tasks_assignee']],
    [{ status: 'open', sight: ofTheRest }, ['tasks_inbox']],
    [{ status: 'open', type: 'letter', sight: ofTeam }, ['tasks_type']],
    [{ status: 'open', assignee: 'anna', sight: ofTeam }, ['tasks_assignee']],
    [{ caseId: 'C1-e1', status: 'open', sight: ofTheRest }, ['tasks_case']],
  ];

  it.each(filters)('is found for %j by %j, in order, on every page', (filter, indexes) =>
    withDatabase(async ({ connect }) => {
      for (const cursor of [undefined, cursorOf('tasks', minute(1), 't1')]) {
        const list = (db: Db) => listTasks(db, filter, { limit: 20, cursor });
        await expectIndexed(connect, list);
        const plans = await plansOf(connect, list);
        const used = plans.flatMap((plan) => /INDEX (\w+)/.exec(plan)?.[1] ?? []);
        expect(used).toEqual(indexes);
      }
    }),
  );

  it('goes through cases by their own order', () =>
    withDatabase(async ({ connect }) => {
      for (const sight of [ofTeam, ofTheRest]) {
        await expectIndexed(connect, (db) => listCases(db, { sight }, { limit: 20 }));
      }
    }));
});

describe('the audit', () => {
  const filters: [AuditFilter, string][] = [
    [{}, 'commands_newest'],
    [{ from: minute(0), until: minute(9) }, 'commands_newest'],
    [{ actor: 'anna' }, 'commands_actor'],
    [{ action: 'session.begin' }, 'commands_action'],
    [{ target: 'anna' }, 'commands_target'],
  ];

  it.each(filters)('finds %j by %s, in order, on every page', (filter, index) =>
    withDatabase(async ({ connect }) => {
      for (const cursor of [undefined, cursorOf('audit', minute(1), 'c1')]) {
        const list = (db: Db) => listAudit(db, filter, { limit: 20, cursor });
        const [plan, ...others] = await plansOf(connect, list);
        expect(`${plan} `).toContain(`INDEX ${index} `);
        // Of no entries there are no names.
        expect(others).toEqual(['SCAN api_keys']);
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

describe('the cases behind a figure', () => {
  const sets: [CaseSet, string][] = [
    ['opened', 'INDEX cases_list '],
    ['losses', 'INDEX cases_list '],
    ['decided', 'INDEX case_figures_decided '],
    ['returned', 'INDEX case_figures_returned '],
    ['control', 'INDEX case_figures_observed '],
  ];

  it.each(sets)('are found of %s by index, the latest first', (set, index) =>
    withDatabase(async ({ connect }) => {
      const comparison = { objective: 'regained', currency: 'EUR', judgedAfter: '30d' } as const;
      const asked = {
        set,
        recoveryTeam: 'recovery',
        comparison,
        sight: null,
        at: minute(1),
      } as const;
      const page = { limit: 20, cursor: cursorOf('report-cases', minute(1), 'C1-e1') };
      const plans = await plansOf(connect, (db) => reportCases(db, { ...asked, filter: {} }, page));
      expect(plans[0]).toContain(index);
      // The one share that the uplift takes is chosen among few, by a question of its own.
      const sorted = plans.filter((plan) => plan === 'USE TEMP B-TREE FOR ORDER BY');
      expect(sorted).toHaveLength(set === 'control' ? 1 : 0);
    }),
  );
});

describe('the board', () => {
  const thresholds = { behindBefore: minute(2), stuckBefore: minute(1) };

  it('counts by one index alone', () =>
    withDatabase(async ({ connect }) => {
      for (const filter of [{}, { tier: 'A', trigger: 'dormancy', pace: 'behind' } as const]) {
        const plans = await plansOf(connect, (db) => countBoard(db, filter, thresholds));
        expect(plans).toEqual([expect.stringContaining('COVERING INDEX cases_board ')]);
        const views = await plansOf(connect, (db) =>
          countFiltered(db, [filter], { thresholds, atMost: 100 }),
        );
        expect(views).toContainEqual(expect.stringMatching(/COVERING INDEX cases_(board|step) /));
      }
    }));

  it('finds the cases of a step in the order in which they wait, on every page', () =>
    withDatabase(async ({ connect }) => {
      for (const cursor of [undefined, cursorOf('board', minute(1), 'C1-e1')]) {
        for (const filter of [{}, { tier: 'A' }, { pace: 'stuck' }, { pace: 'behind' }] as const) {
          const asked = { step: 'measures', ...filter } as const;
          const list = (db: Db) => listBoard(db, asked, thresholds, { limit: 20, cursor });
          await expectIndexed(connect, list);
          expect((await plansOf(connect, list))[0]).toContain('INDEX cases_board ');
        }
      }
    }));

  it('knows by one index who has how much to do', () =>
    withDatabase(async ({ connect }) => {
      const plans = await plansOf(connect, (db) => loads(db, minute(1)));
      expect(plans).toEqual([expect.stringContaining('COVERING INDEX tasks_assignee ')]);
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

  it('finds how a playbook or an offer has done by cause and tier', () =>
    withDatabase(async ({ connect }) => {
      const policy: OptimisationPolicy = {
        ...{ floorPercent: 5, stopAtPercent: 95, casesAtMost: 100, judgedAfter: '1d' },
        objective: 'margin',
      };
      const of = { cause: 'neglected', tier: 'B', currency: 'EUR', at: minute(0) } as const;
      const arms = [{ playbookId: 'own', version: 1 }];
      const found = expect.stringContaining('INDEX case_figures_arms (cause=? AND tier=?');
      for (const ask of [
        (db: Db) => playbookResults(db, arms, { ...of, policy }),
        (db: Db) => offerResults(db, ['credit'], { ...of, policy }),
      ]) {
        const plans = await plansOf(connect, ask);
        expect(plans).toContainEqual(found);
        // What was found is summed in passing.
        const growing = plans.filter((plan) => /^SCAN/.test(plan));
        expect(growing).toEqual(['SCAN counted']);
      }
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

  it('reads of the work only the cases of one agent at a time, by index', () =>
    withDatabase(async ({ db: first, connect }) => {
      const { record } = await createKey(first, { name: 'Anna', role: 'agent', at: minute(0) });
      const done = { step: 'measures', status: 'done', attempt: 1, type: 'letter' } as const;
      const times = { createdAt: minute(0), dueAt: minute(0), deadlineAt: minute(0) };
      const of = { taskId: 't1', caseId: 'C1-e1', customerId: 'C1', completedBy: record.keyId };
      first
        .insert(tasks)
        .values({ ...done, ...times, ...of })
        .run();
      const asked = { filter: {}, recoveryTeam: 'recovery', at: minute(3), pick: () => 0 };
      const plans = await plansOf(connect, (db) => successFigures(db, 'agent', asked));
      expect(plans).toContainEqual(
        expect.stringContaining('COVERING INDEX tasks_done_by (completed_by>?)'),
      );
      expect(plans).toContainEqual(
        expect.stringContaining('COVERING INDEX tasks_parts_by (completed_by=? AND case_id>?)'),
      );
      expect(plans.filter((plan) => plan.includes('FOR DISTINCT'))).toEqual([]);
    }));

  it('reads for the uplift only cases that were in the draw', () =>
    withDatabase(async ({ connect }) => {
      const asked = { filter: {}, recoveryTeam: 'recovery', at: minute(3), pick: () => 0 };
      const plans = await plansOf(connect, (db) => successFigures(db, null, asked));
      expect(plans).toContainEqual(
        expect.stringMatching(/^SEARCH control_draws USING INDEX \S+ \(case_id=\?\)$/),
      );
    }));

  it('reads the causes of losses in the order of time, and further ones where any are named', () =>
    withDatabase(async ({ db: first, connect }) => {
      await anOpenCase(first, 'C1');
      const plans = await plansOf(connect, (db) => causeFigures(db, {}));
      const losses = plans.filter((plan) => plan.includes(' cases ') && !/case_id=/.test(plan));
      expect(losses.length).toBeGreaterThan(0);
      for (const plan of losses) expect(plan).toContain('COVERING INDEX cases_losses');
      expect(plans).toContainEqual(expect.stringContaining('INDEX case_causes_further'));
    }));

  it('counts the losses of a topic by its cause', () =>
    withDatabase(async ({ connect }) => {
      const topic = { cause: 'neglected', category: null, product: 'box', region: null } as const;
      const period = { from: minute(1), to: minute(2) };
      const plans = await plansOf(connect, async (db) => lossesOf(db, topic, period));
      expect(plans).toContainEqual(
        expect.stringContaining('INDEX cases_cause (status=? AND cause=? AND opened_at>?'),
      );
    }));
});

import { createKey } from '../db/keys.ts';
import { bookAll } from '../db/ledger.ts';
import { findRises } from '../db/loss-rises.ts';
import type { Db } from '../db/open.ts';
import { storePolicy } from '../db/policies.ts';
import { proposeActions } from '../db/prevention-actions.ts';
import type {
  caseCauses,
  caseOffers,
  cases,
  contacts,
  controlDraws,
  customers,
  pointEntries,
  preventionActions,
  purchases,
  tasks,
} from '../db/schema.ts';
import { caseIdOf, taskIdOf } from '../domain/ids.ts';
import type { MeasurePlan } from '../domain/measure-plan.ts';
import { topicKey } from '../domain/prevention.ts';
import { standardPolicy } from '../domain/standard-policy.ts';
import type { TaskType } from '../domain/tasks.ts';
import { causes, tiers, triggers } from '../domain/words.ts';
import { progress, spread } from './figures.ts';

const agents = 20;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Beside so many closed cases one is open. */
const closedPerOpen = 20;
const types: TaskType[] = ['cause-call', 'recovery-call', 'offer-call', 'letter'];
const plan: MeasurePlan = (['call', 'offer', 'letter'] as const).map((kind, i) => ({
  ...{ id: `${kind}-${i + 1}`, kind, afterDays: 3, status: 'done', result: 'refused' },
  on: { refused: 'next', 'not-reached': 'next', accepted: 'end' },
}));

/**
 * Two years of a company: closed cases with what a case leaves behind (four tasks and contacts, a cause, often an offer),
 * their customers with about six purchases, of which one in four has come back; beside them open cases, points and
 * prevention actions. Rows go into the tables as they are, in one transaction; the engine then books every case and looks
 * for rises and topics as the worker does.
 */
export async function fillWithClosedCases(db: Db, closed: number): Promise<void> {
  const now = Date.now();
  const policy = { ...standardPolicy, version: 'standard-1' };
  await storePolicy(db, standardPolicy, iso(now));
  const keys: string[] = [];
  for (let i = 1; i <= agents; i += 1) {
    const { record } = await createKey(db, { name: `Agent ${i}`, role: 'agent', at: iso(now) });
    keys.push(record.keyId);
  }
  const seconds = secondsSince(performance.now());
  // Nobody misses this database after a power failure.
  db.$client.pragma('synchronous = OFF');
  const add = adding(db);
  db.transaction(() => {
    const all = closed + Math.ceil(closed / closedPerOpen);
    for (let i = 0; i < all; i += 1) addCase(add, { i, isOpen: i >= closed, keys, now });
    for (let i = 0; i < 12; i += 1) addAction(add, { i, now });
  });
  progress(`reports: rows of ${closed} closed cases in ${seconds()} s`);
  await timed('booked', () => bookAll(db, iso(now)));
  await timed('rises found', () => findRises(db, { policy, at: iso(now) }));
  await timed('actions proposed', () => proposeActions(db, { policy, at: iso(now) }));
}

type Add = ReturnType<typeof adding>;

function addCase(
  add: Add,
  { i, isOpen, keys, now }: { i: number; isOpen: boolean; keys: string[]; now: number },
): void {
  const draw = (choices: number, salt: number) => spread(i * 31 + salt) % choices;
  const customerId = `C-${i}`;
  const caseId = caseIdOf(customerId, 1);
  const daysAgo = isOpen ? 1 + draw(35, 1) : 36 + draw(685, 1);
  const openedMs = now - daysAgo * dayMs - draw(1_000_000, 2);
  const openedAt = iso(openedMs);
  const regained = !isOpen && draw(4, 3) === 0;
  const regainedMs = openedMs + Math.min(daysAgo - 3, 1 + draw(60, 4)) * dayMs;
  const closedMs = openedMs + Math.min(daysAgo - 1, regained ? 240 : 100) * dayMs;
  const controlGroup = draw(20, 5) === 0;
  const cause = causes[draw(causes.length, 8)]!;
  const product = `product-${draw(30, 13)}`;
  const agent = (salt: number) => keys[draw(keys.length, salt)]!;
  const lostOrNot = draw(5, 15) === 0 ? 'lost-again' : 'loyal-again';
  const trigger = triggers[draw(3, 6)]!;
  const tier = tiers[draw(4, 7)]!;

  add.customers({
    ...{ customerId, name: `Kunde ${i}`, kind: 'consumer', country: 'DE', createdAt: openedAt },
    ...{ updatedAt: openedAt, extra: { region: `DE-${draw(16, 14)}`, product } },
  });
  const bought = [200 + draw(400, 16), 90, 40, 2, ...(regained ? [-1, -20, -50] : [])];
  bought.forEach((daysBefore, n) => {
    const purchasedMs =
      daysBefore < 0 ? regainedMs - (daysBefore + 1) * dayMs : openedMs - daysBefore * dayMs;
    add.purchases({
      ...{ customerId, orderId: `${i}-${n}`, purchasedAt: iso(purchasedMs), currency: 'EUR' },
      ...{ amount: 1_000 + draw(9_000, 50 + n), product },
    });
  });
  add.cases({
    ...{ caseId, customerId, episode: 1, status: isOpen ? 'open' : 'closed', revision: 3 },
    ...{ step: 'success-control', trigger, openedBy: 'bench' },
    ...{ openedAt, lostAt: iso(openedMs - dayMs), closedAt: isOpen ? null : iso(closedMs) },
    ...{ tier, cause, assessedCause: draw(10, 17) < 7 ? cause : null },
    playbookId: controlGroup ? null : `playbook-${draw(12, 9)}`,
    playbookVersion: controlGroup ? null : 1 + draw(3, 10),
    ...{ decision: 'pursue', controlGroup, contacted: !controlGroup && draw(3, 11) > 0 },
    outcome: isOpen ? null : regained ? lostOrNot : controlGroup ? 'control-group' : 'lost',
    regainedAt: regained ? iso(regainedMs) : null,
    regainedBy: regained ? 'purchase' : null,
    ...{ secondLifetimeValue: 2_000 + draw(20_000, 12), policyVersion: 'standard-1' },
    ...{ statedReason: 'Too many deliveries came late, and nobody called back. '.repeat(3), plan },
  });
  add.control_draws({
    ...{ caseId, trigger, tier, percent: 5, place: i, drawn: controlGroup, at: openedAt },
  });
  if (draw(10, 17) < 7) {
    add.case_causes({
      ...{ statementId: `${caseId}-cause`, caseId, layer: 'assessed', cause, at: openedAt },
      ...{ category: draw(2, 18) === 0 ? `${cause}.own-${draw(3, 19)}` : null, by: agent(20) },
      furtherCauses: draw(5, 21) === 0 ? [causes[draw(causes.length, 22)]!] : [],
    });
  }
  // The control group gets no measures.
  if (isOpen || controlGroup) return;
  types.forEach((type, n) => {
    const taskId = taskIdOf(caseId, type, 1);
    const outcome = draw(2, 40 + n) === 0 ? 'no-answer' : 'refused';
    const closedAt = iso(openedMs + (n + 1) * hourMs);
    add.tasks({
      ...{ taskId, caseId, customerId, type, attempt: 1, step: 'measures', status: 'done' },
      measureId: type === 'cause-call' ? null : `${type}-1`,
      queue: draw(5, 23 + n) === 0 ? 'service' : null,
      ...{ createdAt: openedAt, dueAt: openedAt, deadlineAt: openedAt, closedAt },
      ...{ completedBy: agent(30 + n), result: { outcome, note: 'Was friendly, and is away.' } },
    });
    add.contacts({
      ...{ commandId: taskId, taskId, caseId, customerId, purpose: 'recovery', outcome },
      ...{ channel: type === 'letter' ? 'letter' : 'phone', at: closedAt, permitted: true },
      reason: 'granted',
    });
  });
  if (draw(3, 24) === 0) {
    add.case_offers({
      ...{ caseId, measureId: 'offer-call-1', offerId: `offer-${draw(6, 25)}`, customerId },
      ...{ cost: 500 + draw(2_000, 26), validDays: 30, status: 'granted', proposedAt: openedAt },
      ...{ grantedAt: openedAt, code: `${caseId}-code` },
    });
  }
  if (!regained) return;
  for (const [n, points] of [70, 30].entries()) {
    const dueAt = iso(regainedMs + 180 * dayMs);
    add.point_entries({
      ...{
        occasion: `regained/${caseId}`,
        keyId: keys[(draw(keys.length, 27) + n) % keys.length]!,
      },
      ...{ number: 1, achievement: 'regained', caseId, customerId, points, reason: 'earned' },
      ...{ policyVersion: 'standard-1', occurredAt: iso(regainedMs), dueAt, payableAt: dueAt },
      bookedAt: iso(regainedMs),
    });
  }
}

/** A year of actions, of which every other one is done, and is measured whenever it is shown. */
function addAction(add: Add, { i, now }: { i: number; now: number }): void {
  const cause = causes[i % causes.length]!;
  const topic = { cause, category: null, product: `product-${i}`, region: null };
  const createdAt = iso(now - (350 - i * 25) * dayMs);
  const isDone = i % 2 === 0;
  add.prevention_actions({
    ...{ ...topic, topic: topicKey(topic), actionId: `action-${i}`, title: `Action ${i}` },
    ...{ status: isDone ? 'done' : 'in-progress', createdAt, startedAt: createdAt, revision: 1 },
    ...{ endedAt: isDone ? iso(now - (320 - i * 25) * dayMs) : null, dueAt: createdAt },
    expectedFewerPercent: 30,
  });
}

type Rows = {
  cases: typeof cases;
  case_causes: typeof caseCauses;
  case_offers: typeof caseOffers;
  contacts: typeof contacts;
  control_draws: typeof controlDraws;
  customers: typeof customers;
  point_entries: typeof pointEntries;
  prevention_actions: typeof preventionActions;
  purchases: typeof purchases;
  tasks: typeof tasks;
};

/** A prepared insert for each table; every row of a table has the same columns. */
function adding(db: Db): { [T in keyof Rows]: (row: Rows[T]['$inferInsert']) => void } {
  const inserts = new Map<string, (values: unknown[]) => void>();
  const insertOf = (table: string, columns: string[]) => {
    const names = columns.map((name) =>
      name.replaceAll(/[A-Z]/g, (one) => `_${one.toLowerCase()}`),
    );
    const marks = columns.map(() => '?').join(', ');
    const insert = db.$client.prepare(
      `insert into ${table} (${names.join(', ')}) values (${marks})`,
    );
    return (values: unknown[]) => void insert.run(values);
  };
  const stored = (value: unknown) =>
    typeof value === 'boolean'
      ? Number(value)
      : typeof value === 'object' && value !== null
        ? JSON.stringify(value)
        : value;
  return new Proxy({} as ReturnType<typeof adding>, {
    get: (_, table: string) => (row: Record<string, unknown>) => {
      const insert = inserts.get(table) ?? insertOf(table, Object.keys(row));
      inserts.set(table, insert);
      insert(Object.values(row).map(stored));
    },
  });
}

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const seconds = secondsSince(performance.now());
  const found = await work();
  progress(`reports: ${what}, ${JSON.stringify(found)}, in ${seconds()} s`);
}

function secondsSince(startedAt: number): () => string {
  return () => ((performance.now() - startedAt) / 1_000).toFixed(1);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

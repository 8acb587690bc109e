import { planCancellations } from './cancellations.ts';
import { Cast, dice, leastPursued } from './cast.ts';
import type { Case, Client, Customer } from '../client.ts';
import type { Display } from './display.ts';
import { rest } from '../rest.ts';
import { createSalesSystem, type SalesSystem } from './sales-system.ts';
import { closeCase, work } from './team.ts';
import { words } from './text.ts';

export type Clients = {
  manager: Client;
  agents: { name: string; client: Client }[];
  salesSystem: Client;
};

type Stage = Clients & { display: Display; signal: AbortSignal };

const lookEveryMs = 500;
const identifiedWithinMs = 30_000;
const openedAtMost = 80;
/** The last word: a case that is open then stays open. */
const endsWithinMs = 160_000;

const managerName = 'Simulated manager';

/** Every case that is open or was opened in this run. */
async function casesSince(client: Client, startedAt: string): Promise<Case[]> {
  const cases: Case[] = [];
  for await (const one of client.each<Case>('/cases', { limit: '200' })) {
    if (one.status === 'open' || one.openedAt >= startedAt) cases.push(one);
  }
  return cases;
}

/**
 * Waits until the engine has identified every case, and opens more dormancy cases while chance drew nobody into the
 * control group, or hardly anybody to be won back. Returns how many it opened.
 */
export async function fillTheStage(stage: Stage, startedAt: string): Promise<number> {
  const { manager, display } = stage;
  let opened = 0;
  const candidates = manager.each<Customer>('/customers', { limit: '200' });
  for (;;) {
    const cases = await untilIdentified(stage, startedAt);
    const controls = cases.filter(({ controlGroup }) => controlGroup).length;
    const pursued = cases.filter((c) => !c.controlGroup && c.decision === 'pursue').length;
    if ((controls > 0 && pursued >= leastPursued) || opened >= openedAtMost) return opened;
    for (let batch = 0; batch < 5;) {
      const candidate = await candidates.next();
      if (candidate.done) return opened;
      if (!isWorthACase(candidate.value)) continue;
      const { customerId } = candidate.value;
      await manager.post('/cases', { customerId, trigger: 'dormancy' });
      display.progress(`Opening one more dormancy case, of ${customerId}`);
      batch += 1;
      opened += 1;
    }
  }
}

function isWorthACase({ rhythm, value, episodes }: Customer): boolean {
  return rhythm.state === 'dormant' && ['A', 'B'].includes(value.tier) && episodes.length === 0;
}

async function untilIdentified({ manager, signal }: Stage, startedAt: string): Promise<Case[]> {
  const patience = Date.now() + identifiedWithinMs;
  for (;;) {
    const cases = await casesSince(manager, startedAt);
    // Without a decision but with a tier: a manager is asked.
    if (cases.every(({ decision, tier }) => decision ?? tier)) return cases;
    if (Date.now() > patience) {
      const waiting = cases.filter(({ decision, tier }) => !(decision ?? tier)).length;
      throw new Error(
        `The engine did not identify ${waiting} of ${cases.length} cases within ${identifiedWithinMs / 1_000} s`,
      );
    }
    await rest(lookEveryMs, signal);
    signal.throwIfAborted();
  }
}

/**
 * Lets the simulated team, manager and shop act until every case has ended.
 * @returns all cases of this run as they stand at the end
 */
export async function play(
  stage: Stage,
  options: { seed: number; startedAt: string },
): Promise<Case[]> {
  const { manager, agents, display } = stage;
  const cast = new Cast(options.seed);
  const draw = dice(options.seed + 1);
  const say = display.say;
  const customers = await someCustomers(manager);
  const currency = customers[0]?.value.revenue.currency ?? 'EUR';
  const shop = createSalesSystem({
    client: stage.salesSystem,
    run: options.startedAt,
    currency,
    draw,
    say,
  });
  planCancellations(customers, { cast, shop, draw });

  const curtain = new AbortController();
  const signal = AbortSignal.any([stage.signal, curtain.signal]);
  const everybody = { cast, shop, draw, say };
  const acting = Promise.all([
    ...agents.map((agent) => work({ ...everybody, ...agent }, 'agent', signal)),
    work({ ...everybody, name: managerName, client: manager }, 'manager', signal),
    shop.work(signal),
  ]);
  const directing = direct({ ...stage, signal, cast, shop }, options.startedAt);
  try {
    // Nobody stops acting before the curtain falls, unless something went wrong.
    return await Promise.race([directing, acting.then(() => directing)]);
  } finally {
    curtain.abort();
    await acting;
  }
}

/** Watches all cases, deals roles to new ones, and has the manager close what is to be closed. */
async function direct(
  { manager, display, signal, cast, shop }: Stage & { cast: Cast; shop: SalesSystem },
  startedAt: string,
): Promise<Case[]> {
  const beganAt = Date.now();
  let closings: { at: number; caseId: string; reason: string }[] = [];
  const ended = new Set<string>();
  for (;;) {
    const idle = shop.idle();
    const cases = await casesSince(manager, startedAt);
    for (const { theCase, role } of cast.take(cases)) {
      shop.schedule(theCase.customerId, role.does);
      const { managerCloses: closing } = role;
      if (!closing) continue;
      const at = Date.now() + closing.afterSeconds * 1_000;
      closings.push({ at, caseId: theCase.caseId, reason: closing.reason });
    }
    for (const { caseId, reason } of closings.filter(({ at }) => at <= Date.now())) {
      await closeCase({ client: manager, name: managerName, say: display.say }, caseId, reason);
    }
    closings = closings.filter(({ at }) => at > Date.now());
    for (const { caseId, outcome, endReason } of cases) {
      if (!outcome || ended.has(caseId)) continue;
      ended.add(caseId);
      display.say(`Case ${caseId} closed: ${words(outcome)} (${words(endReason ?? '')})`);
    }
    const elapsedMs = Date.now() - beganAt;
    display.cases(cases, elapsedMs);
    const allEnded = idle && cases.every(({ status }) => status === 'closed');
    if (allEnded || elapsedMs > endsWithinMs) return cases;
    await rest(lookEveryMs, signal);
    signal.throwIfAborted();
  }
}

async function someCustomers(client: Client): Promise<Customer[]> {
  const customers: Customer[] = [];
  for await (const customer of client.each<Customer>('/customers', { limit: '200' })) {
    if (customers.push(customer) >= 600) break;
  }
  return customers;
}

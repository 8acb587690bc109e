import { spread } from '../../bench/figures.ts';
import { addCategory } from '../../db/cause-categories.ts';
import { createKey } from '../../db/keys.ts';
import { bookAll } from '../../db/ledger.ts';
import { findRises } from '../../db/loss-rises.ts';
import type { Db } from '../../db/open.ts';
import { storePolicy } from '../../db/policies.ts';
import { changeAction, createAction, proposeActions } from '../../db/prevention-actions.ts';
import {
  caseCauses,
  caseOffers,
  cases,
  contacts,
  controlDraws,
  customers,
  purchases,
  tasks,
} from '../../db/schema.ts';
import { caseIdOf, taskIdOf } from '../../domain/ids.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { Cause, Tier } from '../../domain/words.ts';

const dayMs = 86_400_000;
const firstNames = ['Anna', 'Bernd', 'Çiğdem', 'David', 'Eva', 'Farid', 'Greta', 'Hans', 'Ines'];
const lastNames = ['Schneider', 'Köhler', 'Yılmaz', 'Krause', 'Haddad', 'Olsen', 'Weiß', 'Meier'];

/** How often each cause comes, and how many percent its cases come back by each playbook. */
const losses: { cause: Cause; weight: number; playbook: string; back: [number, number] }[] = [
  { cause: 'better-offer-price', weight: 9, playbook: 'price', back: [22, 45] },
  { cause: 'disappointed-service', weight: 7, playbook: 'disappointed-service', back: [35, 38] },
  { cause: 'neglected', weight: 5, playbook: 'neglected-retail', back: [50, 55] },
  { cause: 'disappointed-product', weight: 3, playbook: 'disappointed-product', back: [20, 15] },
  { cause: 'no-need', weight: 2, playbook: 'no-need', back: [5, 5] },
];
const dice = losses.flatMap((one) => Array<typeof one>(one.weight).fill(one));
const agents = ['Ada Lovelace', 'Grace Hopper', 'Katherine Johnson'];

/**
 * A company that has worked with winback for two years: closed cases by every playbook, with what they cost and brought,
 * a control group, second losses, causes of which one rises in Bavaria, and prevention actions, one of them done.
 */
export async function fillWithClosedCases(db: Db, many = 600): Promise<void> {
  const now = Date.now();
  const iso = (ms: number) => new Date(ms).toISOString();
  const { version: policyVersion } = await storePolicy(db, standardPolicy, iso(now));
  const delivery = 'disappointed-service.delivery';
  const name = { de: 'Lieferung', en: 'Delivery' };
  await addCategory(db, { code: delivery, name, at: iso(now) });
  const people = await Promise.all(
    agents.map((name) => createKey(db, { name, role: 'agent', at: iso(now) })),
  );

  for (let i = 0; i < many; i += 1) {
    const draw = (choices: number, salt: number) => spread(i * 31 + salt) % choices;
    // The last ones all come of late deliveries in Bavaria, a few days ago.
    const rises = i >= many * 0.95;
    const { cause, playbook, back } = rises ? losses[1]! : dice[draw(dice.length, 1)]!;
    const openedMs = now - (rises ? 2 + draw(20, 2) : 40 + draw(640, 2)) * dayMs - i * 60_000;
    const trigger = draw(5, 3) < 2 ? ('dormancy' as const) : ('cancellation' as const);
    const controlGroup = trigger === 'dormancy' && draw(6, 4) === 0;
    const playbookVersion = 1 + draw(2, 5);
    const chance = controlGroup ? 12 : back[playbookVersion - 1]!;
    const regained = !rises && draw(100, 6) < chance;
    const regainedMs = openedMs + (2 + draw(35, 7)) * dayMs;
    const lostAgain = regained && regainedMs < now - 200 * dayMs && draw(5, 8) === 0;
    const customerId = `K-${1_000 + i}`;
    const caseId = caseIdOf(customerId, 1);
    const [tier, openedAt] = [(['A', 'B', 'B', 'C', 'D'] as Tier[])[draw(5, 9)]!, iso(openedMs)];
    const contacted = !controlGroup && draw(8, 10) > 0;
    const value = (tier === 'A' ? 9 : tier === 'B' ? 5 : 2) * 1_000;
    const outcome = controlGroup
      ? 'control-group'
      : regained
        ? lostAgain
          ? 'lost-again'
          : 'loyal-again'
        : 'lost';
    const region = rises || draw(3, 11) === 0 ? 'DE-BY' : draw(2, 12) === 0 ? 'DE-HH' : 'AT';
    const customer = `${firstNames[draw(9, 13)]} ${lastNames[draw(8, 14)]}`;
    db.insert(customers)
      .values({
        ...{ customerId, name: customer, kind: 'consumer', language: 'de' },
        ...{ country: region.slice(0, 2), extra: { region } },
        ...{ createdAt: iso(openedMs - 700 * dayMs), updatedAt: openedAt },
      })
      .run();
    db.insert(cases)
      .values({
        ...{ caseId, customerId, episode: 1, status: 'closed', step: 'success-control', trigger },
        ...{ openedAt, lostAt: iso(openedMs - dayMs), closedAt: iso(openedMs + 38 * dayMs) },
        ...{ tier, cause, assessedCause: cause, outcome, controlGroup, contacted },
        ...(!controlGroup && { playbookId: playbook, playbookVersion }),
        ...(regained && { regainedAt: iso(regainedMs), regainedBy: 'purchase' as const }),
        ...{ decision: 'pursue', secondLifetimeValue: value * 4, policyVersion },
        ...{ openedBy: 'web-test', revision: 3 },
      })
      .run();
    if (trigger === 'dormancy') {
      const drawn = { trigger, tier, percent: 15, place: i, drawn: controlGroup, at: openedAt };
      db.insert(controlDraws)
        .values({ caseId, ...drawn })
        .run();
    }
    const isDelivery = cause === 'disappointed-service' && (rises || draw(2, 15) === 0);
    db.insert(caseCauses)
      .values({
        ...{ statementId: `${caseId}-cause`, caseId, layer: 'assessed', cause },
        ...{ category: isDelivery ? delivery : null, furtherCauses: [], at: openedAt },
      })
      .run();
    const boughtAt = [
      ...[30, 90, 150, 210, 270].map((days) => openedMs - (days + draw(20, days)) * dayMs),
      ...(regained ? [0, 25, 60, 95].map((days) => regainedMs + days * dayMs) : []),
    ];
    db.insert(purchases)
      .values(
        boughtAt
          .filter((ms) => ms < now)
          .map((ms, n) => ({
            ...{ customerId, orderId: `${i}-${n}`, currency: 'EUR', product: 'Kaffee-Abo' },
            ...{ amount: value + draw(3_000, 20 + n), purchasedAt: iso(ms) },
          })),
      )
      .run();
    if (!contacted) continue;
    const completedBy = people[draw(people.length, 16)]!.record.keyId;
    for (const [n, type] of (['cause-call', 'recovery-call', 'letter'] as const).entries()) {
      const closedAt = iso(openedMs + (n + 1) * dayMs);
      const taskId = taskIdOf(caseId, type, 1);
      const result = { outcome: n > 0 && regained ? 'accepted' : 'refused' };
      db.insert(tasks)
        .values({
          ...{ taskId, caseId, customerId, type, attempt: 1, step: 'measures', status: 'done' },
          ...{ measureId: type === 'cause-call' ? null : `${type}-1`, createdAt: openedAt, result },
          ...{ dueAt: closedAt, deadlineAt: closedAt, closedAt, completedBy },
        })
        .run();
      const called = { channel: 'phone', purpose: 'recovery', reason: 'granted' } as const;
      db.insert(contacts)
        .values({
          ...{ ...called, commandId: taskId, taskId, caseId, customerId, permitted: true },
          ...{ outcome: result.outcome, at: closedAt },
        })
        .run();
    }
    if (playbook !== 'price') continue;
    db.insert(caseOffers)
      .values({
        ...{ caseId, customerId, measureId: 'offer-1', validDays: 30, proposedAt: openedAt },
        code: `${caseId}-code`,
        offerId: draw(2, 17) === 0 ? 'price-match' : 'free-delivery',
        ...{ cost: 500, status: regained ? ('granted' as const) : ('withdrawn' as const) },
        ...(regained && { grantedAt: openedAt }),
      })
      .run();
  }
  await bookAll(db, iso(now));
  const policy = { ...standardPolicy, version: policyVersion };
  await findRises(db, { policy, at: iso(now) });
  await proposeActions(db, { policy, at: iso(now) });
  await fixTheProduct(db, { owner: people[0]!.record.keyId, now });
}

/** An action against what the product lacked, which has been done for half a year. */
async function fixTheProduct(db: Db, { owner, now }: { owner: string; now: number }) {
  const iso = (days: number) => new Date(now - days * dayMs).toISOString();
  const actor = { actorId: owner, role: 'manager' } as const;
  const asked = { actor, request: {}, idempotencyKey: null };
  const topic = { cause: 'disappointed-product', category: null, product: null, region: null } as const; // prettier-ignore
  const plan = { title: 'Ein besseres Mahlwerk', description: null, owner, dueAt: iso(190) };
  const told = (days: number) => ({ asked, at: iso(days) });
  const { actionId } = await createAction(
    db,
    topic,
    { ...plan, expectedFewerPercent: 40 },
    told(260),
  );
  for (const [i, status] of (['accepted', 'in-progress', 'done'] as const).entries()) {
    await changeAction(db, actionId, {
      change: { status },
      revision: i + 1,
      ...told(240 - i * 30),
    });
  }
}

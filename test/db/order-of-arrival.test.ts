import { expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { getCase } from '../../db/cases.ts';
import { currentPermissions, getCustomer, purchaseHistory } from '../../db/customers.ts';
import type { Db } from '../../db/open.ts';
import { cases, customers, outbox } from '../../db/schema.ts';
import type { CaseOpening } from '../../domain/case.ts';
import { consequenceOf, type Fact } from '../../domain/facts.ts';
import type { SalesEvent } from '../../domain/records.ts';
import { withDatabase } from '../support/database.ts';
import { accept, anOpenCase, event, minute } from './given.ts';

/*
 * Whatever the order in which events of one customer arrive, they leave behind what they would have left in the order
 * in which they happened.
 */

/** What a case makes of what it is told, by the rules that its workflow asks, too. */
function heardBy(db: Db, customerId: string) {
  const heard = { open: false, returned: false, cancelled: false, stopped: false };
  let stated: { cause: string | null; effectiveAt: string | null } | null = null;
  for (const { kind, payload } of db
    .select()
    .from(outbox)
    .where(eq(outbox.orderKey, customerId))
    .all()) {
    if (kind === 'start-case') {
      const { trigger, statedCause, effectiveAt } = payload as CaseOpening;
      Object.assign(heard, { open: true, cancelled: trigger === 'cancellation' });
      stated = { cause: statedCause, effectiveAt };
      continue;
    }
    const fact = payload as Fact;
    const consequence = consequenceOf(fact.kind, heard);
    if (consequence === 'stopped') heard.stopped = true;
    if (consequence === 'regained') heard.returned = true;
    if (consequence === 'lost-again') heard.returned = false;
    if (fact.kind !== 'cancellation') continue;
    heard.cancelled = true;
    stated = {
      cause: fact.cause ?? stated?.cause ?? null,
      effectiveAt: fact.effectiveAt ?? stated?.effectiveAt ?? null,
    };
  }
  return { toWinBack: heard.open && !heard.returned && !heard.stopped, stated };
}

async function leftBehind(db: Db, customerId: string) {
  const {
    createdAt: _,
    updatedAt: __,
    ...row
  } = db.select().from(customers).where(eq(customers.customerId, customerId)).get()!;
  const { objectedAt, deceasedAt } = row;
  return {
    customer: { ...row, customerId: 'the customer' },
    history: await purchaseHistory(db, customerId),
    permissions: await currentPermissions(db, customerId),
    // Whoever objected is not pursued, whether a case hears of it or finds it at its opening.
    toWinBack: heardBy(db, customerId).toWinBack && !objectedAt && !deceasedAt,
  };
}

type Told = { type: string; data: Record<string, unknown> };

const profile = fc.record(
  {
    name: fc.constantFrom('Eva', 'Eva Ernst', 'E. Ernst'),
    phone: fc.constantFrom('+49 30 1', '+49 30 2'),
    email: fc.constantFrom('eva@example.com', 'ernst@example.com'),
    vip: fc.boolean(),
  },
  { requiredKeys: ['name'] },
);
const plain = (type: string) => fc.constant({ type, data: {} });
const purchased = fc.record({
  orderId: fc.constantFrom('o1', 'o2', 'o3', 'o4', 'o5'),
  amount: fc.integer({ min: 1, max: 999 }),
  currency: fc.constantFrom('EUR', 'CHF'),
});
const cameBack = fc.record({
  orderId: fc.constantFrom('o1', 'o2', 'o3', 'o4', 'o5'),
  amount: fc.integer({ min: 1, max: 600 }),
});
const permission = fc.record({
  channel: fc.constantFrom('phone', 'email'),
  granted: fc.boolean(),
});
const said = fc.record(
  {
    reason: fc.constantFrom('no-need', 'neglected', 'Nobody called.', 'Too slow.'),
    effectiveAt: fc.constantFrom(minute(500), minute(600)),
  },
  { requiredKeys: [] },
);
const cancellation: fc.Arbitrary<Told> = fc.record({
  type: fc.constant('cancellation.received'),
  data: said,
});
const anything: fc.Arbitrary<Told> = fc.oneof(
  { weight: 4, arbitrary: cancellation },
  { weight: 4, arbitrary: plain('cancellation.withdrawn') },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('purchase.recorded'), data: purchased }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('customer.updated'), data: profile }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('permission.changed'), data: permission }),
  },
  { weight: 1, arbitrary: plain('customer.objected') },
  { weight: 1, arbitrary: plain('customer.deceased') },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('order.returned'), data: cameBack }) },
  { weight: 1, arbitrary: plain('complaint.recorded') },
  { weight: 1, arbitrary: plain('cancellation.considered') },
);

/** Events in the order in which they happened, and one in which they arrive. */
function arrivals(one: fc.Arbitrary<Told>) {
  return fc
    .array(one, { minLength: 2, maxLength: 6 })
    .chain((happened) =>
      fc.tuple(
        fc.constant(happened),
        fc.shuffledSubarray([...happened.keys()], { minLength: happened.length }),
      ),
    );
}

let number = 0;

/** A customer to whom all of it happened, told in the given order. */
async function aCustomer(
  db: Db,
  { happened, order, lost }: { happened: Told[]; order: number[]; lost: boolean },
): Promise<string> {
  const customerId = `C${(number += 1)}`;
  if (lost) {
    await accept(db, [purchaseAt(customerId, minute(5))], minute(5));
    await anOpenCase(db, customerId, { trigger: 'dormancy', at: minute(15) });
  }
  const events = happened.map(({ type, data }, i) =>
    event(type, customerId, { data, time: minute(10 + i) }),
  );
  await accept(
    db,
    order.map((i) => events[i]!),
    minute(30),
  );
  return customerId;
}

function anOrderTwice(happened: Told[]): boolean {
  const orders = happened.flatMap(({ data }) => data['orderId'] ?? []);
  return new Set(orders).size < orders.length;
}

function purchaseAt(customerId: string, time: string): SalesEvent {
  const data = { orderId: 'o0', amount: 100, currency: 'EUR' };
  return event('purchase.recorded', customerId, { time, data });
}

it.each([
  ['of whom nothing was known', false],
  ['with an open case after a long silence', true],
])('a customer %s ends up the same in every order of arrival', (_who, lost) =>
  withDatabase(async ({ db }) => {
    await fc.assert(
      fc.asyncProperty(arrivals(anything), async ([happened, order]) => {
        const inOrder = await aCustomer(db, { happened, order: [...happened.keys()], lost });
        const shuffled = await aCustomer(db, { happened, order, lost });
        const { toWinBack, ...left } = await leftBehind(db, shuffled);
        const { toWinBack: expected, ...leftInOrder } = await leftBehind(db, inOrder);
        expect(left).toEqual(leftInOrder);
        // A case that was told of a return has acted on it, and is not told that the order is older than it seemed.
        if (!anOrderTwice(happened)) expect(toWinBack).toBe(expected);
      }),
      { numRuns: 250 },
    );
  }),
);

it('a case knows the same of its cancellations in every order of arrival', () =>
  withDatabase(async ({ db }) => {
    const known = async (customerId: string) => ({
      stated: heardBy(db, customerId).stated,
      reason: (await getCase(db, `${customerId}-e1`))!.statedReason,
      lostAt: db.select().from(cases).where(eq(cases.customerId, customerId)).get()!.lostAt,
    });
    await fc.assert(
      fc.asyncProperty(arrivals(cancellation), async ([happened, order]) => {
        const inOrder = await aCustomer(db, {
          happened,
          order: [...happened.keys()],
          lost: false,
        });
        const shuffled = await aCustomer(db, { happened, order, lost: false });
        expect(await known(shuffled)).toEqual(await known(inOrder));
      }),
      { numRuns: 200 },
    );
  }));

it('a stub has no profile until the next update, however late that is', () =>
  withDatabase(async ({ db }) => {
    await accept(db, [event('order.delivered', 'C-stub', { time: minute(5) })], minute(6));
    expect(await getCustomer(db, 'C-stub')).toMatchObject({ name: null, profileAt: null });
    const data = { name: 'Eva', kind: 'consumer' };
    await accept(db, [event('customer.updated', 'C-stub', { time: minute(1), data })], minute(7));
    expect(await getCustomer(db, 'C-stub')).toMatchObject({ name: 'Eva', profileAt: minute(1) });
  }));

import { channelOf, isCall, speaksWithCustomer, type TaskType } from './tasks.ts';
import type { Channel } from './words.ts';

/** Kinds of work that the policy knows how long they take. */
export const workKinds = [
  'call',
  'unansweredCall',
  'letter',
  'visit',
  'remedy',
  'decision',
] as const;
export type WorkKind = (typeof workKinds)[number];

/** What things cost; money in minor units of the policy's currency. */
export type Costs = {
  /** of an hour of work */
  hour: number;
  /** minutes of work that nobody has written down */
  minutes: Record<WorkKind, number>;
  /** of each contact, answered or not, beside the work */
  contact: Record<Channel, number>;
};

/** `redemption`: a granted offer was taken, which costs nothing more. */
export const ledgerKinds = ['work', 'contact', 'concession', 'redemption', 'purchase'] as const;
export type LedgerKind = (typeof ledgerKinds)[number];

export const minutesBases = ['recorded', 'policy'] as const;

/** One thing that a case has cost or brought. */
export type LedgerItem = {
  kind: LedgerKind;
  /** ID of the task, contact, offer or order that it stands for, unique within its kind and case */
  source: string;
  at: string;
  currency: string;
  /** minor units: revenue above 0, costs below */
  amount: number;
  /** what it adds to our result: of revenue the margin, of costs the costs themselves */
  margin: number;
  /** of work; null otherwise */
  minutes: number | null;
  /** where the minutes come from */
  basis: (typeof minutesBases)[number] | null;
};

/** An item as it was booked, for ever. A later one of the same source corrects it. */
export type LedgerEntry = LedgerItem & { bookedAt: string; correction: boolean };

/** What the tables say of a case that costs or brings something. */
export type LedgerFacts = {
  tasks: { taskId: string; type: TaskType; outcome: string; minutes: number | null; at: string }[];
  contacts: { contactId: string; channel: Channel; at: string }[];
  offers: {
    measureId: string;
    offerId: string;
    cost: number;
    grantedAt: string;
    redeemedAt: string | null;
  }[];
  /** with and since the return, until the horizon */
  purchases: { orderId: string; amount: number; currency: string; at: string }[];
};

export type LedgerTerms = {
  currency: string;
  costs: Costs;
  /** share of revenue that is ours to keep, 0 to 100 */
  marginPercent: number;
};

/** Everything that a case has cost and brought so far, by what is known now. */
export function itemsOf(
  { tasks, contacts, offers, purchases }: LedgerFacts,
  { currency, costs, marginPercent }: LedgerTerms,
): LedgerItem[] {
  const cost = (amount: number) => ({ amount: 0 - amount, margin: 0 - amount, currency });
  const noWork = { minutes: null, basis: null };
  return [
    ...tasks.map(({ taskId, type, outcome, minutes: recorded, at }): LedgerItem => {
      const minutes = recorded ?? costs.minutes[workKindOf(type, outcome)];
      const basis = recorded === null ? 'policy' : 'recorded';
      const work = cost(Math.round((minutes * costs.hour) / 60));
      return { kind: 'work', source: taskId, at, ...work, minutes, basis };
    }),
    ...contacts.map(({ contactId, channel, at }): LedgerItem => {
      const contact = cost(costs.contact[channel]);
      return { kind: 'contact', source: contactId, at, ...contact, ...noWork };
    }),
    ...offers.flatMap((offer): LedgerItem[] => {
      const source = `${offer.measureId}/${offer.offerId}`;
      const { redeemedAt, grantedAt: at } = offer;
      const granted = { source, ...cost(offer.cost), ...noWork };
      const taken = { source, ...cost(0), ...noWork };
      return [
        { kind: 'concession', at, ...granted },
        ...(redeemedAt ? [{ kind: 'redemption' as const, at: redeemedAt, ...taken }] : []),
      ];
    }),
    ...purchases.map(({ orderId, amount, currency, at }): LedgerItem => {
      const margin = Math.round((amount * marginPercent) / 100);
      return { kind: 'purchase', source: orderId, at, currency, amount, margin, ...noWork };
    }),
  ];
}

export function workKindOf(type: TaskType, outcome: string): WorkKind {
  if (isCall(type)) return speaksWithCustomer(type, outcome) ? 'call' : 'unansweredCall';
  const channel = channelOf(type);
  if (channel === 'letter' || channel === 'visit') return channel;
  return type === 'remedy' ? 'remedy' : 'decision';
}

/**
 * The entries that bring what is booked to what holds: new ones, and for what has changed or fallen away corrections by
 * the difference. What is booked stays as it is, and the sums of each source agree with its item.
 */
export function bookings(
  booked: readonly LedgerEntry[],
  due: readonly LedgerItem[],
  at: string,
): LedgerEntry[] {
  const sums = new Map<string, LedgerItem>();
  for (const one of booked) sums.set(keyOf(one), added(sums.get(keyOf(one)), one));
  const dueKeys = new Set(due.map(keyOf));
  const gone = [...sums.values()].filter((one) => !dueKeys.has(keyOf(one)));
  return [
    ...due.flatMap((item): LedgerEntry[] => {
      const known = sums.get(keyOf(item));
      if (!known) return [{ ...item, bookedAt: at, correction: false }];
      return correction(known, item, at);
    }),
    ...gone.flatMap((known) => correction(known, { ...known, ...nothing(known) }, at)),
  ];
}

function keyOf({ kind, source, currency }: LedgerItem): string {
  return JSON.stringify([kind, source, currency]);
}

function nothing({ minutes }: LedgerItem): Pick<LedgerItem, 'amount' | 'margin' | 'minutes'> {
  return { amount: 0, margin: 0, minutes: minutes === null ? null : 0 };
}

function added(known: LedgerItem | undefined, one: LedgerItem): LedgerItem {
  if (!known) return one;
  const minutes = known.minutes === null ? null : known.minutes + (one.minutes ?? 0);
  const { amount, margin } = one;
  return { ...one, amount: known.amount + amount, margin: known.margin + margin, minutes };
}

function correction(known: LedgerItem, item: LedgerItem, at: string): LedgerEntry[] {
  const amount = item.amount - known.amount;
  const margin = item.margin - known.margin;
  const minutes = item.minutes === null ? null : item.minutes - (known.minutes ?? 0);
  if (amount === 0 && margin === 0 && !minutes) return [];
  return [{ ...item, at, amount, margin, minutes, bookedAt: at, correction: true }];
}

/** Minor units of one currency; costs below 0. */
export type LedgerSums = {
  workMinutes: number;
  work: number;
  contact: number;
  concession: number;
  revenue: number;
  /** of the revenue */
  margin: number;
};

export const noSums: LedgerSums = {
  workMinutes: 0,
  work: 0,
  contact: 0,
  concession: 0,
  revenue: 0,
  margin: 0,
};

/** The sums of the entries in one currency. */
export function sumsOf(entries: readonly LedgerItem[], currency: string): LedgerSums {
  const sums = { ...noSums };
  for (const one of entries) {
    if (one.currency !== currency) continue;
    sums.workMinutes += one.minutes ?? 0;
    if (one.kind === 'purchase') {
      sums.revenue += one.amount;
      sums.margin += one.margin;
    } else if (one.kind !== 'redemption') {
      sums[one.kind] += one.amount;
    }
  }
  return sums;
}

/** What a case has come to: the margin less all that it has cost. */
export function resultOf({ work, contact, concession, margin }: LedgerSums): number {
  return margin + work + contact + concession;
}

const dayMs = 86_400_000;
const daysPerWeek = 7;

/**
 * What the purchase models know of a customer, by distinct purchase days and in weeks (days ÷ 7): the sufficient
 * statistics of Fader, Hardie and Lee (2005), there x, t_x and T.
 */
export type BuyingHistory = {
  /** purchase days after the first, 0 for a first-time buyer */
  frequency: number;
  /** from the first purchase to the last, 0 for a first-time buyer */
  recency: number;
  /** from the first purchase to now, at least `recency` */
  age: number;
};

/** The day (UTC) of an ISO 8601 time, as a whole number of days since 1970. */
export function dayOf(at: string): number {
  return Math.floor(Date.parse(at) / dayMs);
}

/**
 * The distinct days of purchases, ascending, as `dayOf` counts them.
 * @param purchasedAt ISO 8601, in any order
 */
export function distinctDays(purchasedAt: string[]): number[] {
  return [...new Set(purchasedAt.map(dayOf))].sort((a, b) => a - b);
}

/**
 * @param days distinct purchase days, ascending, at least one
 * @param today days after it do not count, except that a customer's age is never below their recency
 */
export function buyingHistory(days: number[], today: number): BuyingHistory {
  const first = days[0]!;
  const last = days.at(-1)!;
  return {
    frequency: days.length - 1,
    recency: (last - first) / daysPerWeek,
    age: (Math.max(today, last) - first) / daysPerWeek,
  };
}

/** A history that `customers` have in common. */
export type HistoryGroup = BuyingHistory & { customers: number };

/**
 * Equal histories counted once: customers share days, so that a company's customers come down to far fewer groups,
 * and a likelihood costs only as much as there are groups.
 */
export function groupHistories(histories: Iterable<BuyingHistory>): HistoryGroup[] {
  const byAge = new Map<number, Map<number, HistoryGroup[]>>();
  const groups: HistoryGroup[] = [];
  for (const { frequency, recency, age } of histories) {
    let byRecency = byAge.get(age);
    if (!byRecency) byAge.set(age, (byRecency = new Map<number, HistoryGroup[]>()));
    let candidates = byRecency.get(recency);
    if (!candidates) byRecency.set(recency, (candidates = []));
    const known = candidates.find((group) => group.frequency === frequency);
    if (known) {
      known.customers += 1;
      continue;
    }
    const group = { frequency, recency, age, customers: 1 };
    candidates.push(group);
    groups.push(group);
  }
  return groups;
}

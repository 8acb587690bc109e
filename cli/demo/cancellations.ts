import type { Tier } from '../../domain/words.ts';
import type { Cast } from './cast.ts';
import type { Customer } from '../client.ts';
import { cancels, type Deed, type RoleName } from './roles.ts';
import type { SalesSystem } from './sales-system.ts';

/** Cancellations that the sales system reports while the team works, and whose they are. */
export const cancellations: { role: RoleName; tiers: Tier[]; deed: Deed }[] = [
  { role: 'moves-away', tiers: ['C', 'D'], deed: cancels(2, { reason: 'life-change' }) },
  {
    role: 'takes-the-cancellation-back',
    tiers: ['A', 'B'],
    deed: cancels(3, { reason: 'better-offer-price', effectiveInSeconds: 40 }),
  },
  {
    role: 'cancels-for-good',
    tiers: ['A', 'B'],
    deed: cancels(4, { reason: 'Your parcels take for ever.', effectiveInSeconds: 15 }),
  },
  { role: 'likes-the-letter', tiers: ['C'], deed: cancels(5, { reason: 'better-offer-price' }) },
  { role: 'is-worth-too-little', tiers: ['D'], deed: cancels(7, { reason: 'Hardly used it.' }) },
  {
    role: 'moves-away-with-much-value',
    tiers: ['A', 'B'],
    deed: cancels(9, { reason: 'life-change' }),
  },
  { role: 'thinks-again', tiers: ['A', 'B'], deed: cancels(12) },
];

/** Chooses, among customers who buy as ever, those who now cancel. */
export function planCancellations(
  customers: readonly Customer[],
  { cast, shop, draw }: { cast: Cast; shop: SalesSystem; draw: (below: number) => number },
): void {
  const active = customers.filter(
    ({ rhythm, episodes }) => rhythm.state === 'active' && episodes.length === 0,
  );
  for (const { role, tiers, deed } of cancellations) {
    const fitting = active.filter(({ value }) => tiers.includes(value.tier));
    const chosen = fitting[draw(Math.max(1, fitting.length))];
    if (!chosen) continue;
    active.splice(active.indexOf(chosen), 1);
    cast.plan(chosen.customerId, role);
    shop.schedule(chosen.customerId, [deed]);
  }
}

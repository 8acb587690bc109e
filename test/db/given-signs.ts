import { countEarlySigns } from '../../db/early-signs.ts';
import type { Db } from '../../db/open.ts';
import { storePolicy } from '../../db/policies.ts';
import { preventiveTaskOf } from '../../db/preventive-tasks.ts';
import type { Policy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { SalesEvent } from '../../domain/records.ts';
import { unlessRefused } from '../support/policies.ts';
import { accept, anna, event, minute, purchase } from './given.ts';

/* What the tests of signs before a loss, and of the tasks that they give, begin with. */

export const now = minute(0);
export const daysAgo = (days: number) =>
  new Date(Date.parse(now) - days * 86_400_000).toISOString();
export const shop = { actorId: 'shop-key', role: 'sales-system' } as const;

export async function policyWith(db: Db, limits: Partial<Policy['earlySigns']>) {
  const earlySigns = { ...standardPolicy.earlySigns, ...limits };
  return storePolicy(db, { ...unlessRefused, earlySigns }, now);
}

/** Somebody who has bought on two days. */
export const buyer = (customerId: string) => [
  purchase(customerId, `${customerId}-a`, { time: daysAgo(60) }),
  purchase(customerId, `${customerId}-b`, { time: daysAgo(30) }),
];
export const considered = (customerId: string, time = now) =>
  event('cancellation.considered', customerId, { time });
export const permission = (channel: string, granted: boolean, time = now) =>
  event('permission.changed', 'C1', { time, data: { channel, granted } });
export const complaint = (data: Record<string, unknown> = {}, time = now) =>
  event('complaint.recorded', 'C1', { time, data });

export const openTask = (db: Db, customerId = 'C1') => preventiveTaskOf(db, customerId);

/** `sign answer` of every sign that was heard of, as often as it was. */
export async function answers(db: Db): Promise<Record<string, number>> {
  const counts = await countEarlySigns(db);
  return Object.fromEntries(counts.map(({ sign, answer, signs }) => [`${sign} ${answer}`, signs]));
}

/** A customer with an open call about the cancellation page. */
export async function withCall(db: Db, more: SalesEvent[] = []) {
  await accept(db, [...buyer('C1'), considered('C1'), ...more]);
  return (await openTask(db))!;
}

export const laterBy = (days: number) => daysAgo(-days);
export const told = <Fields extends object>(taskId: string, fields: Fields) => ({
  taskId,
  actor: anna,
  at: minute(30),
  idempotencyKey: null as string | null,
  policy: { ...standardPolicy, version: 'standard-1' },
  ...fields,
});

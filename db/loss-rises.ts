import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { and, asc, desc, eq, gt, gte, isNull, lt, notInArray, or, type SQL } from 'drizzle-orm';
import { before } from '../domain/duration.ts';
import type { Policy } from '../domain/policy.ts';
import { topicKey, type LossCell } from '../domain/prevention.ts';
import type { RiseRecord } from '../domain/rises.ts';
import { baselineOf, risesOf, type Rise } from '../domain/rises.ts';
import { lossesRisen } from '../domain/webhooks.ts';
import { firstLossAt } from './cause-report.ts';
import { writing, type Db } from './connection.ts';
import { customersAtRisk, lossCells } from './losses.ts';
import { lossRises } from './schema.ts';
import { announce } from './webhook-messages.ts';

type Looking = { policy: Pick<Policy, 'prevention' | 'identification'>; at: string };

/**
 * Looks for causes that have risen, keeps what it finds and announces each rise once: one that is found again, within a
 * period of when it was last seen, is the same.
 * @returns how many are new
 */
export async function findRises(db: Db, { policy, at }: Looking): Promise<number> {
  const { prevention, identification } = policy;
  const since = prevention && firstLossAt(db);
  if (!since) return 0;
  const { period } = prevention.rises;
  const leftOut = [...identification.naturalLossCauses, ...identification.wantedLossCauses];
  const now = { from: before(at, period), to: at };
  const { basis, periods } = baselineOf(at, period, since);
  const [atRiskNow = 0, ...earlier] = customersAtRisk(
    db,
    [now, ...periods].map(({ from }) => from),
  );
  // A time before the purchases that we know of says nothing of who was at risk.
  const atRiskBefore = earlier.includes(0) ? 0 : earlier.reduce((sum, one) => sum + one, 0);
  const cells: LossCell[] = [];
  for (const one of periods) {
    cells.push(...lossCells(db, one, leftOut));
    // Years of losses take seconds: others of this process get a turn.
    await setImmediate();
  }
  const rises = risesOf(
    now,
    lossCells(db, now, leftOut),
    { basis, cells, periods: periods.length },
    prevention.rises,
    { now: atRiskNow, baseline: atRiskBefore },
  );
  return writing(db, (tx) => {
    const found = rises.filter((rise) => !isKnown(tx, rise, { since: now.from, at }));
    for (const { ratio: _, from, to, ...rise } of found) {
      const riseId = randomUUID();
      const topic = topicKey(rise);
      tx.insert(lossRises)
        .values({ ...rise, riseId, topic, fromAt: from, toAt: to, foundAt: at, lastSeenAt: at })
        .run();
      announce(tx, [lossesRisen({ ...rise, riseId, from, to, at })], at);
    }
    tx.update(lossRises)
      .set({ endedAt: at })
      .where(and(isNull(lossRises.endedAt), notInArray(lossRises.topic, rises.map(topicKey))))
      .run();
    return found.length;
  });
}

/** Whether a rise goes on that was found before; then it is shown as it is now. */
function isKnown(
  tx: Db,
  { ratio: _, from, to, ...rise }: Rise,
  { since, at }: { since: string; at: string },
): boolean {
  const { cases, expected, chance, basis } = rise;
  const { topic, endedAt, lastSeenAt } = lossRises;
  const same = and(eq(topic, topicKey(rise)), or(isNull(endedAt), gt(lastSeenAt, since)));
  const newest = tx.select().from(lossRises).where(same).orderBy(desc(lastSeenAt)).get();
  if (!newest) return false;
  tx.update(lossRises)
    .set({ cases, expected, chance, basis, fromAt: from, toAt: to, lastSeenAt: at, endedAt: null })
    .where(eq(lossRises.riseId, newest.riseId))
    .run();
  return true;
}

/** Rises that go on, the least probable first. */
export async function standingRises(db: Db): Promise<RiseRecord[]> {
  return rises(db, isNull(lossRises.endedAt));
}

/** Rises that were there at some time of [`from`, `to`), the least probable first. */
export async function risesWithin(
  db: Db,
  { from, to }: { from: string; to: string },
): Promise<RiseRecord[]> {
  const { foundAt, endedAt } = lossRises;
  return rises(db, and(lt(foundAt, to), or(isNull(endedAt), gte(endedAt, from))));
}

function rises(db: Db, where: SQL | undefined): RiseRecord[] {
  return db
    .select()
    .from(lossRises)
    .where(where)
    .orderBy(asc(lossRises.chance), asc(lossRises.riseId))
    .all()
    .map(({ topic: _, fromAt, toAt, ...rise }) => ({
      ...rise,
      from: fromAt,
      to: toAt,
      ratio: rise.expected === 0 ? null : rise.cases / rise.expected,
    }));
}

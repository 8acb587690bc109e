import { and, count, eq, gte, max, sql } from 'drizzle-orm';
import { blockOf, isDrawn } from '../domain/control-group.ts';
import type { Tier, Trigger } from '../domain/words.ts';
import { prepared, writingTogether, type Db } from './connection.ts';
import { keyedChance } from './chance.ts';
import { controlDraws } from './schema.ts';

const caseId = sql.placeholder('caseId');
const ofStratum = and(
  eq(controlDraws.trigger, sql.placeholder('trigger')),
  eq(controlDraws.tier, sql.placeholder('tier')),
  eq(controlDraws.percent, sql.placeholder('percent')),
);

const statements = prepared((db) => ({
  known: db
    .select({ drawn: controlDraws.drawn })
    .from(controlDraws)
    .where(eq(controlDraws.caseId, caseId))
    .prepare(),
  last: db
    .select({ place: max(controlDraws.place) })
    .from(controlDraws)
    .where(ofStratum)
    .prepare(),
  drawnSince: db
    .select({ drawn: count() })
    .from(controlDraws)
    .where(
      and(
        ofStratum,
        gte(controlDraws.place, sql.placeholder('from')),
        eq(controlDraws.drawn, true),
      ),
    )
    .prepare(),
  keep: db
    .insert(controlDraws)
    .values({
      caseId,
      trigger: sql.placeholder('trigger'),
      tier: sql.placeholder('tier'),
      percent: sql.placeholder('percent'),
      place: sql.placeholder('place'),
      drawn: sql.placeholder('drawn'),
      at: sql.placeholder('at'),
    })
    .prepare(),
}));

/**
 * Whether a case is in the control group: drawn once, by a keyed hash over its ID, stratified by trigger and tier.
 * @param draw.percent above 0
 */
export async function drawControl(
  db: Db,
  draw: { caseId: string; trigger: Trigger; tier: Tier; percent: number; at: string },
): Promise<boolean> {
  const { caseId, percent } = draw;
  const { known, last, drawnSince, keep } = statements(db);
  const chance = keyedChance(db, `control/${caseId}`);
  return writingTogether(db, () => {
    const before = known.get({ caseId });
    if (before) return before.drawn;
    const place = (last.get(draw)!.place ?? -1) + 1;
    const from = place - (place % blockOf(percent));
    const { drawn: already } = drawnSince.get({ ...draw, from })!;
    const drawn = isDrawn(chance, { place, drawn: already, percent });
    keep.run({ ...draw, place, drawn });
    return drawn;
  });
}

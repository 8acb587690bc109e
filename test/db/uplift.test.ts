import { expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Db } from '../../db/open.ts';
import { successFigures } from '../../db/reports.ts';
import { caseFigures, controlDraws } from '../../db/schema.ts';
import { noSums } from '../../domain/ledger.ts';
import { withDatabase } from '../support/database.ts';
import { minute } from './given.ts';

/*
 * Cases as they come in, of which the true effect is known: measures win back 15 % of those who would not have come by
 * themselves (30 % within the 90 days for which both sides are seen). Pursued cases stay open for longer, and some come
 * back only then.
 */

const trueUplift = (1 - 0.3) * 0.15;
const dayMinutes = 1_440;
const today = 300;

function simulate(db: Db, seed: number): void {
  const generator = xoroshiro128plus(seed);
  const chance = () => uniformFloat64(generator);
  const day = (number: number) => minute(Math.round(number * dayMinutes));
  const rows = Array.from({ length: 1_000 }, (_, i) => {
    const openedOn = chance() * today;
    const controlGroup = i % 5 === 0;
    const bySelf = chance() < 0.3 ? chance() * 90 : Infinity;
    const byMeasures = !controlGroup && chance() < 0.15 ? 20 + chance() * 70 : Infinity;
    const late = !controlGroup && chance() < 0.1 ? 90 + chance() * 60 : Infinity;
    const backAfter = Math.min(bySelf, byMeasures, late);
    const closedAfter = controlGroup ? 90 : 150;
    const endedOn = openedOn + Math.min(backAfter, closedAfter);
    const isBack = backAfter < closedAfter && endedOn <= today;
    return {
      ...{ caseId: `${seed}-${i}`, controlGroup, openedAt: day(openedOn) },
      observedUntil: day(openedOn + 90),
      decidedAt: endedOn <= today ? day(endedOn) : null,
      regainedAt: isBack ? day(endedOn) : null,
    };
  });
  // Row by row: building one statement of them all takes Drizzle far longer.
  const given = (name: string) => sql.placeholder(name);
  const insert = db
    .insert(caseFigures)
    .values({
      ...{ ...noSums, trigger: 'dormancy', tier: 'B', targetGroup: 'Z4', decision: 'pursue' },
      ...{ caseId: given('caseId'), controlGroup: given('controlGroup') },
      ...{ openedAt: given('openedAt'), observedUntil: given('observedUntil') },
      ...{ decidedAt: given('decidedAt'), regainedAt: given('regainedAt') },
    })
    .prepare();
  const draw = db
    .insert(controlDraws)
    .values({
      ...{ trigger: 'dormancy', tier: 'B', percent: 20, at: day(0) },
      ...{ caseId: given('caseId'), place: given('place'), drawn: given('controlGroup') },
    })
    .prepare();
  db.transaction(() =>
    rows.forEach((row, place) => {
      insert.run(row);
      draw.run({ ...row, place });
    }),
  );
}

it('the uplift covers the true effect as often as its interval says, while cases are still open', () =>
  withDatabase(async ({ db }) => {
    const runs = 100;
    let covered = 0;
    let sum = 0;
    for (let seed = 1; seed <= runs; seed += 1) {
      db.delete(caseFigures).run();
      db.delete(controlDraws).run();
      simulate(db, seed);
      const [all] = await successFigures(db, null, {
        ...{ filter: {}, recoveryTeam: 'recovery', at: minute(today * dayMinutes) },
        pick: (below) => below >> 1,
      });
      const { value, interval } = all!.uplift!.rate;
      sum += value;
      if (interval[0] <= trueUplift && trueUplift <= interval[1]) covered += 1;
    }
    // Three standard errors around 95 %, and of the mean.
    expect(covered).toBeGreaterThanOrEqual(89);
    expect(Math.abs(sum / runs - trueUplift)).toBeLessThan(0.015);
  }));

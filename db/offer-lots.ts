import { and, eq, sql } from 'drizzle-orm';
import { takenByLot, type ArmResult, type Tried } from '../domain/optimisation.ts';
import type { OptimisationPolicy } from '../domain/policy.ts';
import { prepared, type Db } from './connection.ts';
import { offerDraws } from './schema.ts';

const statements = prepared((db) => ({
  find: db
    .select({
      offerId: offerDraws.offerId,
      probability: offerDraws.probability,
      arms: offerDraws.arms,
      leftOut: offerDraws.leftOut,
      trial: offerDraws.trial,
      objective: offerDraws.objective,
    })
    .from(offerDraws)
    .where(
      and(
        eq(offerDraws.caseId, sql.placeholder('caseId')),
        eq(offerDraws.measureId, sql.placeholder('measureId')),
      ),
    )
    .prepare(),
}));

/** `leftOut`: what could not be made, and why: `gift below-margin-floor, upgrade above-limit`. */
export type TriedOffer = Tried & { leftOut: string };

/**
 * Which of the offers that may stand for each other a measure of a case makes: drawn once for ever, among those that may
 * be made without asking anybody.
 * @param whyNot why an offer may not be made so; null: it may
 * @returns undefined where none may
 */
export function offerByLot(
  tx: Db,
  of: { caseId: string; measureId: string },
  {
    results,
    whyNot,
    chance,
    policy,
    at,
  }: {
    results: ArmResult[];
    whyNot: (offerId: string) => string | null;
    chance: number;
    policy: OptimisationPolicy;
    at: string;
  },
): { offerId: string; tried: TriedOffer } | undefined {
  const known = statements(tx).find.get(of);
  if (known) {
    const { offerId, ...tried } = known;
    return { offerId, tried };
  }
  const judged = results.map((result) => ({ result, reason: whyNot(result.arm) }));
  const eligible = judged.flatMap(({ result, reason }) => (reason === null ? [result] : []));
  if (eligible.length === 0) return undefined;
  const leftOut = judged
    .flatMap(({ result, reason }) => (reason === null ? [] : [`${result.arm} ${reason}`]))
    .join(', ');
  const { arm: offerId, ...how } = takenByLot(eligible, { chance, policy });
  const tried = { ...how, leftOut };
  tx.insert(offerDraws)
    .values({ ...of, offerId, ...tried, drawnAt: at })
    .run();
  return { offerId, tried };
}

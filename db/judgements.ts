import { asc, eq, inArray, sql } from 'drizzle-orm';
import type { EndReason } from '../domain/case.ts';
import type { Policy } from '../domain/policy.ts';
import { standardPolicy } from '../domain/standard-policy.ts';
import { judged, type JudgedCase, type StrictJudgement } from '../domain/strict-regain.ts';
import { cancelledAgainAt, lossOf, type Returned } from '../domain/success.ts';
import type { Trigger } from '../domain/words.ts';
import { prepared, type Db } from './connection.ts';
import { caseFigures, caseJudgements, purchases } from './schema.ts';

/* What the strict rule says of cases. */

const caseId = sql.placeholder('caseId');

const statements = prepared((db) => ({
  orders: db
    .select({
      at: purchases.purchasedAt,
      amount: purchases.amount,
      returned: purchases.returned,
    })
    .from(purchases)
    .where(eq(purchases.customerId, sql.placeholder('customerId')))
    .prepare(),
  known: db
    .select({
      is: caseFigures.strictRegain,
      because: caseFigures.strictBecause,
      regainedAt: caseFigures.regainedAt,
    })
    .from(caseFigures)
    .where(eq(caseFigures.caseId, caseId))
    .prepare(),
  keep: db
    .insert(caseJudgements)
    .values({ caseId, at: sql.placeholder('at'), judgement: sql.placeholder('judgement') })
    .prepare(),
}));

type Losses = {
  caseId: string;
  record: Returned &
    Pick<JudgedCase, 'trigger' | 'regainedBy'> & {
      customerId: string;
      endReason: EndReason | null;
    };
  /** the customer's next case, if that was a loss */
  next: { trigger: Trigger; lostAt: string } | null;
  policy: Policy;
};

/**
 * Judges by what is known in this transaction, and keeps what is another judgement than the one before.
 * @returns what holds now, and whether that, or of which return it is said, is new
 */
export function judgeCase(tx: Db, { caseId, record, next, policy }: Losses, at: string) {
  const { orders, known, keep } = statements(tx);
  const { customerId, trigger, regainedAt, regainedBy, closedAt, endReason } = record;
  const { successControl, identification } = policy;
  const judgement = judged(
    {
      ...{ trigger, regainedAt, regainedBy, lostAt: lossOf(record), isOpen: closedAt === null },
      wasNotLost: endReason === 'was-not-lost',
      cancelledAgainAt: cancelledAgainAt(record, next),
    },
    regainedAt === null ? [] : orders.all({ customerId }),
    {
      ...{ observation: successControl.observation, identification },
      rules: successControl.regained ?? standardPolicy.successControl.regained,
    },
    at,
  );
  const { is, because, until } = judgement;
  const before = known.get({ caseId });
  const isSame = before?.is === is && before.because === because;
  // Every case begins so.
  const isFirst = !before?.is && because === 'no-return-yet';
  if (!isSame && !isFirst) keep.run({ caseId, at, judgement });
  return {
    isNew: before?.is !== is || before.regainedAt !== regainedAt,
    holds: { strictRegain: is, strictBecause: because, strictUntil: until },
  };
}

/** How a case was judged, the first judgement first. */
export async function judgementsOf(
  db: Db,
  caseId: string,
): Promise<(StrictJudgement & { at: string })[]> {
  const { at, judgement, judgementSeq } = caseJudgements;
  return db
    .select({ at, judgement })
    .from(caseJudgements)
    .where(eq(caseJudgements.caseId, caseId))
    .orderBy(asc(judgementSeq))
    .all()
    .map(({ at, judgement }) => ({ ...judgement, at }));
}

/** What holds of cases now, by their IDs. */
export async function strictRegainsOf(
  db: Db,
  caseIds: string[],
): Promise<Map<string, Pick<StrictJudgement, 'is' | 'because' | 'until'>>> {
  const { caseId, strictRegain: is, strictBecause: because, strictUntil: until } = caseFigures;
  const rows = db
    .select({ caseId, is, because, until })
    .from(caseFigures)
    .where(inArray(caseId, caseIds))
    .all();
  return new Map(
    rows.flatMap(({ caseId, is, because, until }) =>
      is && because ? [[caseId, { is, because, until }] as const] : [],
    ),
  );
}

import type { CauseLayer } from './causes.ts';
import type { Cause, Channel } from './words.ts';

/** What the sales system reports about a customer, or people about the cause, as a workflow may carry it. */
export type Fact = { eventId: string; at: string } & (
  | { kind: 'purchase'; amount: number; currency: string }
  | { kind: 'cancellation'; cause: Cause | null; effectiveAt: string | null }
  /** `standing`: of a cancellation from before the case, which was opened for another reason */
  | { kind: 'cancellation-withdrawn'; standing?: true }
  | { kind: 'objection' }
  | { kind: 'death' }
  | { kind: 'permission'; channel: Channel; granted: boolean }
  /** `ofCase`: the customer's next case, which has the same workflow ID, is not meant */
  | { kind: 'cause'; ofCase: string; layer: Exclude<CauseLayer, 'stated'>; cause: Cause }
  | { kind: 'mail-bounced' }
  /** without `orderId` when the sales system names none: then every delivery is another order's */
  | { kind: 'delivery'; orderId?: string }
  /** 0 to 10, of who answered a mail or the sales system's own question */
  | { kind: 'satisfaction'; score: number }
  /** a returner is silent for longer than usual; days */
  | { kind: 'early-warning'; ofCase: string; silentDays: number; usualDays: number }
);

/** A fact without who told of it and when it happened. */
export type FactDetails = Fact extends infer F
  ? F extends Fact
    ? Omit<F, 'eventId' | 'at'>
    : never
  : never;

/** When these last happened by the sales system's own times, whenever we heard of them; null: never. */
export type Standing = { lastWithdrawalAt: string | null; lastPurchaseAt: string | null };

/**
 * Whether a cancellation still holds for all that is known: it was not withdrawn since, and nothing was bought after
 * it. A withdrawal of the same moment withdraws it; a purchase of the same moment does not annul it.
 */
export function stillStands(cancelledAt: string, known: Standing): boolean {
  const { lastWithdrawalAt, lastPurchaseAt } = known;
  return cancelledAt > (lastWithdrawalAt ?? '') && cancelledAt >= (lastPurchaseAt ?? '');
}

/** What a fact means for a case: it ends it, wins the customer back, or is only noted. */
export type Consequence = 'regained' | 'lost-again' | 'stopped' | 'noted';

/**
 * The strict rule (product.md): regained only by an explicit withdrawal of the cancellation or by buying again.
 * After the return a new cancellation is the second loss.
 */
export function consequenceOf(
  kind: Fact['kind'],
  { returned, cancelled }: { returned: boolean; cancelled: boolean },
): Consequence {
  switch (kind) {
    case 'objection':
    case 'death':
      return 'stopped';
    case 'purchase':
      return returned ? 'noted' : 'regained';
    case 'cancellation-withdrawn':
      return returned || !cancelled ? 'noted' : 'regained';
    case 'cancellation':
      return returned ? 'lost-again' : 'noted';
    case 'permission':
    case 'cause':
    case 'mail-bounced':
    case 'delivery':
    case 'satisfaction':
    case 'early-warning':
      return 'noted';
  }
}

/**
 * How a second life ends when its observation period is over: whoever withdrew a cancellation has stayed;
 * whoever came back by buying must have bought once more.
 */
export function secondLifeOutcome(life: {
  regainedBy: 'purchase' | 'cancellation-withdrawn';
  purchasesSince: number;
}): 'loyal-again' | 'lost-again' {
  return life.regainedBy === 'cancellation-withdrawn' || life.purchasesSince > 0
    ? 'loyal-again'
    : 'lost-again';
}

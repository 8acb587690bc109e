import type { Cause, Outcome } from '../../domain/words.ts';
import type { TaskType } from '../../domain/tasks.ts';

/* Who plays which part: what a simulated customer says when somebody calls, and what they do. No real people. */

/** What a customer does, `afterSeconds` later; the sales system reports it. */
export type Deed = { afterSeconds: number } & (
  | { type: 'purchase.recorded' }
  | { type: 'cancellation.received'; reason?: string; effectiveInSeconds?: number }
  | { type: 'cancellation.withdrawn' }
  | { type: 'customer.objected' }
  | { type: 'customer.deceased' }
);

/** What comes of a task, and what the customer does in consequence. */
export type Reply = {
  outcome: string;
  note: string;
  cause?: Cause;
  score?: number;
  /** of `callback` and `not-now`: when to call again */
  inSeconds?: number;
  then?: Deed[];
};

export type Role = {
  ends: Outcome;
  /** the n-th task of a type gets the n-th reply, the last one repeats; types left out get `usually` */
  says?: Partial<Record<TaskType, Reply[]>>;
  /** without being asked, from the moment the case is identified */
  does?: Deed[];
  /** the manager closes the case then, for this reason */
  managerCloses?: { afterSeconds: number; reason: string };
  /** the part of the same customer's next episode */
  next?: string;
};

const buys = (afterSeconds: number): Deed => ({ afterSeconds, type: 'purchase.recorded' });
export const cancels = (
  afterSeconds: number,
  about: { reason?: string; effectiveInSeconds?: number } = {},
): Deed => ({ afterSeconds, type: 'cancellation.received', ...about });
const withdraws = (afterSeconds: number): Deed => ({
  afterSeconds,
  type: 'cancellation.withdrawn',
});

const noAnswer: Reply = { outcome: 'no-answer', note: 'Rang ten times, nobody picked up.' };
const answered = (cause: Cause, note: string): Reply => ({ outcome: 'answered', cause, note });
const refused: Reply = { outcome: 'refused', note: 'Does not want to come back, friendly.' };
const accepted = (note: string, ...then: Deed[]): Reply => ({ outcome: 'accepted', note, then });
const sent = (...then: Deed[]): Reply => ({ outcome: 'sent', note: 'In the post.', then });
const satisfied = (score: number): Reply => ({
  outcome: 'answered',
  score,
  note: `Gives us ${score} of 10.`,
});

/** What comes of a task whose role says nothing about it. */
export const usually: Record<TaskType, Reply> = {
  'decide-pursuit': { outcome: 'pursue', note: 'Worth a try.' },
  'cause-call': answered('neglected', 'Nobody ever asked after them.'),
  'recovery-call': refused,
  'offer-call': refused,
  'approve-offer': { outcome: 'approved', note: 'Worth it for this customer.' },
  'check-mail': { outcome: 'sent', note: 'The customer has it.' },
  letter: sent(),
  visit: { outcome: 'not-met', note: 'Nobody at home.' },
  remedy: { outcome: 'fixed', note: 'Replaced the faulty disc and checked the stock.' },
  'welcome-call': { outcome: 'reached', note: 'Glad to hear from us.' },
  'aftercare-call': { outcome: 'reached', note: 'All is well.' },
  'satisfaction-call': satisfied(8),
  'make-up': { outcome: 'settled', note: 'Apologised and sent the missing booklet.' },
  'referral-call': accepted('Will tell a friend.'),
  'prevention-call': {
    outcome: 'reached',
    note: 'Had been waiting for an answer, is content now.',
  },
  'prevention-letter': sent(),
};

/** Back for good: one purchase, and another while the second life is watched. */
const forGood = [buys(3), buys(14)];

export const roles = {
  // Dormant customers who are asked back.
  'comes-back-when-fixed': {
    ends: 'loyal-again',
    says: {
      'cause-call': [noAnswer, answered('disappointed-service', 'Waited five weeks for an order.')],
      'recovery-call': [
        { outcome: 'callback', inSeconds: 4, note: 'In a meeting, asks to be called later.' },
        accepted('Pleased that it is fixed, will order again.', ...forGood),
      ],
      'offer-call': [accepted('Takes the credit.', ...forGood)],
      letter: [sent(...forGood)],
      'welcome-call': [noAnswer, usually['welcome-call']],
      'satisfaction-call': [satisfied(10)],
    },
  },
  'comes-back-once': {
    ends: 'lost-again',
    says: {
      'cause-call': [answered('never-started', 'Bought a present once, forgot about us.')],
      'recovery-call': [
        { outcome: 'not-now', inSeconds: 5, note: 'Moving house, perhaps next month.' },
        accepted('Will have a look.', buys(3)),
      ],
      'offer-call': [accepted('Takes the credit.', buys(3))],
      letter: [sent(buys(3))],
      'satisfaction-call': [satisfied(5)],
    },
  },
  'prefers-another-shop': {
    ends: 'lost',
    says: {
      'cause-call': [answered('better-offer-product', 'The other shop has more jazz.')],
    },
  },
  'objects-to-contact': {
    ends: 'stopped',
    says: { 'cause-call': [noAnswer] },
    does: [{ afterSeconds: 8, type: 'customer.objected' }],
  },
  'closed-by-the-manager': {
    ends: 'closed-by-manager',
    says: { 'cause-call': [noAnswer], 'recovery-call': [noAnswer], 'offer-call': [noAnswer] },
    managerCloses: { afterSeconds: 14, reason: 'Served by the key account team from now on.' },
  },
  'comes-back-and-cancels': {
    ends: 'lost-again',
    says: {
      'recovery-call': [
        accepted('Gives us another chance.', buys(3), cancels(12, { reason: 'neglected' })),
      ],
      'offer-call': [accepted('Takes the credit.', buys(3), cancels(12, { reason: 'neglected' }))],
      letter: [sent(buys(3), cancels(12, { reason: 'neglected' }))],
    },
    next: 'gets-a-third-chance',
  },
  'comes-back-and-leaves': {
    ends: 'lost-again',
    does: [buys(3), cancels(15, { reason: 'disappointed-product' })],
    says: { 'cause-call': [noAnswer] },
    next: 'gets-no-third-chance',
  },
  'comes-back-for-the-credit': {
    ends: 'loyal-again',
    says: {
      'cause-call': [answered('better-offer-price', 'Found it cheaper elsewhere.')],
      'offer-call': [accepted('The credit makes the difference.', ...forGood)],
      letter: [sent(...forGood)],
      'satisfaction-call': [satisfied(9)],
    },
  },
  'comes-back-after-the-letter': {
    ends: 'loyal-again',
    says: {
      'cause-call': [answered('no-need', 'Had no time for music.')],
      letter: [sent(...forGood)],
    },
  },
  'comes-back-unasked': {
    ends: 'loyal-again',
    says: { 'cause-call': [noAnswer] },
    does: [buys(4), buys(16)],
  },
  'comes-back-at-once': {
    ends: 'loyal-again',
    says: {
      'recovery-call': [accepted('Had only forgotten us.', ...forGood)],
      'offer-call': [accepted('Takes the credit.', ...forGood)],
      letter: [sent(...forGood)],
      'satisfaction-call': [satisfied(9)],
      'referral-call': [{ outcome: 'refused', note: 'Keeps recommendations to themselves.' }],
    },
  },
  'never-picks-up': {
    ends: 'lost',
    says: { 'cause-call': [noAnswer], 'recovery-call': [noAnswer], 'offer-call': [noAnswer] },
  },
  'has-another-number': {
    ends: 'lost',
    says: { 'cause-call': [{ outcome: 'wrong-number', note: 'Somebody else lives there.' }] },
  },
  'asks-not-to-be-called': {
    ends: 'stopped',
    says: {
      'recovery-call': [{ outcome: 'do-not-contact', note: 'Asks us never to call again.' }],
      'offer-call': [{ outcome: 'do-not-contact', note: 'Asks us never to call again.' }],
    },
  },
  'has-died': {
    ends: 'stopped',
    says: { 'cause-call': [noAnswer] },
    does: [{ afterSeconds: 11, type: 'customer.deceased' }],
  },
  // Little effort: a letter only.
  'ignores-the-letter': { ends: 'lost' },
  'likes-the-letter': { ends: 'loyal-again', says: { letter: [sent(withdraws(3))] } },
  // The control group, which nobody contacts.
  'control-stays-away': { ends: 'control-group' },
  'control-comes-back': { ends: 'control-group', does: [buys(9)] },
  // Customers who cancel.
  'takes-the-cancellation-back': {
    ends: 'loyal-again',
    says: {
      'recovery-call': [accepted('Stays if we match the price.', withdraws(3))],
      'offer-call': [accepted('Takes the credit and stays.', withdraws(3))],
      letter: [sent(withdraws(3))],
      'satisfaction-call': [satisfied(9)],
    },
  },
  'thinks-again': {
    ends: 'loyal-again',
    says: { 'cause-call': [noAnswer] },
    does: [withdraws(7)],
  },
  'cancels-for-good': {
    ends: 'lost',
    says: { 'cause-call': [answered('better-offer-convenience', 'Delivery takes too long.')] },
  },
  'moves-away': { ends: 'not-pursued' },
  'is-worth-too-little': { ends: 'not-pursued' },
  'moves-away-with-much-value': {
    ends: 'not-pursued',
    says: {
      'decide-pursuit': [
        { outcome: 'do-not-pursue', note: 'Emigrates; we do not deliver there. Wish them well.' },
      ],
    },
  },
  // Second episodes.
  'gets-a-third-chance': {
    ends: 'loyal-again',
    says: {
      'decide-pursuit': [{ outcome: 'pursue', note: 'Our fault both times: one more try.' }],
      'recovery-call': [accepted('Our apology is accepted.', withdraws(3))],
      'offer-call': [accepted('Takes the credit and stays.', withdraws(3))],
      letter: [sent(withdraws(3))],
      'satisfaction-call': [satisfied(9)],
    },
  },
  'gets-no-third-chance': {
    ends: 'not-pursued',
    says: {
      'decide-pursuit': [{ outcome: 'do-not-pursue', note: 'There is almost never a third.' }],
    },
  },
} as const satisfies Record<string, Role>;

export type RoleName = keyof typeof roles;

import type { MailRefusal } from './mails.ts';
import { formatMoney } from './money.ts';
import { silentLossText, type SilentLoss } from './silent-loss.ts';
import { secondLifetimeText, type SecondLifetime, type ValueTerms } from './second-lifetime.ts';
import { taskTypes, type TaskType } from './tasks.ts';

/** Codes, dates and amounts that a timeline entry tells; never free text. */
export type TimelineData = Record<string, string | number | boolean | null>;

type Teller = (data: TimelineData) => string;

function title(type: unknown): string {
  return taskTypes[type as TaskType]?.title ?? String(type);
}

function words(code: unknown): string {
  return String(code).replaceAll('-', ' ');
}

function money(data: TimelineData, key = 'amount'): string {
  return formatMoney(Number(data[key] ?? 0), String(data['currency'] ?? 'EUR'));
}

const decisionWhy: Record<string, string> = {
  deceased: 'the customer has died',
  objected: 'the customer has objected to any contact',
  'natural-loss': 'the stated cause is a natural loss',
  'wanted-loss': 'it is a loss that we wanted',
  'third-chance': 'the customer already came back once',
  'expected-gain': 'of what that promises and costs',
  'unknown-value': 'no purchase of the customer is known',
  doubtful: 'it hangs on how good the chance really is',
  'manager-decided': 'a manager decided so',
  'manager-silent': 'no manager answered in time',
};

const notPermittedWhy: Record<string, string> = {
  objected: 'the customer has objected to any contact',
  deceased: 'the customer has died',
  refused: 'the customer refused contact by this channel',
  'no-permission': 'the law asks for a permission, and there is none',
  'basis-not-enough': 'the permission that was given is not of the kind that the law asks for',
  'consent-lapsed': 'the consent was given, and last used, too long ago',
  'case-limit': 'this case has had as many contacts as the policy allows',
  'no-common-hours': 'company and customer have no hour in common',
};

/** `€352.00 (tier A), chance of return 14 % (by the policy)` */
function prospect(d: TimelineData): string {
  const from =
    d['chanceFrom'] === 'measured' ? `measured in ${d['chanceCases']} cases` : 'by the policy';
  const madeOf =
    d['purchasesFrom'] === undefined
      ? ''
      : `: ${secondLifetimeText(d as SecondLifetime, d as ValueTerms, String(d['currency']))}`;
  return `${money(d, 'value')} (tier ${d['tier']}${madeOf}), chance of return ${d['chancePercent']} % (${from})`;
}

const trialText: Record<string, string> = {
  running: 'drawn among equals',
  sure: 'the best among equals',
  enough: 'the likeliest among equals',
};

/** `, because it names the cause and the trigger (also fitted: dormancy)`; cases of old do not know. */
function choiceText({ because, alsoFitted, trial, arms }: TimelineData): string {
  if (because == null) return '';
  const why = because
    ? `it names the ${words(because).replaceAll(',', ' and the')}`
    : 'it fits any';
  const tried = trial == null ? '' : `, ${trialText[String(trial)]} (${arms})`;
  return `, because ${why}${alsoFitted ? ` (also fitted: ${alsoFitted})` : ''}${tried}`;
}

const mailWhy: Record<MailRefusal, string> & Record<string, string> = {
  'no-address': 'no mail address is known',
  undeliverable: 'mails to the address come back',
  'no-template': 'there is no such template',
  'not-permitted': 'the customer does not want it any more',
};

/** What each entry says in plain words. */
const tellers = {
  opened: (d) => `Case opened by ${words(d['trigger'])}, episode ${d['episode']}`,
  'silent-loss': (d) => silentLossText(d as SilentLoss),
  identified: (d) =>
    `Expected second lifetime value ${prospect(d)}: ${words(d['decision'])}, because ${decisionWhy[String(d['reason'])] ?? words(d['reason'])} (policy ${d['policyVersion']})`,
  'manager-asked': (d) =>
    `A manager is asked to decide (expected second lifetime value ${prospect(d)}), because ${decisionWhy[String(d['reason'])] ?? words(d['reason'])}`,
  'control-group': () => 'Drawn into the control group: no measures, the same observation',
  'step-entered': (d) => `Step: ${words(d['step'])}`,
  'cause-recorded': (d) => `Cause (${d['layer']}): ${words(d['cause'])}`,
  'playbook-chosen': (d) =>
    `Playbook "${d['playbookId']}" version ${d['version']} begins${choiceText(d)}`,
  'playbook-changed': (d) => `Goes on by playbook "${d['playbookId']}" version ${d['version']}`,
  'plan-tailored': (d) => `Plan changed: ${words(d['change'])} ${d['measureId']}`,
  'used-instead': (d) => `In its place, as the playbook says: ${words(d['kind'])}`,
  'no-playbook': () => 'No playbook fits this case: it is only observed',
  'task-opened': (d) =>
    `Task: ${title(d['type'])}${Number(d['attempt']) > 1 ? `, attempt ${d['attempt']}` : ''}, due ${d['dueAt']}${d['calls'] ? ` (towards ${d['time']}, when about ${d['answeredPercent']} % answer)` : ''}`,
  'task-done': (d) => `Done: ${title(d['type'])}. Result: ${words(d['outcome'])}`,
  'task-cancelled': (d) => `Closed without a result: ${title(d['type'])} (${words(d['reason'])})`,
  'task-rescheduled': (d) => `Moved: ${title(d['type'])}, now due ${d['dueAt']}`,
  'late-result': (d) =>
    `A result for "${title(d['type'])}" came after the task was closed (${words(d['outcome'])}); kept, changes nothing`,
  'contact-not-permitted': (d) =>
    `Not done (${title(d['type'])}): ${notPermittedWhy[String(d['reason'])] ?? 'the customer gave no leave for it'}${d['rule'] ? ` (${d['rule']})` : ''}`,
  'gave-up': (d) => `Given up: ${title(d['type'])} (${words(d['reason'])})`,
  purchase: (d) => `The customer bought for ${money(d)}`,
  cancellation: (d) =>
    `The customer cancelled${d['effectiveAt'] ? `, effective ${d['effectiveAt']}` : ''}`,
  'cancellation-withdrawn': () => 'The customer withdrew the cancellation',
  objection: () => 'The customer objected to any contact',
  death: () => 'The customer has died',
  permission: (d) =>
    `The customer ${d['granted'] ? 'gave' : 'withdrew'} the leave for contact by ${words(d['channel'])}`,
  'mail-queued': (d) => `A mail goes out: template "${d['template']}"`,
  'mail-not-sent': (d) => `No mail by template "${d['template']}": ${mailWhy[String(d['reason'])]}`,
  'mail-bounced': () => 'A mail came back: the address does not take mails',
  delivery: () => 'An order was delivered',
  satisfaction: (d) => `The customer answered the question about satisfaction: ${d['score']} of 10`,
  'early-warning': (d) =>
    `Silent for ${d['silentDays']} days, usually buys every ${d['usualDays']}: a second loss threatens`,
  'make-up': (d) => `Somebody is to find out what is wrong, and put it right (${words(d['why'])})`,
  'after-delivery': (d) => `After-care follows the delivery: due ${d['dueAt']}`,
  regained: (d) =>
    `Regained: ${d['by'] === 'purchase' ? 'bought again' : 'cancellation withdrawn'}`,
  'observation-begun': (d) => `Observed until ${d['until']}`,
  'satisfaction-answered': (d) => `Satisfaction: ${d['score']} of 10`,
  'offer-sent': (d) =>
    `Offer sent, since nobody may be called: ${words(d['concession'])}, costs ${money(d, 'cost')}`,
  'offer-accepted': (d) => `Offer accepted: ${words(d['concession'])}, costs ${money(d, 'cost')}`,
  'offer-drawn': (d) =>
    `Offer ${words(d['concession'])} ${trialText[String(d['trial'])]} (${d['arms']})${d['leftOut'] ? `; could not be made: ${d['leftOut']}` : ''}`,
  'offer-refused': (d) => `Not offered: ${words(d['concession'])} (${words(d['reason'])})`,
  'approval-asked': (d) =>
    `A manager is asked to approve the offer ${words(d['concession'])}, which costs ${money(d, 'cost')}, because ${d['reason'] === 'second-cancellation' ? 'the customer had cancelled before within a year' : 'it costs more than agents may grant'}`,
  'offer-approved': (d) => `A manager approved the offer ${words(d['concession'])}`,
  paused: (d) => `Paused until ${d['until']}`,
  resumed: (d) => (d['byManager'] ? 'Resumed by a manager' : 'The pause is over'),
  repaired: (d) => `Repaired by the reconciliation pass: ${words(d['what'])}`,
  closed: (d) => `Case closed: ${words(d['outcome'])} (${words(d['reason'])})`,
} satisfies Record<string, Teller>;

export type TimelineCode = keyof typeof tellers;
export const timelineCodes = Object.keys(tellers) as [TimelineCode, ...TimelineCode[]];

export type TimelineEntry = { at: string; code: TimelineCode; data: TimelineData };

/** @param time how the reader writes a moment of ISO 8601 UTC */
export function timelineText(
  { code, data }: Pick<TimelineEntry, 'code' | 'data'>,
  time: (at: string) => string = (at) => at,
): string {
  const tell: Teller = tellers[code];
  return tell(withTimes(data, time));
}

/** With its moments as the reader writes them. */
export function withTimes(data: TimelineData, time: (at: string) => string): TimelineData {
  const said = ['dueAt', 'effectiveAt', 'until'].flatMap((field) => {
    const at = data[field];
    return typeof at === 'string' ? [[field, time(at)] as const] : [];
  });
  return { ...data, ...Object.fromEntries(said) };
}

import { causeTitle } from './causes.ts';
import { durationMs, type Duration } from './duration.ts';
import { formatMoney } from './money.ts';
import { channels, decisions, outcomes, steps, taskTypes } from './names.ts';
import { silentLossTextInGerman, type SilentLoss } from './silent-loss.ts';
import { withTimes, type TimelineCode, type TimelineData, type TimelineEntry } from './timeline.ts';
import type { TaskType } from './tasks.ts';
import type { Cause, Decision } from './words.ts';

type Teller = (data: TimelineData) => string;
type Codes = Record<string, string>;

/** The German of a code; one that is not known is shown as it is. */
const said = (names: Codes, code: unknown) => names[String(code)] ?? String(code);
const title = (type: unknown) =>
  taskTypes.de[type as TaskType] ?? (type === 'email' ? 'Mail' : String(type));
const cause = (code: unknown) => causeTitle(code as Cause, 'de');
const number = (value: unknown) => Number(value).toLocaleString('de');
const money = (data: TimelineData, key = 'amount') =>
  formatMoney(Number(data[key] ?? 0), String(data['currency'] ?? 'EUR'), 'de');

const triggerWords: Codes = {
  cancellation: 'wegen einer Kündigung',
  dormancy: 'wegen Abwanderung',
  manual: 'von Hand',
};

const layers: Codes = { stated: 'genannt', assessed: 'eingeschätzt', verified: 'geprüft' };

const decisionWhy: Codes = {
  deceased: 'der Kunde gestorben ist',
  objected: 'der Kunde jedem Kontakt widersprochen hat',
  'natural-loss': 'die genannte Ursache ein natürlicher Verlust ist',
  'wanted-loss': 'wir diesen Verlust wollten',
  'third-chance': 'der Kunde schon einmal zurückgekommen ist',
  'expected-gain': 'das im Verhältnis von Aufwand und Aussicht so am besten ist',
  'unknown-value': 'kein Kauf des Kunden bekannt ist',
  doubtful: 'es davon abhängt, wie gut die Aussicht wirklich ist',
  'manager-decided': 'die Leitung so entschieden hat',
  'manager-silent': 'die Leitung nicht rechtzeitig geantwortet hat',
};

const notPermittedWhy: Codes = {
  objected: 'der Kunde hat jedem Kontakt widersprochen',
  deceased: 'der Kunde ist gestorben',
  refused: 'der Kunde hat diesen Weg abgelehnt',
  'no-permission': 'das Gesetz verlangt eine Einwilligung, und es gibt keine',
  'basis-not-enough': 'die erteilte Einwilligung ist nicht von der Art, die das Gesetz verlangt',
  'consent-lapsed': 'die Einwilligung ist zu lange her',
  'case-limit': 'dieser Fall hatte so viele Kontakte, wie das Regelwerk erlaubt',
  'no-common-hours': 'Firma und Kunde haben keine gemeinsame Stunde',
};

const dimensions: Codes = {
  decision: 'die Entscheidung',
  trigger: 'den Auslöser',
  triggerDetail: 'die Art des Auslösers',
  customerKind: 'die Art des Kunden',
  tier: 'die Wertklasse',
  cause: 'die Ursache',
};
const trials: Codes = {
  running: 'gelost unter Gleichen',
  sure: 'der beste unter Gleichen',
  enough: 'der wahrscheinlich beste unter Gleichen',
};

const changes: Codes = {
  skip: 'ausgelassen',
  add: 'eingefügt',
  repeat: 'wiederholt',
  'bring-forward': 'vorgezogen',
};
const measureKinds: Codes = {
  call: 'Anruf',
  email: 'Mail',
  letter: 'Brief',
  visit: 'Besuch',
  remedy: 'Problem beheben',
  offer: 'Angebot',
};

/** What came of a task. */
const results: Codes = {
  ...decisions.de,
  answered: 'hat geantwortet',
  accepted: 'angenommen',
  approved: 'freigegeben',
  refused: 'abgelehnt',
  reached: 'erreicht',
  'no-answer': 'nicht erreicht',
  callback: 'Rückruf vereinbart',
  'not-now': 'nicht jetzt',
  'wrong-number': 'falsche Nummer',
  'do-not-contact': 'kein Kontakt mehr erwünscht',
  sent: 'gesendet',
  'not-sent': 'nicht gesendet',
  'not-met': 'nicht angetroffen',
  fixed: 'behoben',
  'not-fixable': 'nicht behebbar',
  settled: 'in Ordnung gebracht',
  'not-settled': 'nicht in Ordnung gebracht',
  'send-again': 'noch einmal senden',
};

const closeReasons: Codes = {
  purchase: 'der Kunde hat gekauft',
  'cancellation-withdrawn': 'die Kündigung ist zurückgenommen',
  cancellation: 'der Kunde hat gekündigt',
  objection: 'Widerspruch des Kunden',
  death: 'der Kunde ist gestorben',
  'do-not-contact': 'kein Kontakt mehr erwünscht',
  'manager-closed': 'von der Leitung geschlossen',
  deadline: 'die Frist ist um',
  'permission-withdrawn': 'die Einwilligung ist zurückgenommen',
  'permission-given': 'die Einwilligung ist wieder da',
  'case-closed': 'der Fall ist geschlossen',
  'case-opened': 'ein Fall ist eröffnet',
  'complaint-answered': 'die Beschwerde ist beantwortet',
  skipped: 'aus dem Plan genommen',
  discarded: 'der Fall ging einen anderen Weg',
};

const gaveUpWhy: Codes = {
  'wrong-number': 'falsche Nummer',
  'no-answer': 'niemand war zu erreichen',
  'put-off-too-often': 'zu oft vertröstet',
  'agreed-later': 'am vereinbarten Tag beginnt ein neuer Fall',
  skipped: 'aus dem Plan genommen',
};

const endReasons: Codes = {
  deceased: 'der Kunde ist gestorben',
  objected: 'Widerspruch des Kunden',
  'natural-loss': 'natürlicher Verlust',
  'wanted-loss': 'gewollter Verlust',
  'third-chance': 'schon einmal zurückgekommen',
  'expected-gain': 'der Aufwand lohnt nicht',
  'unknown-value': 'kein Kauf bekannt',
  doubtful: 'zu unsichere Aussicht',
  'manager-decided': 'die Leitung hat so entschieden',
  'manager-silent': 'die Leitung hat nicht geantwortet',
  objection: 'Widerspruch des Kunden',
  death: 'der Kunde ist gestorben',
  'do-not-contact': 'kein Kontakt mehr erwünscht',
  'observation-over': 'die Beobachtung ist um',
  'bought-again': 'hat wieder gekauft',
  stayed: 'ist geblieben',
  'no-second-purchase': 'kein zweiter Kauf',
  cancelled: 'hat gekündigt',
  'cancelled-again': 'hat wieder gekündigt',
  'manager-closed': 'die Leitung hat geschlossen',
  'was-not-lost': 'war nicht verloren',
  'ended-outside': 'außerhalb beendet',
};

const offerRefusals: Codes = {
  retired: 'nicht mehr im Katalog',
  'not-for-cause': 'nicht für diese Ursache',
  'not-for-tier': 'nicht für diese Wertklasse',
  'discount-without-price': 'ein Nachlass, wo der Preis nicht die Ursache war',
  'given-before': 'schon einmal gegeben',
  'refused-before': 'schon einmal abgelehnt',
  'below-margin-floor': 'es bliebe zu wenig Marge',
  'budget-used-up': 'das Budget ist verbraucht',
  'not-approved': 'die Leitung hat es nicht freigegeben',
};

const mailWhy: Codes = {
  'no-address': 'keine Adresse bekannt',
  undeliverable: 'Mails an die Adresse kommen zurück',
  'no-template': 'diese Vorlage gibt es nicht',
  'not-permitted': 'der Kunde möchte sie nicht mehr',
};

const makeUpWhy: Codes = {
  satisfaction: 'geringe Zufriedenheit',
  'old-cause': 'die alte Ursache besteht noch',
  'early-warning': 'ungewohnt lange still',
};

const days = (duration: unknown) =>
  `${number(durationMs(duration as Duration) / 86_400_000)} Tagen`;

function lifetime(d: TimelineData): string {
  if (d['purchasesFrom'] === undefined) return '';
  const pace =
    d['purchasesFrom'] === 'own-pace'
      ? 'eigenes Tempo'
      : String(d['purchasesFrom']).toUpperCase().replace('-', '/');
  const spend = d['spendFrom'] === 'gamma-gamma' ? 'Gamma-Gamma' : 'eigener Durchschnitt';
  const count = Number(d['purchases']).toLocaleString('de', { maximumFractionDigits: 1 });
  return `: ${count} Käufe zu ${money(d, 'spend')} (${pace}, ${spend}) in ${days(d['valueHorizon'])}, ${number(d['marginPercent'])} % Marge, abgezinst mit ${number(d['discountPercent'])} % im Jahr`;
}

function prospect(d: TimelineData): string {
  const from =
    d['chanceFrom'] === 'measured'
      ? `gemessen an ${d['chanceCases']} Fällen`
      : 'nach dem Regelwerk';
  return `${money(d, 'value')} (Wertklasse ${d['tier']}${lifetime(d)}), Aussicht auf Rückkehr ${number(d['chancePercent'])} % (${from})`;
}

function choice({ because, alsoFitted, trial, arms }: TimelineData): string {
  if (because == null) return '';
  const named = String(because)
    .split(',')
    .map((one) => said(dimensions, one.trim()));
  const why = because ? `er ${named.join(' und ')} nennt` : 'er auf jeden Fall passt';
  const also = alsoFitted ? ` (es passte auch: ${alsoFitted})` : '';
  return `, weil ${why}${also}${trial == null ? '' : `, ${said(trials, trial)} (${arms})`}`;
}

const why = (names: Codes, d: TimelineData) => said(names, d['reason']);

const tellers: Record<TimelineCode, Teller> = {
  opened: (d) => `Fall eröffnet ${said(triggerWords, d['trigger'])}, Episode ${d['episode']}`,
  'silent-loss': (d) => silentLossTextInGerman(d as SilentLoss),
  identified: (d) =>
    `Erwarteter zweiter Kundenwert ${prospect(d)}: ${decisions.de[d['decision'] as Decision]}, weil ${why(decisionWhy, d)} (Regelwerk ${d['policyVersion']})`,
  'manager-asked': (d) =>
    `Die Leitung soll entscheiden (erwarteter zweiter Kundenwert ${prospect(d)}), weil ${why(decisionWhy, d)}`,
  'control-group': () => 'In die Kontrollgruppe gelost: keine Maßnahmen, aber dieselbe Beobachtung',
  'step-entered': (d) => `Schritt: ${said(steps.de, d['step'])}`,
  'cause-recorded': (d) => `Ursache (${said(layers, d['layer'])}): ${cause(d['cause'])}`,
  'playbook-chosen': (d) =>
    `Maßnahmenplan „${d['playbookId']}“ Version ${d['version']} beginnt${choice(d)}`,
  'playbook-changed': (d) =>
    `Weiter nach Maßnahmenplan „${d['playbookId']}“ Version ${d['version']}`,
  'plan-tailored': (d) => `Plan geändert: ${d['measureId']} ${said(changes, d['change'])}`,
  'used-instead': (d) => `Stattdessen, wie der Plan es sagt: ${said(measureKinds, d['kind'])}`,
  'no-playbook': () => 'Kein Maßnahmenplan passt zu diesem Fall: er wird nur beobachtet',
  'task-opened': (d) =>
    `Aufgabe: ${title(d['type'])}${Number(d['attempt']) > 1 ? `, ${d['attempt']}. Versuch` : ''}, fällig ${d['dueAt']}${d['calls'] ? ` (gegen ${d['time']}, dann nehmen etwa ${d['answeredPercent']} % ab)` : ''}`,
  'task-done': (d) => `Erledigt: ${title(d['type'])}. Ergebnis: ${said(results, d['outcome'])}`,
  'task-cancelled': (d) =>
    `Ohne Ergebnis geschlossen: ${title(d['type'])} (${why(closeReasons, d)})`,
  'task-rescheduled': (d) => `Verschoben: ${title(d['type'])}, jetzt fällig ${d['dueAt']}`,
  'late-result': (d) =>
    `Ein Ergebnis für „${title(d['type'])}“ kam, als die Aufgabe schon geschlossen war (${said(results, d['outcome'])}); aufgehoben, ändert nichts`,
  'contact-not-permitted': (d) =>
    `Nicht getan (${title(d['type'])}): ${notPermittedWhy[String(d['reason'])] ?? 'der Kunde hat es nicht erlaubt'}${d['rule'] ? ` (${d['rule']})` : ''}`,
  'gave-up': (d) => `Aufgegeben: ${title(d['type'])} (${why(gaveUpWhy, d)})`,
  purchase: (d) => `Der Kunde hat für ${money(d)} gekauft`,
  cancellation: (d) =>
    `Der Kunde hat gekündigt${d['effectiveAt'] ? `, wirksam ${d['effectiveAt']}` : ''}`,
  'cancellation-withdrawn': () => 'Der Kunde hat die Kündigung zurückgenommen',
  objection: () => 'Der Kunde hat jedem Kontakt widersprochen',
  death: () => 'Der Kunde ist gestorben',
  permission: (d) =>
    `Der Kunde hat den Kontakt ${d['granted'] ? 'erlaubt' : 'untersagt'}: ${said(channels.de, d['channel'])}`,
  'mail-queued': (d) => `Eine Mail geht hinaus: Vorlage „${d['template']}“`,
  'mail-not-sent': (d) => `Keine Mail nach Vorlage „${d['template']}“: ${why(mailWhy, d)}`,
  'mail-bounced': () => 'Eine Mail kam zurück: die Adresse nimmt keine Mails an',
  delivery: () => 'Eine Bestellung wurde geliefert',
  satisfaction: (d) =>
    `Der Kunde hat die Frage nach der Zufriedenheit beantwortet: ${d['score']} von 10`,
  'early-warning': (d) =>
    `Seit ${d['silentDays']} Tagen still, kauft sonst alle ${d['usualDays']}: ein zweiter Verlust droht`,
  'make-up': (d) =>
    `Jemand soll herausfinden, was nicht stimmt, und es in Ordnung bringen (${said(makeUpWhy, d['why'])})`,
  'after-delivery': (d) => `Die Nachbetreuung folgt der Lieferung: fällig ${d['dueAt']}`,
  regained: (d) =>
    `Zurückgewonnen: ${d['by'] === 'purchase' ? 'hat wieder gekauft' : 'Kündigung zurückgenommen'}`,
  'observation-begun': (d) => `Wird beobachtet bis ${d['until']}`,
  'satisfaction-answered': (d) => `Zufriedenheit: ${d['score']} von 10`,
  'offer-sent': (d) =>
    `Angebot gesendet, da niemand anrufen darf: ${d['concession']}, kostet ${money(d, 'cost')}`,
  'offer-accepted': (d) => `Angebot angenommen: ${d['concession']}, kostet ${money(d, 'cost')}`,
  'offer-drawn': (d) =>
    `Angebot ${d['concession']}: ${said(trials, d['trial'])} (${d['arms']})${d['leftOut'] ? `; nicht möglich: ${d['leftOut']}` : ''}`,
  'offer-refused': (d) => `Nicht angeboten: ${d['concession']} (${why(offerRefusals, d)})`,
  'approval-asked': (d) =>
    `Die Leitung soll das Angebot ${d['concession']} freigeben, das ${money(d, 'cost')} kostet, weil ${d['reason'] === 'second-cancellation' ? 'der Kunde binnen eines Jahres schon einmal gekündigt hatte' : 'es mehr kostet, als das Team gewähren darf'}`,
  'offer-approved': (d) => `Die Leitung hat das Angebot ${d['concession']} freigegeben`,
  paused: (d) => `Ruht bis ${d['until']}`,
  resumed: (d) => (d['byManager'] ? 'Von der Leitung fortgesetzt' : 'Die Pause ist vorbei'),
  repaired: () => 'Vom Abgleich in Ordnung gebracht',
  closed: (d) => `Fall geschlossen: ${said(outcomes.de, d['outcome'])} (${why(endReasons, d)})`,
};

/** What `timelineText` says, in German. */
export function timelineTextInGerman(
  { code, data }: Pick<TimelineEntry, 'code' | 'data'>,
  time: (at: string) => string,
): string {
  return tellers[code](withTimes(data, time));
}

import { useTranslation } from 'react-i18next';
import { causeTitle, type Sureness } from '../../domain/causes.ts';
import type { TaskCloseReason } from '../../domain/case.ts';
import { channels, decisions, outcomes, steps, taskTypes, triggers } from '../../domain/names.ts';
import type { PermissionReason } from '../../domain/permission.ts';
import type { PreventionStatus } from '../../domain/prevention.ts';
import type { TaskOutcome } from '../../domain/tasks.ts';
import type { DetectionRule } from '../../domain/detection.ts';
import type { MeasureKind, MeasureResult } from '../../domain/playbooks.ts';
import type { TriggerDetail } from '../../domain/silent-loss.ts';
import {
  causes as allCauses,
  type Cause,
  type CustomerKind,
  type EarlySign,
  type LegalBasis,
  type Phase,
  type StrictRegain,
  type TargetGroup,
} from '../../domain/words.ts';
import type { Language } from '../../domain/causes.ts';
import type { DuplicateSureness, Likeness } from '../../domain/identity.ts';

/* The words of the domain as people read them. Every enumeration stands in `domain/`; what is missing here does not compile. */

type Names<Name extends string> = Record<Language, Record<Name, string>>;

const phases: Names<Phase> = {
  en: {
    acquisition: 'Acquisition',
    socialisation: 'Socialisation',
    growth: 'Growth',
    maturity: 'Maturity',
    termination: 'Termination',
    abstinence: 'Abstinence',
    revitalisation: 'Revitalisation',
  },
  de: {
    acquisition: 'Anbahnung',
    socialisation: 'Sozialisation',
    growth: 'Wachstum',
    maturity: 'Reife',
    termination: 'Kündigung',
    abstinence: 'Abstinenz',
    revitalisation: 'Revitalisierung',
  },
};

const targetGroups: Names<TargetGroup> = {
  en: {
    Z0: 'Z0 cold',
    Z1: 'Z1 prospect',
    Z2: 'Z2 first-time buyer',
    Z3: 'Z3 bought twice',
    Z4: 'Z4 regular',
  },
  de: {
    Z0: 'Z0 kalt',
    Z1: 'Z1 Interessent',
    Z2: 'Z2 Erstkäufer',
    Z3: 'Z3 Zweitkäufer',
    Z4: 'Z4 Stammkunde',
  },
};

const taskOutcomes: Names<TaskOutcome> = {
  en: {
    ...decisions.en,
    answered: 'Answered',
    accepted: 'Accepted',
    reached: 'Reached',
    'no-answer': 'No answer',
    callback: 'Call back',
    'not-now': 'Not now',
    refused: 'Refused',
    'wrong-number': 'Wrong number',
    'do-not-contact': 'No more contact',
    approved: 'Approved',
    sent: 'Sent',
    'not-sent': 'Not sent',
    'send-again': 'Send again',
    'not-met': 'Not met',
    fixed: 'Fixed',
    'not-fixable': 'Cannot be fixed',
    settled: 'Put right',
    'not-settled': 'Not put right',
  },
  de: {
    ...decisions.de,
    answered: 'Hat geantwortet',
    accepted: 'Angenommen',
    reached: 'Erreicht',
    'no-answer': 'Nicht erreicht',
    callback: 'Rückruf',
    'not-now': 'Jetzt nicht',
    refused: 'Abgelehnt',
    'wrong-number': 'Falsche Nummer',
    'do-not-contact': 'Kein Kontakt mehr',
    approved: 'Freigegeben',
    sent: 'Gesendet',
    'not-sent': 'Nicht gesendet',
    'send-again': 'Noch einmal senden',
    'not-met': 'Nicht angetroffen',
    fixed: 'Behoben',
    'not-fixable': 'Nicht zu beheben',
    settled: 'In Ordnung gebracht',
    'not-settled': 'Nicht in Ordnung gebracht',
  },
};

const strictRegains: Names<StrictRegain> = {
  en: {
    regained: 'Regained',
    'half-return': 'Half a return',
    pending: 'Not known yet',
    not: 'Not regained',
  },
  de: {
    regained: 'Zurückgewonnen',
    'half-return': 'Halbe Rückkehr',
    pending: 'Noch nicht entschieden',
    not: 'Nicht zurückgewonnen',
  },
};

const preventionStatuses: Names<PreventionStatus> = {
  en: {
    proposed: 'Proposed',
    accepted: 'Accepted',
    'in-progress': 'In progress',
    done: 'Done',
    rejected: 'Rejected',
  },
  de: {
    proposed: 'Vorgeschlagen',
    accepted: 'Angenommen',
    'in-progress': 'In Arbeit',
    done: 'Erledigt',
    rejected: 'Abgelehnt',
  },
};

const closeReasons: Names<TaskCloseReason> = {
  en: {
    purchase: 'the customer has bought again',
    'cancellation-withdrawn': 'the cancellation was withdrawn',
    cancellation: 'the customer has cancelled again',
    objection: 'the customer has objected to any contact',
    death: 'the customer has died',
    'do-not-contact': 'the customer wants no more contact',
    'manager-closed': 'a manager closed the case',
    deadline: 'its time was over',
    'permission-withdrawn': 'the permission was withdrawn',
    'case-closed': 'the case was closed',
    'case-opened': 'the loss has come, and its case goes on from here',
    'complaint-answered': 'the complaint was answered',
    'permission-given': 'the permission was given again',
    skipped: 'the measure was taken out of the plan',
    discarded: 'the case went another way',
  },
  de: {
    purchase: 'der Kunde hat wieder gekauft',
    'cancellation-withdrawn': 'die Kündigung wurde zurückgenommen',
    cancellation: 'der Kunde hat erneut gekündigt',
    objection: 'der Kunde hat jedem Kontakt widersprochen',
    death: 'der Kunde ist verstorben',
    'do-not-contact': 'der Kunde möchte keinen Kontakt mehr',
    'manager-closed': 'die Leitung hat den Fall geschlossen',
    deadline: 'die Frist war abgelaufen',
    'permission-withdrawn': 'die Einwilligung wurde widerrufen',
    'case-closed': 'der Fall wurde geschlossen',
    'case-opened': 'der Kunde ist verloren, sein Fall führt es weiter',
    'complaint-answered': 'die Beschwerde wurde beantwortet',
    'permission-given': 'die Einwilligung wurde wieder erteilt',
    skipped: 'die Maßnahme wurde aus dem Plan genommen',
    discarded: 'der Fall nahm einen anderen Weg',
  },
};

const likenesses: Names<Likeness> = {
  en: { email: 'mail address', phone: 'phone number', 'name-and-address': 'name and address' },
  de: { email: 'Mailadresse', phone: 'Telefonnummer', 'name-and-address': 'Name und Anschrift' },
};

const duplicateSurenesses: Names<DuplicateSureness> = {
  en: { possible: 'possible', likely: 'likely', 'nearly-certain': 'nearly certain' },
  de: { possible: 'möglich', likely: 'wahrscheinlich', 'nearly-certain': 'so gut wie sicher' },
};

const earlySigns: Names<EarlySign> = {
  en: {
    'declining-rhythm': 'Silent for longer than ever before',
    'complaint-unanswered': 'Complained and had no answer',
    'permission-withdrawn': 'Withdrew a permission',
    'cancellation-considered': 'Looked at the cancellation page',
    'low-satisfaction': 'Is not satisfied with us',
  },
  de: {
    'declining-rhythm': 'Länger still als je zuvor',
    'complaint-unanswered': 'Beschwerde ohne Antwort',
    'permission-withdrawn': 'Erlaubnis zurückgezogen',
    'cancellation-considered': 'Hat die Kündigungsseite besucht',
    'low-satisfaction': 'Ist mit uns nicht zufrieden',
  },
};

const permissionReasons: Names<PermissionReason> = {
  en: {
    granted: 'The customer has permitted it',
    purchase: 'The customer has bought from us',
    'none-needed': 'No permission is needed',
    'not-refused': 'The customer has not refused it',
    objected: 'The customer has objected to any contact',
    deceased: 'The customer has died',
    refused: 'The customer has refused it',
    'no-permission': 'There is no permission, and the law asks for one',
    'basis-not-enough': 'The permission is not of the kind that the law asks for',
    'basis-not-recognised': 'What the permission rests on is not recognised',
    'consent-lapsed': 'The consent has lapsed',
  },
  de: {
    granted: 'Der Kunde hat es erlaubt',
    purchase: 'Der Kunde hat bei uns gekauft',
    'none-needed': 'Es braucht keine Einwilligung',
    'not-refused': 'Der Kunde hat es nicht abgelehnt',
    objected: 'Der Kunde hat jedem Kontakt widersprochen',
    deceased: 'Der Kunde ist verstorben',
    refused: 'Der Kunde hat es abgelehnt',
    'no-permission': 'Es gibt keine Einwilligung, das Gesetz verlangt aber eine',
    'basis-not-enough': 'Die Einwilligung ist nicht von der Art, die das Gesetz verlangt',
    'basis-not-recognised': 'Worauf die Einwilligung beruht, ist nicht bekannt',
    'consent-lapsed': 'Die Einwilligung ist verfallen',
  },
};

const legalBasisNames: Names<LegalBasis> = {
  en: {
    'express-consent': 'express consent',
    'presumed-consent': 'presumed consent',
    'existing-customer': 'existing customer',
    contract: 'contract',
    'none-needed': 'none needed',
  },
  de: {
    'express-consent': 'ausdrückliche Einwilligung',
    'presumed-consent': 'mutmaßliche Einwilligung',
    'existing-customer': 'Bestandskunde',
    contract: 'Vertrag',
    'none-needed': 'keine nötig',
  },
};

const surenessNames: Names<Sureness> = {
  en: { low: 'Hardly sure', medium: 'Fairly sure', high: 'Sure' },
  de: { low: 'Kaum sicher', medium: 'Recht sicher', high: 'Sicher' },
};

const causesIn = (language: Language) =>
  Object.fromEntries(
    allCauses.map((cause) => [cause, causeTitle(cause, language)] as const),
  ) as Record<Cause, string>;
const causes: Names<Cause> = { en: causesIn('en'), de: causesIn('de') };

const triggerDetails: Names<TriggerDetail> = {
  en: { 'no-second-purchase': 'no second purchase', 'out-of-rhythm': 'out of rhythm' },
  de: { 'no-second-purchase': 'kein zweiter Kauf', 'out-of-rhythm': 'aus dem Rhythmus' },
};

const customerKinds: Names<CustomerKind> = {
  en: { consumer: 'Private customer', business: 'Business customer' },
  de: { consumer: 'Privatkunde', business: 'Geschäftskunde' },
};

const measureKinds: Names<MeasureKind> = {
  en: {
    call: 'Call',
    email: 'E-mail',
    letter: 'Letter',
    visit: 'Visit',
    remedy: 'Fix the problem',
    offer: 'Offer',
  },
  de: {
    call: 'Anruf',
    email: 'E-Mail',
    letter: 'Brief',
    visit: 'Besuch',
    remedy: 'Problem beheben',
    offer: 'Angebot',
  },
};

const measureResults: Names<MeasureResult> = {
  en: {
    accepted: 'accepted',
    refused: 'refused',
    'not-reached': 'not reached',
    'not-permitted': 'not permitted',
    'not-eligible': 'not on offer for this customer',
    sent: 'sent',
    'not-sent': 'not sent',
    'not-done': 'not done in time',
    'not-met': 'not met',
    fixed: 'fixed',
    'not-fixable': 'cannot be fixed',
  },
  de: {
    accepted: 'angenommen',
    refused: 'abgelehnt',
    'not-reached': 'nicht erreicht',
    'not-permitted': 'nicht erlaubt',
    'not-eligible': 'kein Angebot für diesen Kunden',
    sent: 'gesendet',
    'not-sent': 'nicht gesendet',
    'not-done': 'nicht rechtzeitig getan',
    'not-met': 'nicht angetroffen',
    fixed: 'behoben',
    'not-fixable': 'nicht behebbar',
  },
};

const detectionRules: Names<DetectionRule> = {
  en: {
    'fixed-days': 'A fixed number of days',
    'own-rhythm': 'The customer’s own rhythm',
    'bg-nbd': 'Model BG/NBD',
    'mbg-nbd': 'Model MBG/NBD',
  },
  de: {
    'fixed-days': 'Feste Zahl von Tagen',
    'own-rhythm': 'Eigener Rhythmus des Kunden',
    'bg-nbd': 'Modell BG/NBD',
    'mbg-nbd': 'Modell MBG/NBD',
  },
};

const names = {
  steps,
  outcomes,
  triggers,
  decisions,
  channels,
  phases,
  targetGroups,
  taskTypes,
  strictRegains,
  preventionStatuses,
  causes,
  taskOutcomes,
  closeReasons,
  permissionReasons,
  legalBases: legalBasisNames,
  surenesses: surenessNames,
  likenesses,
  duplicateSurenesses,
  earlySigns,
  triggerDetails,
  customerKinds,
  measureKinds,
  measureResults,
  detectionRules,
};

/** The names of the domain's words in the reader's language: `names.steps.measures`. */
export function useNames(): { [Kind in keyof typeof names]: (typeof names)[Kind][Language] } {
  const { i18n } = useTranslation();
  const language = i18n.language as Language;
  return Object.fromEntries(
    Object.entries(names).map(([kind, texts]) => [kind, texts[language]]),
  ) as ReturnType<typeof useNames>;
}

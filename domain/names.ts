import type { Language } from './causes.ts';
import type { TaskType } from './tasks.ts';
import type { Channel, Decision, Outcome, Step, Trigger } from './words.ts';

/* The words of the domain as people read them in both languages. */

type Names<Name extends string> = Record<Language, Record<Name, string>>;

export const steps: Names<Step> = {
  en: {
    identification: 'Identification',
    'cause-analysis': 'Cause analysis',
    measures: 'Measures',
    'success-control': 'Success control',
    'second-loyalty': 'Second loyalty',
  },
  de: {
    identification: 'Identifizierung',
    'cause-analysis': 'Ursachenanalyse',
    measures: 'Maßnahmen',
    'success-control': 'Erfolgskontrolle',
    'second-loyalty': 'Zweite Loyalität',
  },
};

export const outcomes: Names<Outcome> = {
  en: {
    'loyal-again': 'Loyal again',
    'lost-again': 'Lost again',
    lost: 'Lost',
    'not-pursued': 'Not pursued',
    'control-group': 'Control group',
    stopped: 'Stopped',
    'closed-by-manager': 'Closed by a manager',
  },
  de: {
    'loyal-again': 'Wieder loyal',
    'lost-again': 'Wieder verloren',
    lost: 'Verloren',
    'not-pursued': 'Nicht verfolgt',
    'control-group': 'Kontrollgruppe',
    stopped: 'Abgebrochen',
    'closed-by-manager': 'Von der Leitung geschlossen',
  },
};

export const triggers: Names<Trigger> = {
  en: { cancellation: 'Cancellation', dormancy: 'Dormancy', manual: 'By hand' },
  de: { cancellation: 'Kündigung', dormancy: 'Abwanderung', manual: 'Von Hand' },
};

export const decisions: Names<Decision> = {
  en: {
    pursue: 'Pursue',
    'pursue-light': 'Pursue with little effort',
    'do-not-pursue': 'Do not pursue',
  },
  de: {
    pursue: 'Verfolgen',
    'pursue-light': 'Mit wenig Aufwand verfolgen',
    'do-not-pursue': 'Nicht verfolgen',
  },
};

export const channels: Names<Channel> = {
  en: { phone: 'Phone', email: 'E-mail', letter: 'Letter', visit: 'Visit' },
  de: { phone: 'Telefon', email: 'E-Mail', letter: 'Brief', visit: 'Besuch' },
};

export const taskTypes: Names<TaskType> = {
  en: {
    'decide-pursuit': 'Decide whether to win this customer back',
    'cause-call': 'Ask why the customer left',
    'recovery-call': 'Ask the customer to come back',
    'offer-call': 'Call with an offer',
    'approve-offer': 'Approve an offer, or refuse it',
    'check-mail': 'Find out about a mail',
    letter: 'Send a letter',
    visit: 'Visit the customer',
    remedy: 'Fix the problem',
    'welcome-call': 'Welcome the customer back',
    'aftercare-call': 'Ask whether all is well',
    'satisfaction-call': 'Ask how satisfied they are',
    'make-up': 'Put right what is wrong',
    'referral-call': 'Ask for a referral',
    'prevention-call': 'Ask what is wrong, before they leave',
    'prevention-letter': 'Write before they leave',
  },
  de: {
    'decide-pursuit': 'Entscheiden, ob wir zurückgewinnen',
    'cause-call': 'Nach der Ursache fragen',
    'recovery-call': 'Um die Rückkehr bitten',
    'offer-call': 'Mit einem Angebot anrufen',
    'approve-offer': 'Angebot freigeben oder ablehnen',
    'check-mail': 'Eine Mail klären',
    letter: 'Brief senden',
    visit: 'Kunden besuchen',
    remedy: 'Problem beheben',
    'welcome-call': 'Willkommen zurück sagen',
    'aftercare-call': 'Fragen, ob alles stimmt',
    'satisfaction-call': 'Nach der Zufriedenheit fragen',
    'make-up': 'In Ordnung bringen, was nicht stimmt',
    'referral-call': 'Um eine Empfehlung bitten',
    'prevention-call': 'Fragen, was nicht stimmt, bevor sie gehen',
    'prevention-letter': 'Schreiben, bevor sie gehen',
  },
};

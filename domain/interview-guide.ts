import type { Language, Names } from './causes.ts';
import type { TriggerDetail } from './silent-loss.ts';
import { triggers, type Cause, type Trigger } from './words.ts';

/** Who never came a second time is asked other things than somebody who used to buy. */
export const guideNames = [...triggers, 'no-second-purchase'] as const;
export type GuideName = (typeof guideNames)[number];

type Question = { question: Names; listenFor: { hint: Names; cause: Cause }[] };
type Guide = { opening: Names; questions: Question[]; closing: Names };

/** What to ask in a cause call, and what to listen for: each hint leads to the cause that it speaks for. */
export type InterviewGuide = {
  name: GuideName;
  language: Language;
  opening: string;
  questions: { question: string; listenFor: { hint: string; cause: Cause }[] }[];
  closing: string;
};

const both = (de: string, en: string): Names => ({ de, en });
const hint = (cause: Cause, de: string, en: string) => ({ hint: both(de, en), cause });

const whatWentWrong: Question = {
  question: both(
    'Gab es etwas, womit Sie bei uns unzufrieden waren? Was ist da genau passiert?',
    'Was there anything you were unhappy with? What exactly happened?',
  ),
  listenFor: [
    hint('disappointed-product', 'Ware, Qualität, Defekte', 'goods, quality, defects'),
    hint(
      'disappointed-service',
      'Lieferung, Wartezeiten, Termine, Rechnungen',
      'delivery, waiting, appointments, invoices',
    ),
    hint(
      'disappointed-contact',
      'ein Mensch bei uns: Ton, Auftreten, Unkenntnis',
      'one of our people: tone, manner, lack of knowledge',
    ),
    hint(
      'pushed-away-unintended',
      'Sperre, Mahnung, abgeschaffte Leistung, Werbeflut',
      'a block, a dunning letter, a service we ended, too much advertising',
    ),
  ],
};

const complained: Question = {
  question: both(
    'Haben Sie uns das damals gesagt, und was haben wir daraus gemacht?',
    'Did you tell us at the time, and what did we make of it?',
  ),
  listenFor: [
    hint(
      'disappointed-complaint',
      'Beschwerde ohne Antwort, abgelehnt oder verschleppt: wiegt schwerer als der Anlass',
      'a complaint unanswered, refused or delayed: it weighs more than what it was about',
    ),
  ],
};

const whereNow: Question = {
  question: both(
    'Wo kaufen Sie jetzt, und was ist dort besser?',
    'Where do you buy now, and what is better there?',
  ),
  listenFor: [
    hint('better-offer-price', 'Preis, Rabatt, Gebühren', 'price, discount, fees'),
    hint('better-offer-product', 'Auswahl, Funktionen, Technik', 'range, features, technology'),
    hint(
      'better-offer-convenience',
      'Nähe, Öffnungszeiten, einfacher Bestellweg',
      'close by, opening hours, easier to order',
    ),
  ],
};

const stillNeeded: Question = {
  question: both(
    'Brauchen Sie so etwas zurzeit überhaupt noch? Hat sich bei Ihnen etwas verändert?',
    'Do you still need such a thing at all? Has anything changed for you?',
  ),
  listenFor: [
    hint('no-need', 'kein Anlass, keine Zeit, aufgegeben', 'no occasion, no time, given up'),
    hint(
      'life-change',
      'Umzug, Familie, Beruf, Krankheit, Geschäftsaufgabe',
      'a move, family, job, illness, closing the business',
    ),
  ],
};

const lookedAfter: Question = {
  question: both(
    'Hatten Sie das Gefühl, dass sich jemand um Sie kümmert?',
    'Did you feel that somebody looked after you?',
  ),
  listenFor: [
    hint(
      'neglected',
      'nie gemeldet, nur eine Nummer, Neukunden bekommen mehr',
      'never heard from us, just a number, new customers get more',
    ),
    hint(
      'pushed-away-intended',
      'wir wollten den Kunden nicht mehr',
      'we did not want the customer any more',
    ),
  ],
};

const closing = both(
  'Danken, zusammenfassen, was die Hauptursache ist und was noch dazukam, und sagen, was jetzt geschieht. Heute nichts verkaufen.',
  'Say thank you, sum up what the main cause is and what came in addition, and say what happens next. Do not sell anything today.',
);

const guides: Record<GuideName, Guide> = {
  cancellation: {
    opening: both(
      'Ihre Kündigung ist da, und sie gilt. Ich möchte nur verstehen, was wir hätten besser machen müssen. Haben Sie drei Minuten?',
      'We have your cancellation, and it stands. I would only like to understand what we should have done better. Do you have three minutes?',
    ),
    questions: [
      {
        question: both(
          'Was hat den Ausschlag gegeben? Gab es einen bestimmten Tag, an dem Sie das entschieden haben?',
          'What tipped the scales? Was there a certain day on which you decided it?',
        ),
        listenFor: [
          hint('better-offer-price', 'Rechnung, Preiserhöhung', 'an invoice, a price increase'),
          hint('disappointed-service', 'ein Vorfall', 'an incident'),
          hint('unknown', 'keine Antwort auch auf Nachfrage', 'no answer even when asked again'),
        ],
      },
      whatWentWrong,
      complained,
      whereNow,
      stillNeeded,
    ],
    closing,
  },
  dormancy: {
    opening: both(
      'Wir haben lange nichts von Ihnen gehört, und das liegt an uns: Wir hätten uns früher melden sollen. Darf ich fragen, wie es dazu kam?',
      'We have not heard from you for a long time, and that is our fault: we should have called earlier. May I ask how it came about?',
    ),
    questions: [lookedAfter, whatWentWrong, complained, whereNow, stillNeeded],
    closing,
  },
  'no-second-purchase': {
    opening: both(
      'Sie haben einmal bei uns gekauft, und wir haben nie gefragt, ob Sie zufrieden waren. Das hole ich jetzt nach.',
      'You bought from us once, and we never asked whether you were happy with it. I would like to do that now.',
    ),
    questions: [
      {
        question: both(
          'Wofür war der Kauf damals, und wie ging es damit weiter?',
          'What was the purchase for, and how did it go on?',
        ),
        listenFor: [
          hint(
            'never-started',
            'Geschenk, Versuch, ein einzelner Anlass, nie benutzt',
            'a present, a trial, a single occasion, never used',
          ),
          hint(
            'disappointed-product',
            'hat nicht gehalten, was es versprach',
            'did not keep its promise',
          ),
        ],
      },
      whatWentWrong,
      whereNow,
      stillNeeded,
    ],
    closing,
  },
  manual: {
    opening: both(
      'Ich rufe an, weil uns aufgefallen ist, dass etwas zwischen uns nicht mehr stimmt. Ich möchte verstehen, was.',
      'I am calling because we noticed that something between us is not right any more. I would like to understand what.',
    ),
    questions: [whatWentWrong, complained, lookedAfter, whereNow, stillNeeded],
    closing,
  },
};

export function guideNameOf(trigger: Trigger, detail: TriggerDetail | null): GuideName {
  return detail === 'no-second-purchase' ? detail : trigger;
}

export function interviewGuide(name: GuideName, language: Language): InterviewGuide {
  const { opening, questions, closing } = guides[name];
  return {
    name,
    language,
    opening: opening[language],
    questions: questions.map(({ question, listenFor }) => ({
      question: question[language],
      listenFor: listenFor.map((one) => ({ hint: one.hint[language], cause: one.cause })),
    })),
    closing: closing[language],
  };
}

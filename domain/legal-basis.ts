import type { LegalBasis } from './words.ts';

/*
 * What sales systems write as the basis of a permission is free text. Only what is known to say that there is one counts:
 * a phrase for it, what may stand before and after it, and then where it comes from. Everything else is no basis:
 * whoever asked for consent, or lost it, writes the word too.
 */

/** What may stand before the phrase. German adjectives: without their endings. */
const qualifiers = [
  'express|explicit|prior|written|verbal|oral|confirmed|documented|valid|active|clear|marketing|advertising',
  'phone|telephone|email|e mail|newsletter|gdpr|customer|double|single',
  '(?:ausdrücklich|vorherig|schriftlich|mündlich|telefonisch|elektronisch|bestätigt|dokumentiert|gültig|erteilt|aktiv)(?:e[rns]?)?',
].join('|');

/** Most special first. */
const phrases: readonly [LegalBasis, string][] = [
  [
    'presumed-consent',
    'presumed consent|implied consent|mutma(?:ß|ss)liche[rns]? (?:einwilligung|einverständnis)',
  ],
  [
    'existing-customer',
    'soft opt ?in|existing customers?(?: (?:exception|exemption|relationship))?|bestandskund(?:e|en|in)(?:ausnahme|privileg|beziehung)?|§ 7 abs(?:atz)? 3(?: uwg)?',
  ],
  [
    'express-consent',
    'consent|opt ?in|opted in|doi|(?:werbe)?einwilligung(?:serklärung)?|einverständnis(?:erklärung)?|art(?:ikel|icle)? 6 (?:abs(?:atz)? )?1 (?:lit |buchst(?:abe)? )?a(?: (?:dsgvo|ds gvo|gdpr))?',
  ],
  [
    'contract',
    'contract|contractual relationship|performance of (?:a |the )?contract|vertrag|vertragsbeziehung|vertragserfüllung|art(?:ikel|icle)? 6 (?:abs(?:atz)? )?1 (?:lit |buchst(?:abe)? )?b(?: (?:dsgvo|ds gvo|gdpr))?',
  ],
];

/** What may follow it. */
const suffixes =
  'given|granted|obtained|confirmed|recorded|documented|on file|erteilt|gegeben|eingeholt|bestätigt|dokumentiert|liegt vor';

/** Begins where it comes from, or its date. */
const origins =
  'from|of|on|at|by|via|through|in|dated|since|vom|von|am|an|auf|aus|bei|beim|durch|im|mit|per|seit|über|zum|gemäß|laut|art|gdpr|dsgvo|§|\\d\\S*';

const readings = phrases.map(([basis, phrase]): [LegalBasis, RegExp] => [
  basis,
  new RegExp(
    `^(?:(?:${qualifiers}) )*(?:${phrase})(?: (?:${suffixes}))*(?: (?:${origins})(?: .*)?)?$`,
    'u',
  ),
]);

/** Words, from their beginnings, that turn what else is said into its opposite, or into a hope. */
const denials = new RegExp(
  `^(?:${[
    'no|non|not|never|none|nobody|without|yet|until|once|if|when|would',
    'ask\\w*|request\\w*|pend\\w*|await\\w*|expect\\w*|plan\\w*|open|outstanding|missing|lack\\w*',
    'withdr\\w*|revo\\w*|cancel\\w*|expir\\w*|laps\\w*|declin\\w*|refus\\w*|den(?:y|ied)\\w*|reject\\w*|object\\w*|ended|former\\w*|old',
    'invalid\\w*|void\\w*|doubt\\w*|dubious|disputed|unconfirmed|unclear|unknown|unsure|unverified|unsigned',
    'ohne|kein\\w*|nicht|nie\\w*|noch|bis|falls|sobald|wenn',
    'angefr\\w*|anfrage\\w*|erbeten\\w*|gebeten|beantragt\\w*|ausstehen\\w*|offen\\w*|erwartet\\w*|geplant\\w*|fehl\\w*',
    'wider\\p{L}*|zurückgez\\p{L}*|entzogen\\w*|gekündigt\\w*|abgel\\p{L}*|abgelehnt\\w*|verweiger\\w*|erloschen\\w*|beendet\\w*|ehemalig\\w*|verfallen\\w*',
    'ungültig\\w*|unwirksam\\w*|unbestätigt\\w*|unklar\\w*|unbekannt\\w*|ungeklärt\\w*|unsicher\\w*|zweifel\\w*|fraglich\\w*|strittig\\w*',
  ].join('|')})$`,
  'u',
);

/**
 * The basis that the text of a recorded permission names; null: none that we know for sure. No text at all is the
 * customer's own express word. A soft opt-in is the exception for existing customers, and no consent.
 */
export function basisIn(legalBasis: string | null): LegalBasis | null {
  if (legalBasis === null) return 'express-consent';
  if (legalBasis.includes('?')) return null;
  const words =
    legalBasis
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+|§/gu) ?? [];
  if (words.some((word) => denials.test(word))) return null;
  const text = words.join(' ');
  return readings.find(([, reading]) => reading.test(text))?.[0] ?? null;
}

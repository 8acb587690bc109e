import type { Request } from 'express';
import { durationPattern } from '../domain/duration.ts';

/*
 * The rules that `invalid` names, in German, by their English sentences: what differs from one time to the next is `{}`
 * there, and `{1}`, `{2}` here. `test/api/rules-in-german.test.ts` finds what is missing.
 */

const germanRules: Record<string, string> = {
  'is required': 'fehlt',
  'is required with outcome {}: {}': 'fehlt beim Ergebnis {1}: {2}',
  'is required of an action that is {}': 'fehlt: eine Maßnahme mit dem Stand {1} braucht es',
  'is required with kind {}': 'fehlt: die Art {1} braucht es',
  'is allowed only with outcome {}': 'gehört nur zum Ergebnis {1}',
  'is only for kind {}': 'gehört nur zur Art {1}',
  'is not for kind email, which nobody does':
    'gehört nicht zur Art email, die niemand von Hand macht',
  'is no result of kind {}: {}': 'ist kein Ergebnis der Art {1}: {2}',
  'is not JSON ({})': 'ist kein JSON ({1})',
  'is not valid': 'ist nicht gültig',
  'is not known here': 'ist hier nicht bekannt',
  'is not a known field': 'ist kein bekanntes Feld',
  'is not a known parameter': 'ist kein bekannter Parameter',
  'is not a field of {}': 'ist kein Feld von {1}',
  'is not a file of type {}, as its name says': 'ist keine Datei der Art {1}, wie ihr Name sagt',
  'is not kept here: use the reason': 'wird hier nicht aufbewahrt: nehmen Sie die Begründung',
  'is not your password': 'ist nicht Ihr Passwort',
  'is not understood here: send JSON in data':
    'wird hier nicht verstanden: senden Sie JSON in data',
  'is used twice: {}': 'kommt zweimal vor: {1}',
  'is no category of yours': 'ist keine Ihrer Kategorien',
  'is {} now: no amount is converted, neither in the policy nor in what was recorded':
    'ist jetzt {1}: kein Betrag wird umgerechnet, weder in den Regeln noch in dem, was erfasst ist',
  'is {} now: what waits for that team without a queue then waits for the other one':
    'ist jetzt {1}: was ohne Warteschlange auf dieses Team wartet, wartet dann auf das andere',
  'either {} or {} must be given, not both': 'entweder {1} oder {2} muss da sein, nicht beides',
  'may hold {{name}}, {{#name}}…{{/name}} and {{^name}}…{{/name}} only':
    'darf nur {{name}}, {{#name}}…{{/name}} und {{^name}}…{{/name}} enthalten',
  '{} is not one of: {}': '{1} ist keiner von: {2}',
  'holds no {}': 'enthält nichts von der Art {1}',
  'has too many aliases': 'hat zu viele Aliase',
  '*{} names nothing above it; a text that begins with * needs quotes':
    '*{1} benennt nichts, das darüber steht; ein Text, der mit * beginnt, braucht Anführungszeichen',
  'carries out no measures of this playbook': 'führt keine Maßnahmen dieses Playbooks aus',
  '{} carries out no measures of this playbook': '{1} führt keine Maßnahmen dieses Playbooks aus',

  'must be text': 'muss ein Text sein',
  'must be a text': 'muss ein Text sein',
  'must be a number': 'muss eine Zahl sein',
  'must be a whole number': 'muss eine ganze Zahl sein',
  'must be true or false': 'muss true oder false sein',
  'must be an object': 'muss ein Objekt sein',
  'must be a list': 'muss eine Liste sein',
  'must be yes or no': 'muss ja oder nein sein',
  'must be one of: {}': 'muss eines hiervon sein: {1}',
  'must be one of our causes, a dot, and small letters, digits and hyphens, like disappointed-service.delivery':
    'muss eine unserer Ursachen sein, ein Punkt und Kleinbuchstaben, Ziffern und Bindestriche, wie disappointed-service.delivery',
  'must be one of our causes, or the code of a category below one':
    'muss eine unserer Ursachen sein oder der Code einer Kategorie darunter',
  'must be a category below {}': 'muss eine Kategorie unter {1} sein',
  'must be a category on offer: see GET /api/v1/causes':
    'muss eine verfügbare Kategorie sein: siehe GET /api/v1/causes',
  'must name each cause once, and the main one not again':
    'muss jede Ursache einmal nennen, und die wichtigste nicht noch einmal',
  'must be a whole number from {} to {}': 'muss eine ganze Zahl von {1} bis {2} sein',
  'must be a whole number of minutes from 0 to {}':
    'muss eine ganze Zahl von Minuten sein, 0 bis {1}',
  'must be a whole number of minor units, {} or more':
    'muss eine ganze Zahl in der kleinsten Währungseinheit sein, mindestens {1}',
  'must be a number from {} to {}': 'muss eine Zahl von {1} bis {2} sein',
  'must be a number of hours from 0.01 to 1000': 'muss eine Zahl von Stunden sein, 0.01 bis 1000',
  'must be a probability above 0 and below 1':
    'muss eine Wahrscheinlichkeit über 0 und unter 1 sein',
  'must be 10, 20 … or 90': 'muss 10, 20 … oder 90 sein',
  'must not rise from A to C': 'darf von A bis C nicht steigen',
  'must not all be 0': 'dürfen nicht alle 0 sein',
  'must give numbers from 0 to 10 for some of: {}':
    'muss Zahlen von 0 bis 10 für einige hiervon angeben: {1}',
  'must be a list of {} to {} entries': 'muss eine Liste von {1} bis {2} Einträgen sein',
  'must be a list of at most {}, of which each {}':
    'muss eine Liste von höchstens {1} sein, von denen jeder Eintrag {2}',
  'must be at most {} away': 'darf höchstens {1} entfernt sein',
  'must be at most {} characters': 'darf höchstens {1} Zeichen haben',
  'must be at most {} entries': 'darf höchstens {1} Einträge haben',
  'must be at most {}': 'darf höchstens {1} sein',
  'must be at least {} characters': 'muss mindestens {1} Zeichen haben',
  'must be at least {} entries': 'muss mindestens {1} Einträge haben',
  'must be at least {}': 'muss mindestens {1} sein',
  'must be text of at most {} characters': 'muss ein Text mit höchstens {1} Zeichen sein',
  'must be a text of 1 to {} characters': 'muss ein Text von 1 bis {1} Zeichen sein',
  'must have at most {} characters': 'darf höchstens {1} Zeichen haben',
  'must have {} to {} characters': 'muss {1} bis {2} Zeichen haben',
  'must have at most {} decimal places in {}': 'darf in {2} höchstens {1} Nachkommastellen haben',
  'must be {} to {} characters without slashes': 'muss {1} bis {2} Zeichen ohne Schrägstriche sein',
  'must be {} to {} characters, ASCII without spaces':
    'muss {1} bis {2} Zeichen sein, ASCII ohne Leerzeichen',
  'must be {} to {} small letters, digits or hyphens':
    'muss {1} bis {2} Kleinbuchstaben, Ziffern oder Bindestriche sein',
  'must be {} to {} letters, digits, dots, colons, hyphens or underscores, beginning with a letter or digit (no mail address: IDs are kept where personal data must not be)':
    'muss {1} bis {2} Buchstaben, Ziffern, Punkte, Doppelpunkte, Binde- oder Unterstriche sein, mit Buchstabe oder Ziffer am Anfang (keine Mailadresse: Nummern stehen, wo Personendaten nicht stehen dürfen)',
  'must be a word or phrase of at most {} letters, digits and spaces, with * at the beginning or the end at most, and three letters beside a *':
    'muss ein Wort oder Ausdruck von höchstens {1} Buchstaben, Ziffern und Leerzeichen sein, mit * höchstens am Anfang oder Ende, und drei Buchstaben neben einem *',
  'must be readable text without control characters': 'muss lesbarer Text ohne Steuerzeichen sein',
  'must not be empty': 'darf nicht leer sein',
  'must not be more than 5 minutes in the future': 'darf höchstens 5 Minuten in der Zukunft liegen',
  'must be in the future': 'muss in der Zukunft liegen',
  'must be in the future and at most {} away':
    'muss in der Zukunft liegen und darf höchstens {1} entfernt sein',
  'must be in the future and after fromAt': 'muss in der Zukunft und nach fromAt liegen',
  'must be after from': 'muss nach from liegen',
  'must not lie in the future': 'darf nicht in der Zukunft liegen',
  'must not lie in the far future': 'darf nicht in der fernen Zukunft liegen',
  'must not lie before {}': 'darf nicht vor {1} liegen',
  'must be an ISO 8601 time with its zone, like {}, in the years {} to {}':
    'muss eine Zeit nach ISO 8601 mit ihrer Zone sein, wie {1}, in den Jahren {2} bis {3}',
  'must be an ISO 8601 time with its zone, like {}':
    'muss eine Zeit nach ISO 8601 mit ihrer Zone sein, wie {1}',
  'must be a date like {} or {}, perhaps with a time like {}':
    'muss ein Datum wie {1} oder {2} sein, vielleicht mit einer Uhrzeit wie {3}',
  'must be a time of day like {}': 'muss eine Uhrzeit wie {1} sein',
  'must be a month like {}': 'muss ein Monat wie {1} sein',
  'must be a month from {} on, like {}': 'muss ein Monat ab {1} sein, wie {2}',
  'must be a month that has begun': 'muss ein Monat sein, der begonnen hat',
  'must be a length of time like {}, more than 0 and at most {}':
    'muss eine Dauer wie {1} sein, mehr als 0 und höchstens {2}',
  'must be whole seconds since {}': 'müssen ganze Sekunden seit {1} sein',
  'must be at most {} minutes from our clock':
    'darf höchstens {1} Minuten von unserer Uhr abweichen',
  'must be later than opensAt': 'muss später als opensAt sein',
  'must be later than the entry before it': 'muss später als der Eintrag davor sein',
  'must be within the working hours, {} to {}': 'muss in der Arbeitszeit liegen, {1} bis {2}',
  'must be within the observation of {}': 'muss in der Beobachtung von {1} liegen',
  'must be shorter than maximumSilence, or nobody would ever count as lost':
    'muss kürzer als maximumSilence sein, sonst gälte nie jemand als verloren',
  'must not be longer than measuredOver': 'darf nicht länger als measuredOver sein',
  'must be two capital letters like {}': 'müssen zwei Großbuchstaben wie {1} sein',
  'must be two capital letters of ISO 3166, like {}':
    'müssen zwei Großbuchstaben nach ISO 3166 sein, wie {1}',
  'must be three capital letters of ISO 4217, like {}':
    'müssen drei Großbuchstaben nach ISO 4217 sein, wie {1}',
  'must be three capital letters like {}': 'müssen drei Großbuchstaben wie {1} sein',
  'must be a currency of ISO 4217: three capital letters like {}':
    'muss eine Währung nach ISO 4217 sein: drei Großbuchstaben wie {1}',
  'must be an amount like {}, not negative': 'muss ein Betrag wie {1} sein, nicht negativ',
  'must be a language tag, like {} or {}': 'muss ein Sprachkürzel wie {1} oder {2} sein',
  'must be a language tag like {}, or empty': 'muss ein Sprachkürzel wie {1} sein, oder leer',
  'must be a language of ISO 639 like {}': 'muss eine Sprache nach ISO 639 sein, wie {1}',
  'must be two capital letters like {}, or empty':
    'müssen zwei Großbuchstaben wie {1} sein, oder leer',
  'must be a known IANA time zone like {}, or empty':
    'muss eine bekannte IANA-Zeitzone wie {1} sein, oder leer',
  'must be a known IANA time zone like {}': 'muss eine bekannte IANA-Zeitzone wie {1} sein',
  'must be a country or region like {}': 'muss ein Land oder eine Region wie {1} sein',
  'must be a region whose holidays are known, not {}':
    'muss eine Region sein, deren Feiertage bekannt sind, nicht {1}',
  'must be a mail address': 'muss eine Mailadresse sein',
  'must be {}, or empty for every one': 'muss {1} sein, oder leer für alle',
  'must be {}, or empty for {}': 'muss {1} sein, oder leer für {2}',
  'must be told, for "{}"': 'muss angegeben werden, wegen „{1}“',

  'must name each once': 'muss jedes nur einmal nennen',
  'must name each day once (1 is Monday)': 'muss jeden Tag nur einmal nennen (1 ist Montag)',
  'must name each sign once': 'muss jedes Zeichen nur einmal nennen',
  'must name each role once': 'muss jede Rolle nur einmal nennen',
  'must name at least one cause': 'muss mindestens eine Ursache nennen',
  'must name cases, lostRevenue or both': 'muss cases, lostRevenue oder beides nennen',
  'must not hold a type twice': 'darf keine Art zweimal enthalten',
  'must be unique in the playbook': 'darf im Playbook nur einmal vorkommen',
  'must be unique: {}': 'darf nur einmal vorkommen: {1}',
  'must be next, end or the id of a later measure':
    'muss next, end oder die id einer späteren Maßnahme sein',
  'must be other offers than the concession, each once':
    'müssen andere Angebote als das Zugeständnis sein, jedes einmal',
  'must be another offer': 'muss ein anderes Angebot sein',
  'must be an offer of the catalogue': 'muss ein Angebot des Katalogs sein',
  'must not be that of another offer': 'darf nicht die eines anderen Angebots sein',
  'must be the ID of an offer': 'muss die ID eines Angebots sein',
  'must be the ID of a template': 'muss die ID einer Vorlage sein',
  'must be the ID of a valid key of an agent, manager or admin':
    'muss die ID eines gültigen Schlüssels eines Agenten, Managers oder Admins sein',
  'must be the ID of a customer that was reported':
    'muss die Nummer eines Kunden sein, der gemeldet wurde',
  'must be given where taskIds is not': 'muss angegeben werden, wo taskIds fehlt',
  'must hold a text in de or en': 'muss einen Text in de oder en enthalten',
  'must hold a single playbook': 'muss ein einziges Playbook enthalten',
  'must hold a single template': 'muss eine einzige Vorlage enthalten',
  'must be a single one': 'muss ein einziges sein',
  'must hold one JSON object': 'muss ein JSON-Objekt enthalten',
  'must hold at most {} events': 'darf höchstens {1} Ereignisse enthalten',
  'must end in one of: {}': 'muss auf eines hiervon enden: {1}',
  'must be the file': 'muss die Datei sein',
  'must be application/json': 'muss application/json sein',
  'must be UTF-8, percent-encoded': 'muss UTF-8 sein, prozentkodiert',
  'must be the nextCursor of the page before': 'muss der nextCursor der vorigen Seite sein',
  'must be a path of this site, like {}': 'muss ein Pfad dieser Seite sein, wie {1}',
  'must not be that of a built-in policy ({})':
    'darf nicht der eines mitgelieferten Regelwerks sein ({1})',

  'must not be your mail address or name': 'darf nicht Ihre Mailadresse oder Ihr Name sein',
  'must not be one of the commonest passwords': 'darf keines der häufigsten Passwörter sein',
  'must not belong to another user': 'darf nicht zu jemand anderem gehören',

  'must not lead to a private, local or reserved address':
    'darf nicht zu einer privaten, lokalen oder reservierten Adresse führen',
  'must be a URL, like {}': 'muss eine URL sein, wie {1}',
  'must begin with {}': 'muss mit {1} beginnen',
  'must not hold a user name or password': 'darf weder Benutzernamen noch Passwort enthalten',
  'must not hold a fragment (#)': 'darf kein Fragment (#) enthalten',

  'has a first line that is longer than {} characters':
    'hat eine erste Zeile mit mehr als {1} Zeichen',
  'has a first line with a quote that is not closed or stands in the wrong place':
    'hat eine erste Zeile mit einem Anführungszeichen, das nicht geschlossen ist oder falsch steht',
  'has a quote that is not closed or stands in the wrong place':
    'hat ein Anführungszeichen, das nicht geschlossen ist oder falsch steht',
  'has {} fields instead of {}': 'hat {1} Felder statt {2}',
  'has no column {} for {}': 'hat keine Spalte {1} für {2}',
  'is not a text': 'ist kein Text',
  'is longer than {} characters': 'ist länger als {1} Zeichen',
  'is already on line {}, with other content': 'steht schon in Zeile {1}, mit anderem Inhalt',
  'is too much': 'ist zu viel',
  'lacks {}; it names {}': 'fehlt {1}; sie nennt {2}',
  'names {} more than once: {}': 'nennt {1} mehr als einmal: {2}',
};

const wordsOf = (english: string) => english.replaceAll('{}', '').length;

/** Who says more comes first. */
const patterns = Object.entries(germanRules)
  .sort(([a], [b]) => wordsOf(b) - wordsOf(a))
  .map(([english, german]) => ({
    english: new RegExp(
      `^${english
        .replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
        .replaceAll('{}', '\u0000')
        .replaceAll(/[{}]/g, '\\$&')
        .replaceAll('\u0000', '(.+?)')}$`,
    ),
    german,
  }));

/** Tells rules in the language that who asks likes best, of those we have. */
export function rulesFor(req: Request): (rule: string) => string {
  return req.acceptsLanguages('en', 'de') === 'de' ? inGerman : String;
}

/** A rule as a German reader has it; one that nobody has translated stays as it is. */
export function inGerman(rule: string): string {
  const line = /^(.*) \(line (\d+)\)$/s.exec(rule);
  if (line) return `${inGerman(line[1]!)} (Zeile ${line[2]})`;
  const inLine = /^line (\d+): (.*)$/s.exec(rule);
  if (inLine) return `Zeile ${inLine[1]}: ${inGerman(inLine[2]!)}`;
  for (const { english, german } of patterns) {
    const open = english.exec(rule)?.slice(1);
    if (open) return german.replaceAll(/\{(\d)\}/g, (_, place) => part(open[Number(place) - 1]!));
  }
  return rule;
}

const units = { s: 'Sekunden', m: 'Minuten', h: 'Stunden', d: 'Tage' };

/** What was left open in a rule: a length of time, a rule itself, or a name, which stays. */
function part(text: string): string {
  const [, count, unit] = durationPattern.exec(text) ?? [];
  if (unit) return `${count} ${units[unit as keyof typeof units]}`;
  return inGerman(text).replace(/ or (?=[^ ]+$)/, ' oder ');
}

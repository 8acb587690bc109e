import type { CauseRule } from './cause-suggestion.ts';
import type { Cause } from './words.ts';
import type { Language } from './causes.ts';

type Words = { words: string; with?: string; without?: string; weight: 1 | 2 | 3 };

/**
 * The rules that come with winback; a company's own set takes their place. Lists are separated by commas. What they do
 * on examples: docs/operations.md. They were developed on one half of examples/causes/labelled.csv alone.
 */
const written: Partial<Record<Cause, Record<Language, Words[]>>> = {
  'better-offer-price': {
    de: [
      {
        words:
          'zu teuer, teurer, *preiserhöhung*, *beitragserhöhung*, preissteigerung*, billiger, günstiger, preiswerter, überteuert, preis leistung*, wucher*, nicht mehr leisten',
        weight: 3,
      },
      {
        words: 'preis*, gebühr*, kosten',
        with: 'hoch, höher*, erhöht*, gestiegen, steigen*, zu, mehr',
        weight: 2,
      },
      { words: 'teuer*, rabatt*', weight: 2 },
      { words: 'zahle ich, kostet', with: 'weniger, mehr, doppelt*', weight: 3 },
      { words: 'preis*, gebühr*', weight: 1 },
    ],
    en: [
      {
        words:
          'too expensive, cheaper, price increase*, price hike*, price rise*, overpriced, too pricey, better deal, better price, can’t afford, cannot afford, lower price',
        weight: 3,
      },
      {
        words: 'price*, fee*, cost*, rates',
        with: 'high*, up, raise*, rise*, rising, increase*, double*, too',
        weight: 2,
      },
      { words: 'expensive, pricey, discount*', weight: 2 },
      { words: 'price*, fees', weight: 1 },
    ],
  },
  'better-offer-product': {
    de: [
      {
        words:
          '*konkurrenz*, *mitbewerber*, *wettbewerber*, anderer anbieter, anderen anbieter, anderer händler, anderen händler, anbieter, hersteller',
        with: 'auswahl, größer*, besser*, funktion*, modern*, schneller*, sortiment, technik, modell*, qualität',
        weight: 3,
      },
      {
        words: '*auswahl, *sortiment',
        with: 'größer*, besser*, klein*, gering*, wenig*, mehr',
        weight: 3,
      },
      {
        words:
          'ausverkauft, nie vorrätig, nicht vorrätig, nicht lieferbar, fehlende funktion*, funktionsumfang',
        weight: 3,
      },
      { words: 'mehr funktionen, besseres produkt, bessere technik, bessere qualität', weight: 2 },
      { words: '*konkurrenz*, *mitbewerber*, *wettbewerber*, gewechselt', weight: 1 },
    ],
    en: [
      {
        words:
          'competitor*, competition, rival*, another shop, another store, another provider, another vendor, other provider*, other shop*, alternative',
        with: 'feature*, range, selection, choice, better, faster, newer, modern, quality, function*',
        weight: 3,
      },
      {
        words: 'selection, range, choice, assortment',
        with: 'small*, limited, bigger, better, larger, poor, wider',
        weight: 3,
      },
      {
        words:
          'more features, missing feature*, lack of features, lacks features, better product, out of stock, sold out',
        weight: 3,
      },
      {
        words: 'switched to, moved to, went with',
        with: 'tool, software, system, solution, app, product, model',
        weight: 2,
      },
      { words: 'competitor*, competition, rival*', weight: 1 },
    ],
  },
  'better-offer-convenience': {
    de: [
      {
        words:
          'um die ecke, bequemer, praktischer, näher, zu weit, umständlich*, kompliziert*, unpraktisch, *parkplatz*, *parkplätze*, öffnungszeiten',
        weight: 3,
      },
      {
        words: 'einfacher, schneller',
        with: 'online, app, internet, bestell*, kauf*, dort, anderen',
        weight: 3,
      },
      { words: 'amazon, online, internet', weight: 1 },
      { words: 'alles aus einer hand, in der nähe, vor der tür', weight: 2 },
    ],
    en: [
      {
        words:
          'convenient, convenience, round the corner, around the corner, closer, nearer, nearby, too far, inconvenient, opening hours, parking, one place, one stop',
        weight: 3,
      },
      {
        words: 'easier, quicker, simpler, faster',
        with: 'online, order*, app, buy*, shop*, use',
        weight: 3,
      },
      {
        words: 'website, checkout, ordering, app',
        with: 'complicated, clumsy, nightmare, difficult, cumbersome, confusing, hard',
        weight: 3,
      },
      { words: 'amazon, online', weight: 1 },
    ],
  },
  'disappointed-product': {
    de: [
      {
        words:
          'kaputt*, defekt*, mangelhaft*, fehlerhaft*, minderwertig*, schrott, qualitätsmängel, undicht, eingelaufen, stürzt, abstürz*, abgestürzt',
        weight: 3,
      },
      {
        words: '*qualität*, ware, produkt*, artikel, gerät*, verarbeitung, material, geschmack',
        with: 'schlecht*, mies*, enttäusch*, nachgelassen, nicht mehr, mangel*, nichts, furchtbar, schwach, schlechter, beschädigt*',
        weight: 3,
      },
      {
        words: 'ware, produkt*, gerät*, qualität',
        with: 'unzufrieden, nicht zufrieden',
        weight: 3,
      },
      { words: '*qualität*', weight: 1 },
    ],
    en: [
      {
        words:
          'fell apart, broke, broken, faulty, defective, poor quality, bad quality, stopped working, doesn’t work, does not work, crash*, snapped, wore out, buggy',
        weight: 3,
      },
      {
        words: 'quality, product*, item*, material',
        with: 'poor, bad, worse, down, downhill, terrible, awful, dropped, declined, disappoint*, not what, cheap',
        weight: 3,
      },
      { words: 'taste*', with: 'awful, bad, terrible, horrible', weight: 3 },
      { words: 'match the description, as described, as advertised', weight: 2 },
      { words: 'quality', weight: 1 },
    ],
  },
  'disappointed-service': {
    de: [
      {
        words: '*lieferung*, *bestellung*, *paket*, ware, *lieferzeit*, versand, liefer*',
        with: 'spät*, verspätet*, gewartet, warte*, nie angekommen, verzögert*, langsam, ewig, falsch*, lange, lang, katastrophe',
        weight: 3,
      },
      {
        words:
          '*wartezeit*, warteschleife*, hotline, nicht erreichbar, niemanden erreicht, unpünktlich*, unzuverlässig*',
        weight: 3,
      },
      {
        words: '*service*, support, kundendienst, betreuung',
        with: 'schlecht*, mies*, katastroph*, schwach, langsam, schlechter, furchtbar, enttäusch*, nachgelassen, unzufrieden, nicht zufrieden, mangelhaft*',
        weight: 3,
      },
      {
        words: 'techniker, monteur, termin*',
        with: 'nicht, nie, abgesagt, versetzt, verspätet*',
        weight: 3,
      },
      { words: '*rechnung*', with: 'falsch*, stimmte*, fehler*', weight: 2 },
      { words: 'falsche artikel, falschen artikel, falsch geliefert', weight: 3 },
      { words: 'verspätet*, verspätung*, zu spät', weight: 2 },
    ],
    en: [
      {
        words: 'deliver*, order*, shipping, shipment*, parcel*, package*',
        with: 'late, delay*, slow, lost, wrong, missing, waited, waiting, never arrive*, weeks, took',
        weight: 3,
      },
      {
        words: '*service, support, helpdesk, helpline',
        with: 'terrible, bad, poor, awful, slow, horrible, worst, days, weeks, useless, unreliable, took',
        weight: 3,
      },
      {
        words:
          'on hold, unreliable, never showed up, didn’t show up, no show, missed appointment*, nobody answers',
        weight: 3,
      },
      { words: 'invoice*, bill*', with: 'wrong, incorrect, mistake*', weight: 2 },
      { words: 'late, delay*', weight: 1 },
    ],
  },
  'disappointed-complaint': {
    de: [
      { words: '*reklam*, *beschwer*', weight: 3 },
      {
        words:
          '*reklam*, *beschwer*, umtausch*, garantie*, gewährleistung, kulanz, *erstattung*, *rückerstattung*, retoure',
        with: 'ignoriert, abgelehnt, verweigert, nicht, nie, keine, kein, nichts, immer noch, standardmail, wochen, monate*, vertröstet',
        weight: 3,
      },
      { words: 'erstatt*, geld zurück, vertröstet, kulanz', weight: 2 },
    ],
    en: [
      { words: 'complained, complaint*, complaining, refund*, warranty claim', weight: 3 },
      {
        words: 'refund*, replace*, exchange*, warranty, claim, ticket*, return*',
        with: 'refused, denied, rejected, ignored, waiting, never, nowhere, without, handled, still',
        weight: 3,
      },
      { words: 'money back', weight: 2 },
    ],
  },
  'disappointed-contact': {
    de: [
      {
        words:
          'unverschämt*, unfreundlich*, unhöflich*, respektlos*, arrogant*, frech*, herablassend*, von oben herab, patzig*, pampig*, angeschrien, beleidigt, aufschwatzen, aufdringlich*, inkompetent*, ahnungslos*, keine ahnung',
        weight: 3,
      },
      {
        words: '*mitarbeiter*, personal, verkäufer*, *berater*, vertreter*, ton',
        with: 'schlecht*, unmöglich*, mies*, genervt, unfähig*',
        weight: 3,
      },
      { words: 'behandelt', weight: 1 },
    ],
    en: [
      {
        words:
          'rude*, impolite, unfriendly, arrogant, pushy, disrespectful*, condescending, patronising, patronizing, hung up, shouted, yelled, insulted, clueless, incompetent, talked down, no clue, unprofessional',
        weight: 3,
      },
      {
        words: 'staff, employee*, rep, agent*, assistant*, salesman, adviser*, advisor*',
        with: 'bad, awful, terrible, horrible, unhelpful, nasty',
        weight: 3,
      },
      { words: 'treated like, treated me', weight: 2 },
    ],
  },
  neglected: {
    de: [
      {
        words: 'niemand, keiner, nie, kein mensch, nicht',
        with: 'gemeldet, meldet, gekümmert, kümmert, nachgefragt, gefragt, angerufen, zurückgerufen, interessiert',
        weight: 3,
      },
      {
        words:
          'bestandskund*, treue kunden, stammkund*, nur eine nummer, vernachlässigt, im stich gelassen, nichts gehört, nichts von ihnen gehört, alleingelassen, nicht mal ein danke*, nicht einmal ein danke*',
        weight: 3,
      },
      { words: '*rückruf*', with: 'nie, kein*, nicht, versprochen*, ausgeblieben', weight: 3 },
      { words: 'kümmert', with: 'nicht, überhaupt, nur', weight: 2 },
      { words: 'neukund*', weight: 2 },
    ],
    en: [
      {
        words: 'nobody, no one, noone, never',
        with: 'called, call, cared, contacted, asked, checked, replied, followed, bothered, returned, back',
        weight: 3,
      },
      {
        words:
          'existing customers, loyal customers, loyal ones, loyalty, just another number, only a number, neglected, ignored, forgotten, forgot about us, haven’t heard, never heard, felt abandoned, not even a thank*',
        weight: 3,
      },
      { words: 'new customers', weight: 2 },
      { words: 'don’t care, doesn’t care, didn’t care, only care', weight: 2 },
    ],
  },
  'pushed-away-unintended': {
    de: [
      {
        words:
          'gesperrt, sperrung, abgeschafft, abgeschaltet, *mahnung*, inkasso, mindestbestellwert, werbemail*, zugeschüttet, newsletter, spam, werbung, aussortiert',
        weight: 3,
      },
      {
        words: 'filiale, geschäft, laden, standort',
        with: 'geschlossen, schließt, zugemacht',
        weight: 3,
      },
      { words: 'nicht mehr in, nicht mehr nach', with: 'liefer*', weight: 3 },
      {
        words: 'zahlart*, konto, kundenkonto, umstellung, login',
        with: 'kein*, nicht, nie, gesperrt, abgeschafft, gelöscht',
        weight: 2,
      },
      {
        words: 'aus dem programm, aus dem sortiment, eingestellt, nicht mehr im programm',
        weight: 3,
      },
    ],
    en: [
      {
        words:
          'blocked my, locked out, account was blocked, account was locked, locked my, dunning, debt collect*, spam*, newsletter*, discontinued, minimum order, log in, login',
        weight: 3,
      },
      { words: 'closed', with: 'branch*, store*, shop, location*, office', weight: 3 },
      {
        words: 'don’t deliver, no longer deliver*, stopped delivering, don’t ship, no longer ship',
        weight: 3,
      },
      {
        words: 'account, card, payment*',
        with: 'blocked, locked, declined, suspended, rejected, mistake, deleted',
        weight: 3,
      },
      { words: 'adverts, advertising, too many emails', weight: 2 },
    ],
  },
  'pushed-away-intended': {
    de: [
      {
        words: 'sie haben mir, sie haben uns, ihr habt mir, ihr habt uns, von ihnen',
        with: 'gekündigt, ausgeschlossen, rausgeworfen',
        weight: 3,
      },
      {
        words:
          'als kunde ausgeschlossen, hausverbot, loswerden, zusammenarbeit beendet, nicht mehr beliefert, keine privatkunden',
        weight: 3,
      },
    ],
    en: [
      {
        words:
          'you terminated, you cancelled my, you canceled my, you dropped me, you dropped us, you banned, you fired, banned me, no longer serve, not welcome, wanted to get rid',
        weight: 3,
      },
    ],
  },
  'no-need': {
    de: [
      {
        words: 'brauche, brauchen, benötige*, nutze*, verwende*, gebrauche*',
        with: 'nicht, kein*, kaum',
        without: 'nie',
        weight: 3,
      },
      {
        words:
          'kein bedarf, keinen bedarf, kein interesse, keine verwendung, keine zeit, nicht mehr nötig, überflüssig',
        weight: 3,
      },
      { words: 'hobby, projekt', with: 'aufgegeben, beendet, abgeschlossen, zu ende', weight: 3 },
      { words: 'aus dem haus, genug', weight: 1 },
    ],
    en: [
      {
        words:
          'don’t need, no need, no longer need*, didn’t need, do not need, not needed, no longer required, no longer use, don’t use, not using, hardly use, rarely use, no use for, lost interest, not interested, no time, outgrown, outgrew',
        weight: 3,
      },
      { words: 'project', with: 'finished, completed, over, ended', weight: 3 },
      { words: 'stopped playing, gave up, given up, enough', weight: 1 },
    ],
  },
  'life-change': {
    de: [
      {
        words:
          'umgezogen, umzug, ziehe um, ziehen um, auswander*, ausgewandert, scheidung, geschieden, trennung, verstorben, gestorben, todesfall, schwanger*, geburt, arbeitslos*, rente, ruhestand, pflegeheim, altersheim, krank*, krankheit*, insolvenz, geschäftsaufgabe',
        weight: 3,
      },
      { words: 'ziehe, ziehen, zieht', with: 'nach, um, weg, ins', weight: 3 },
      {
        words: 'firma, betrieb, geschäft, praxis',
        with: 'schließen wir, wir schließen, aufgelöst, aufgegeben, geben, auf',
        weight: 2,
      },
      { words: 'meinen job, meine arbeit, meine stelle', with: 'verloren', weight: 3 },
    ],
    en: [
      {
        words:
          'moving abroad, moved abroad, moved away, moving away, relocat*, emigrat*, divorce*, separated, passed away, died, deceased, pregnan*, baby, newborn, unemployed, redundan*, retire*, retiring, illness, ill, sick, hospital, care home, bankrupt*, closing my business',
        weight: 3,
      },
      {
        words: 'moving, moved, move',
        with: 'house, city, country, town, abroad, germany, flat, home, state',
        weight: 3,
      },
      { words: 'lost my job, lost his job, lost her job, new job', weight: 3 },
    ],
  },
  'never-started': {
    de: [
      {
        words:
          'zum ausprobieren, einmal bestellt, einmal gekauft, nur einmal, einmalig*, geschenk*, probeabo*, probemonat, testphase, zum testen, gutschein*',
        weight: 3,
      },
      { words: 'nie richtig', with: 'genutzt, benutzt, angefangen, warm', weight: 3 },
    ],
    en: [
      {
        words:
          'one off, one time, only once, just once, bought once, try it out, tried it once, gift, present, free trial, trial period, never really used, never used, never got into, never got round',
        weight: 3,
      },
    ],
  },
};

const list = (words: string) => words.split(', ');

export const builtInCauseRules: CauseRule[] = Object.entries(written).flatMap(
  ([code, byLanguage]) =>
    Object.entries(byLanguage).flatMap(([language, rules]) =>
      rules.map(({ words, with: also, without, weight }, i) => ({
        ruleId: `${code}-${language}-${i + 1}`,
        code,
        language: language as Language,
        words: list(words),
        ...(also && { with: list(also) }),
        ...(without && { without: list(without) }),
        weight,
      })),
    ),
);

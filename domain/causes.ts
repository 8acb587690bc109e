import type { FieldError } from './errors.ts';
import { causes, isCause, type Cause } from './words.ts';

export const languages = ['de', 'en'] as const;
export type Language = (typeof languages)[number];
export type Names = Record<Language, string>;

/** How reliably a cause is known, the least reliable first: by the customer, by an agent, by a manager or by facts. */
export const causeLayers = ['stated', 'assessed', 'verified'] as const;
export type CauseLayer = (typeof causeLayers)[number];

/** How sure whoever recorded a cause is of it. */
export const surenesses = ['low', 'medium', 'high'] as const;
export type Sureness = (typeof surenesses)[number];

/** What a group of causes has in common; nothing is recorded under it alone. */
const groups: Record<string, Names> = {
  'better-offer': { de: 'Besseres Angebot anderswo', en: 'Better offer elsewhere' },
  disappointed: { de: 'Enttäuscht', en: 'Disappointed' },
  'pushed-away': { de: 'Von uns vertrieben', en: 'Pushed away by us' },
};

const causeNames: Record<Cause, Names> = {
  'no-need': { de: 'Kein Bedarf mehr', en: 'No need any more' },
  'better-offer-price': { de: 'Preis', en: 'Price' },
  'better-offer-product': { de: 'Produkt', en: 'Product' },
  'better-offer-convenience': { de: 'Bequemlichkeit', en: 'Convenience' },
  'disappointed-product': { de: 'Vom Produkt', en: 'By the product' },
  'disappointed-service': { de: 'Von der Leistung', en: 'By the service' },
  'disappointed-complaint': {
    de: 'Von der Behandlung einer Beschwerde',
    en: 'By how a complaint was handled',
  },
  'disappointed-contact': { de: 'Vom Umgang', en: 'By the contact with us' },
  neglected: { de: 'Vernachlässigt', en: 'Neglected' },
  'pushed-away-unintended': { de: 'Unbeabsichtigt', en: 'Unintended' },
  'pushed-away-intended': { de: 'Beabsichtigt', en: 'Intended' },
  'life-change': { de: 'Umzug oder Lebensveränderung', en: 'Moved or life change' },
  'never-started': { de: 'Nie richtig angefangen', en: 'Never really started' },
  unknown: { de: 'Unbekannt', en: 'Unknown' },
};

/** The whole name of a cause, its group before it. */
export function causeTitle(cause: Cause, language: Language): string {
  const group = groupOf(cause);
  const name = causeNames[cause][language];
  return group === null ? name : `${groups[group]![language]}: ${name}`;
}

function groupOf(cause: Cause): string | null {
  return Object.keys(groups).find((code) => cause.startsWith(`${code}-`)) ?? null;
}

/** A category that the company has added below one of our causes: `disappointed-service.delivery`. */
export type CauseCategory = {
  code: string;
  parent: Cause;
  name: Names;
  createdAt: string;
  /** not offered any more since then; cases that have it keep it */
  retiredAt: string | null;
};

/** One place in the tree. Only causes and categories are recorded; workflows and rules go by the cause alone. */
export type CauseNode = {
  code: string;
  kind: 'group' | 'cause' | 'category';
  parent: string | null;
  name: Names;
  retiredAt: string | null;
};

/** The tree, each node before what is below it. */
export function causeTree(categories: readonly CauseCategory[]): CauseNode[] {
  const told = new Set<string>();
  return causes.flatMap((cause) => {
    const group = groupOf(cause);
    const isNew = group !== null && !told.has(group);
    if (isNew) told.add(group);
    return [
      ...(isNew ? [node(group, 'group', null, groups[group]!)] : []),
      node(cause, 'cause', group, causeNames[cause]),
      ...categories
        .filter(({ parent }) => parent === cause)
        .map(({ code, name, retiredAt }) => node(code, 'category', cause, name, retiredAt)),
    ];
  });
}

function node(
  code: string,
  kind: CauseNode['kind'],
  parent: string | null,
  name: Names,
  retiredAt: string | null = null,
): CauseNode {
  return { code, kind, parent, name, retiredAt };
}

const oneCause = causes.join('|');
const detail = '\\.[a-z0-9]+(-[a-z0-9]+)*';
/** The code of a company's own category: one of our causes, a dot, and its own words. */
export const categoryPattern = new RegExp(`^(${oneCause})${detail}$`);
/** A cause or a category. */
export const causeCodePattern = new RegExp(`^(${oneCause})(${detail})?$`);
export const longestCode = 80;
export const categoryRule =
  'must be one of our causes, a dot, and small letters, digits and hyphens, like disappointed-service.delivery';
export const causeCodeRule = 'must be one of our causes, or the code of a category below one';

/** The cause that a code means: itself, or what the category stands below. Undefined for anything else. */
export function causeOf(code: string): Cause | undefined {
  const [cause] = code.split('.');
  return causeCodePattern.test(code) && isCause(cause) ? cause : undefined;
}

/** What somebody records of one layer: several causes with one main cause. */
export type CauseStatement = {
  /** the main cause */
  cause: Cause;
  /** the company's own category below it */
  category: string | null;
  /** causes or categories that came in addition */
  furtherCauses: string[];
  /** null: nobody has said */
  sureness: Sureness | null;
  /** to whom the customer went, free text */
  competitor: string | null;
  /** free text */
  note: string | null;
};

/** A layer as it is known: who recorded it and when. Null where nobody did, or before that was kept. */
export type KnownCause = CauseStatement & { by: string | null; at: string | null };

/** The newest statement of each layer. */
export type KnownCauses = Record<CauseLayer, KnownCause | null>;

/** The most reliable layer that is known. */
export function mostReliable<T>(layers: Partial<Record<CauseLayer, T | null>>): T | null {
  return layers.verified ?? layers.assessed ?? layers.stated ?? null;
}

/** The layers of a case by their main causes. */
export function layersOf(state: {
  statedCause: Cause | null;
  assessedCause: Cause | null;
  verifiedCause: Cause | null;
}): Record<CauseLayer, Cause | null> {
  const { statedCause: stated, assessedCause: assessed, verifiedCause: verified } = state;
  return { stated, assessed, verified };
}

export const mostFurtherCauses = 5;

/**
 * What does not fit together in a statement, by field. What the company has of categories is for the database to say.
 * @param statement each field already of its own form
 */
export function statementErrors(statement: {
  cause: Cause;
  category?: string | undefined;
  furtherCauses?: string[] | undefined;
}): FieldError[] {
  const { cause, category, furtherCauses = [] } = statement;
  const errors: FieldError[] = [];
  if (category !== undefined && causeOf(category) !== cause) {
    errors.push({ field: 'category', rule: `must be a category below ${cause}` });
  }
  const taken = [cause, ...(category === undefined ? [] : [category]), ...furtherCauses];
  if (new Set(taken).size < taken.length) {
    const rule = 'must name each cause once, and the main one not again';
    errors.push({ field: 'furtherCauses', rule });
  }
  return errors;
}

/** Losses, by what caused them. */
export type LossFigures = {
  cases: number;
  regained: number;
  /** minor units: what their customers bought in the 365 days up to the loss */
  lostRevenue: number;
  /** of it, that of cases which were not regained (so far) */
  stillLostRevenue: number;
};

export type CauseFigures = LossFigures & {
  /** null: not known yet */
  cause: Cause | null;
  /** by the layer that the cause comes from */
  layers: Record<CauseLayer, number>;
  /** cases in which it came in addition to another main cause, or a category of it did */
  alsoNamed: number;
  /** the company's own categories; null: none was named */
  categories: (LossFigures & { category: string | null })[];
};

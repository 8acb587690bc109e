import Mustache from 'mustache';
import {
  templateNames,
  type Addressee,
  type Language,
  type Sender,
  type TemplateText,
  type TemplateValues,
} from '../domain/mails.ts';
import { nameOfOffer } from '../domain/offers.ts';

/** The values of a text; dates are those of `timeZone`. */
export function valuesOf(
  { name, lastPurchaseAt, offer }: Addressee,
  sender: Sender,
  {
    language,
    timeZone,
    satisfactionUrl = '',
  }: { language: Language; timeZone: string; satisfactionUrl?: string },
): TemplateValues {
  const hello = { de: 'Guten Tag', en: 'Hello' }[language];
  const locale = { de: 'de-DE', en: 'en-GB' }[language];
  const date = (at: string) =>
    new Date(at).toLocaleDateString(locale, { dateStyle: 'long', timeZone });
  const known = oneLine(name ?? '');
  return {
    salutation: known ? `${hello} ${known}` : hello,
    customerName: known,
    companyName: sender.company,
    senderName: sender.name,
    lastPurchase: lastPurchaseAt ? date(lastPurchaseAt) : '',
    offerTitle: offer ? nameOfOffer(offer, language) : '',
    offerCode: offer?.code ?? '',
    offerUntil: offer ? date(offer.expiresAt) : '',
    satisfactionUrl,
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

export function filledIn({ subject, body }: TemplateText, values: TemplateValues): TemplateText {
  // Plain text: what it becomes HTML for is escaped there.
  const fill = (text: string) => Mustache.render(text, values, {}, { escape: String });
  return {
    subject: oneLine(fill(subject)),
    body: fill(body)
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim(),
  };
}

type Token = [kind: string, name: string, start: number, end: number, inner?: Token[]];

/** What a template's text must not hold; undefined when all is well. */
export function templateError(text: string): string | undefined {
  let tokens: Token[];
  try {
    tokens = Mustache.parse(text) as unknown as Token[];
  } catch (error) {
    return (error as Error).message;
  }
  return tokens.flatMap(errorsOf)[0];
}

function errorsOf([kind, name, , , inner]: Token): string[] {
  if (kind === 'text' || kind === '!') return [];
  if (kind !== 'name' && kind !== '#' && kind !== '^') {
    return ['may hold {{name}}, {{#name}}…{{/name}} and {{^name}}…{{/name}} only'];
  }
  const names: readonly string[] = templateNames;
  if (!names.includes(name)) return [`{{${name}}} is not one of: ${names.join(', ')}`];
  return Array.isArray(inner) ? inner.flatMap(errorsOf) : [];
}

export function escaped(text: string): string {
  const names: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' };
  return text.replaceAll(/[&<>"]/g, (character) => `&${names[character]};`);
}

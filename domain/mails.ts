import type { Duration } from './duration.ts';

/* What is written to customers, by mail or as a letter. */

export const languages = ['de', 'en'] as const;
export type Language = (typeof languages)[number];

/** What a mail or letter is written from: Mustache with the names of `templateNames`. */
export type TemplateText = {
  subject: string;
  /** paragraphs, with an empty line in between */
  body: string;
};

export type TemplateContent = {
  templateId: string;
  title: string;
  /** at least one */
  texts: Partial<Record<Language, TemplateText>>;
};
export type Template = TemplateContent & { version: number };

/** What a template can name. What is not known is empty: `{{#lastPurchase}}…{{/lastPurchase}}`. */
export const templateNames = [
  'salutation',
  'customerName',
  'companyName',
  'senderName',
  'lastPurchase',
  'offerTitle',
  'offerCode',
  'offerUntil',
  'satisfactionUrl',
] as const;
export type TemplateValues = Record<(typeof templateNames)[number], string>;

/** Who writes. */
export type Sender = {
  company: string;
  /** street, place */
  address: string[];
  /** who signs */
  name: string;
};

/** An offer as customers read of it: what it is called (`nameOfOffer`), its code, and until when that can be redeemed. */
export type OfferToName = {
  title: string;
  names?: Partial<Record<Language, string>> | undefined;
  code: string;
  expiresAt: string;
};

/** The addressee as far as we know them. */
export type Addressee = {
  name: string | null;
  language: string | null;
  lastPurchaseAt: string | null;
  /** what was granted to them and not yet redeemed */
  offer: OfferToName | null;
};

/** In which we write and speak to a customer: theirs if it is one of ours, else German. */
export function languageOf(language: string | null): Language {
  return languages.find((one) => language?.split('-')[0] === one) ?? 'de';
}

/** The template's text in the customer's language, else in German, else in what there is. */
export function textFor(
  { texts }: Pick<TemplateContent, 'texts'>,
  language: string | null,
): { language: Language; text: TemplateText } {
  const found = [languageOf(language), ...languages].find((one) => texts[one])!;
  return { language: found, text: texts[found]! };
}

/** How long a mail that is put off, again and again, is still worth sending. */
export const mailLasts: Duration = '14d';

/** Why a measure sends no mail. */
export type MailRefusal = 'no-address' | 'undeliverable' | 'no-template' | 'not-permitted';
export type MailAnswer = 'queued' | MailRefusal;

/**
 * `unclear`: we died, or the line broke, while the server had the mail in hand; it may have arrived, so only a person
 * sends it again. `withheld`: it was not to be sent any more when its turn came. `failed`: given up, or refused.
 */
export const mailStatuses = [
  'queued',
  'sending',
  'sent',
  'bounced',
  'failed',
  'unclear',
  'withheld',
] as const;
export type MailStatus = (typeof mailStatuses)[number];

/** A mail to a customer; what it says is null until it is first sent. */
export type MailRecord = {
  mailId: string;
  caseId: string;
  customerId: string;
  measureId: string;
  templateId: string;
  status: MailStatus;
  token: string;
  templateVersion: number | null;
  language: Language | null;
  recipient: string | null;
  subject: string | null;
  body: string | null;
  createdAt: string;
  notBefore: string;
  sendBy: string | null;
  /** it is for who has come back */
  afterReturn: boolean;
  possiblySent: boolean;
  attempts: number;
  lastAttemptAt: string | null;
  lastError: string | null;
  finishedAt: string | null;
};

/** One version of a template. */
export type TemplateRecord = {
  templateId: string;
  version: number;
  content: Template;
  createdAt: string;
  /** it came with a file, and not through the API */
  fromFile: boolean;
};

/**
 * What a manager finds out about a mail that is `unclear` or has `failed`: it has reached the customer, by this way or by
 * another; it has not, and is left; or it is to be sent again.
 */
export const mailFates = ['sent', 'not-sent', 'send-again'] as const;
export type MailFate = (typeof mailFates)[number];

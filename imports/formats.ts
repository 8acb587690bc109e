import { z } from 'zod';
import { mailAddress } from '../config/fields.ts';
import { isTimeZone } from '../config/policy.ts';
import { customerIdPattern, customerIdRule } from '../domain/ids.ts';
import { currencyPattern, inMinorUnits, minorDigits, mostMinorUnits } from '../domain/money.ts';
import type { ImportKind } from '../domain/imports.ts';
import { countryPattern, languagePattern, longest } from '../domain/profile.ts';
import type {
  Cancellation,
  CustomerUpdate,
  PermissionChange,
  Purchase,
} from '../domain/records.ts';
import {
  channels,
  customerKinds,
  purposes,
  type Channel,
  type CustomerKind,
  type Purpose,
} from '../domain/words.ts';
import type { Column, Columns } from './columns.ts';

/** How a file's values are to be read. */
export type Reading = {
  /** the number as `1234.56`, undefined if it is none */
  number: (column: string, text: string) => string | undefined;
  /** the moment in ISO 8601 UTC, undefined if it is none */
  time: (column: string, text: string) => string | undefined;
  /** ISO 8601 UTC */
  now: string;
};

/** What the lines of a file must be. */
export type Format<Row> = {
  columns: Columns;
  schema: (reading: Reading) => z.ZodType<Row>;
  /** lines that agree in these columns are about the same thing, so they must agree in all */
  key: (keyof Row & string)[];
};

const numeric = /^[\d.,:/+\- ]{1,40}$/;
const zoneName = /^[\w/+-]{1,50}$/;
const word = /^\p{L}{1,20}$/u;

const customerIdColumn: Column = {
  names: [
    ...['customer', 'customerno', 'customernr', 'customernumber'],
    ...['kunde', 'kundenid', 'kundennr', 'kundennummer', 'kdnr'],
  ],
  required: true,
};

const dayMs = 86_400_000;
const yearMs = 365.25 * dayMs;
const earliest = '1900-01-01T00:00:00.000Z';

const plainRule = 'must be readable text without control characters';

function plainText(most: number) {
  const lengthRule = `must have at most ${most} characters`;
  return z
    .string()
    .max(most, lengthRule)
    .regex(/^[^\p{Cc}\uFFFD]*$/u, plainRule);
}

/** May go over several lines. */
function freeText(most: number) {
  const lengthRule = `must have at most ${most} characters`;
  return z
    .string()
    .max(most, lengthRule)
    .regex(/^(?:[^\p{Cc}\uFFFD]|[\n\t])*$/u, plainRule);
}

/** An empty cell is an absent value. */
function orEmpty<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((text) => (text === '' ? undefined : text), schema);
}

/** One of our words, or what people write for it. */
function oneOf<Word extends string>(meanings: Record<Word, string[]>, rule: string) {
  const known = new Map<string, Word>();
  for (const [meant, names] of Object.entries<string[]>(meanings)) {
    for (const name of [meant, ...names]) known.set(name, meant as Word);
  }
  return z.string(rule).transform((text, context): Word => {
    const meant = known.get(text.toLowerCase());
    if (meant === undefined) context.addIssue(rule);
    return meant ?? z.NEVER;
  });
}

/** @param atMostAhead ms by which it may lie in the future */
function time(reading: Reading, column: string, atMostAhead: number) {
  const latest = new Date(Date.parse(reading.now) + atMostAhead).toISOString();
  const rule = 'must be a date like 2026-03-24 or 24.03.2026, perhaps with a time like 16:30';
  return z.string(rule).transform((text, context): string => {
    const at = reading.time(column, text);
    if (at === undefined) context.addIssue(rule);
    else if (at > latest) {
      const isFar = atMostAhead > dayMs;
      context.addIssue(isFar ? 'must not lie in the far future' : 'must not lie in the future');
    } else if (at < earliest) context.addIssue(`must not lie before ${earliest.slice(0, 4)}`);
    return at ?? z.NEVER;
  });
}

/** The sales system's clock, or its time zone, may be ahead of ours. */
const past = dayMs;

const customerId = z.string().regex(customerIdPattern, customerIdRule);

const kinds: Record<CustomerKind, string[]> = {
  consumer: ['b2c', 'private', 'privat', 'privatkunde', 'verbraucher'],
  business: [
    ...['b2b', 'company', 'firma', 'firmenkunde', 'geschäftskunde', 'geschaeftskunde'],
    ...['geschäftlich', 'gewerblich', 'unternehmen'],
  ],
};

export const customerFormat: Format<CustomerUpdate> = {
  columns: {
    customerId: { ...customerIdColumn, names: ['id', ...customerIdColumn.names] },
    name: { names: ['customername', 'fullname', 'kundenname', 'firma', 'companyname'] },
    email: { names: ['mail', 'emailaddress', 'emailadresse', 'mailadresse'] },
    phone: { names: ['phonenumber', 'telephone', 'telefon', 'telefonnummer', 'telefonnr', 'tel'] },
    kind: {
      names: ['type', 'customertype', 'customerkind', 'art', 'typ', 'kundenart', 'kundentyp'],
      shown: word,
    },
    country: { names: ['countrycode', 'land', 'laendercode', 'laenderkuerzel'], shown: word },
    language: { names: ['languagecode', 'sprache'], shown: word },
    timeZone: { names: ['tz', 'zeitzone'], shown: zoneName },
    region: { names: ['salesregion', 'gebiet', 'vertriebsgebiet', 'bundesland'] },
  },
  schema: () =>
    z
      .object({
        customerId,
        name: orEmpty(plainText(longest.name).optional()),
        email: orEmpty(mailAddress.optional()),
        phone: orEmpty(plainText(longest.phone).optional()),
        // A file without this column leaves everybody's kind as it is.
        kind: z.preprocess(
          (text) => (text === '' ? customerKinds[0] : text),
          oneOf(
            kinds,
            `must be ${customerKinds.join(' or ')}, or empty for ${customerKinds[0]}`,
          ).optional(),
        ),
        country: orEmpty(
          z
            .string()
            .regex(countryPattern, 'must be two capital letters like DE, or empty')
            .optional(),
        ),
        language: orEmpty(
          z.string().regex(languagePattern, 'must be a language tag like de, or empty').optional(),
        ),
        timeZone: orEmpty(
          z
            .string()
            .refine(isTimeZone, 'must be a known IANA time zone like Europe/Berlin, or empty')
            .optional(),
        ),
        region: orEmpty(plainText(longest.region).optional()),
      })
      .transform(({ region, ...update }): CustomerUpdate => ({
        ...update,
        ...(region !== undefined && { extra: { region } }),
      })),
  key: ['customerId'],
};

export const purchaseFormat: Format<Purchase> = {
  columns: {
    customerId: customerIdColumn,
    orderId: {
      names: [
        ...['order', 'orderno', 'ordernr', 'ordernumber'],
        ...[
          'bestellid',
          'bestellnr',
          'bestellnummer',
          'auftragsid',
          'auftragsnr',
          'auftragsnummer',
        ],
      ],
      required: true,
    },
    purchasedAt: {
      names: [
        ...['date', 'purchasedate', 'orderdate', 'orderedat'],
        ...['datum', 'kaufdatum', 'bestelldatum', 'auftragsdatum', 'gekauftam', 'bestelltam'],
      ],
      required: true,
      holds: 'time',
      shown: numeric,
    },
    amount: {
      names: ['total', 'totalamount', 'betrag', 'gesamtbetrag', 'summe', 'umsatz'],
      required: true,
      holds: 'number',
      shown: numeric,
    },
    currency: { names: ['currencycode', 'waehrung'], required: true, shown: word },
    product: { names: ['productid', 'productname', 'artikel', 'produkt', 'sku'] },
  },
  schema: (reading) =>
    z
      .object({
        customerId,
        orderId: plainText(200).min(1, 'must not be empty'),
        purchasedAt: time(reading, 'purchasedAt', past),
        amount: z.string().transform((text, context): string => {
          const decimal = reading.number('amount', text);
          if (decimal === undefined) {
            const [de, en] = ['1.234,50', '1,234.50'];
            const example = reading.number('amount', de) === undefined ? en : de;
            context.addIssue(`must be an amount like ${example}, not negative`);
          }
          return decimal ?? z.NEVER;
        }),
        currency: z.string().regex(currencyPattern, 'must be three capital letters like EUR'),
        product: orEmpty(plainText(longest.product).optional()),
      })
      .transform(({ amount: decimal, ...purchase }, context): Purchase => {
        const { currency } = purchase;
        const amount = inMinorUnits(decimal, currency);
        const rule =
          amount === undefined
            ? `must have at most ${minorDigits(currency)} decimal places in ${currency}`
            : amount > mostMinorUnits && 'is too much';
        if (rule) context.addIssue({ code: 'custom', path: ['amount'], message: rule });
        return { ...purchase, amount: amount ?? z.NEVER };
      }),
  key: ['customerId', 'orderId'],
};

export const cancellationFormat: Format<Cancellation> = {
  columns: {
    customerId: customerIdColumn,
    receivedAt: {
      names: [
        ...['date', 'cancelledat', 'canceledat', 'cancelationdate', 'cancellationdate'],
        ...['datum', 'eingangsdatum', 'eingegangenam', 'gekuendigtam', 'kuendigungsdatum'],
      ],
      required: true,
      holds: 'time',
      shown: numeric,
    },
    reason: { names: ['cancellationreason', 'grund', 'kuendigungsgrund'] },
    effectiveAt: {
      names: [
        ...['effectivedate', 'effectivefrom', 'enddate'],
        ...['gekuendigtzum', 'kuendigungzum', 'vertragsende', 'wirksamab', 'wirksamzum'],
      ],
      holds: 'time',
      shown: numeric,
    },
  },
  schema: (reading) =>
    z.object({
      customerId,
      receivedAt: time(reading, 'receivedAt', past),
      reason: orEmpty(freeText(2_000).optional()),
      effectiveAt: orEmpty(time(reading, 'effectiveAt', 10 * yearMs).optional()),
    }),
  key: ['customerId', 'receivedAt'],
};

const channelNames: Record<Channel, string[]> = {
  phone: ['telephone', 'telefon', 'anruf'],
  email: ['e-mail', 'mail'],
  letter: ['post', 'brief'],
  visit: ['besuch'],
};
const purposeNames: Record<Purpose, string[]> = {
  // To win somebody back is advertising.
  recovery: ['rückgewinnung', 'rueckgewinnung', 'advertising', 'marketing', 'werbung'],
  service: ['kundendienst', 'kundenservice'],
};
const answers = {
  true: ['yes', 'y', '1', 'ja', 'j', 'wahr'],
  false: ['no', 'n', '0', 'nein', 'falsch'],
};

export const permissionFormat: Format<PermissionChange> = {
  columns: {
    customerId: customerIdColumn,
    channel: { names: ['kanal', 'kontaktweg'], required: true, shown: word },
    granted: {
      names: ['allowed', 'permission', 'consent', 'erlaubt', 'erteilt', 'einwilligung'],
      required: true,
      shown: word,
    },
    at: {
      names: ['date', 'since', 'grantedat', 'datum', 'am', 'seit', 'zeitpunkt', 'erteiltam'],
      required: true,
      holds: 'time',
      shown: numeric,
    },
    purpose: { names: ['zweck', 'verwendungszweck'], shown: word },
    legalBasis: { names: ['rechtsgrundlage'] },
    proof: { names: ['evidence', 'nachweis', 'beleg'] },
  },
  schema: (reading) =>
    z.object({
      customerId,
      channel: oneOf(channelNames, `must be one of: ${channels.join(', ')}`),
      granted: oneOf(answers, 'must be yes or no').transform((text) => text === 'true'),
      at: time(reading, 'at', past),
      purpose: orEmpty(
        oneOf(purposeNames, `must be ${purposes.join(' or ')}, or empty for every one`).optional(),
      ),
      legalBasis: orEmpty(plainText(200).optional()),
      proof: orEmpty(freeText(2_000).optional()),
    }),
  key: ['customerId', 'channel', 'purpose', 'at'],
};

/** The columns that each kind of file may have. */
export const columnsOf: Record<ImportKind, Columns> = {
  customers: customerFormat.columns,
  purchases: purchaseFormat.columns,
  cancellations: cancellationFormat.columns,
  permissions: permissionFormat.columns,
};

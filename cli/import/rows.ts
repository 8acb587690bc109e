import { z } from 'zod';
import { customerIdPattern, customerIdRule } from '../../domain/ids.ts';
import type { CustomerUpdate, Purchase } from '../../domain/records.ts';
import { customerKinds } from '../../domain/words.ts';

/** What the lines of a file must be. */
export type Format<Row> = {
  columns: string[];
  schema: z.ZodType<Row>;
  /** lines that agree in these columns are about the same thing, so they must agree in all */
  key: (keyof Row & string)[];
};

const plainRule = 'must be in UTF-8, without control characters';

function plainText(most: number) {
  const lengthRule = `must have at most ${most} characters`;
  return z
    .string()
    .max(most, lengthRule)
    .regex(/^[^\p{Cc}\uFFFD]*$/u, plainRule);
}

/** An empty cell is an absent value. */
function orEmpty<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((text) => (text === '' ? undefined : text), schema);
}

const customerId = z.string().regex(customerIdPattern, customerIdRule);

const customer = z.object({
  customerId,
  name: orEmpty(plainText(200).optional()),
  email: orEmpty(
    plainText(254)
      .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'must be a mail address')
      .optional(),
  ),
  phone: orEmpty(plainText(50).optional()),
  kind: orEmpty(
    z
      .enum(
        customerKinds,
        `must be ${customerKinds.join(' or ')}, or empty for ${customerKinds[0]}`,
      )
      .default(customerKinds[0]),
  ),
  country: orEmpty(
    z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be two capital letters like DE, or empty')
      .optional(),
  ),
});

export const customerFormat: Format<CustomerUpdate> = {
  columns: Object.keys(customer.shape),
  schema: customer,
  key: ['customerId'],
};

const timeRule =
  'must be a date like 2026-03-24, or a time with its zone like 2026-03-24T16:30:00Z';
const time = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], timeRule)
  // JavaScript takes a bare date as 00:00 UTC.
  .transform((text) => new Date(text).toISOString());

/** @param latest ISO 8601 UTC: no purchase may be later */
export function purchaseFormat(latest: string): Format<Purchase> {
  const purchase = z.object({
    customerId,
    orderId: plainText(200).min(1, 'must not be empty'),
    purchasedAt: time.refine((at) => at <= latest, 'must not lie in the future'),
    amount: z
      .string()
      .regex(
        /^\d{1,10}(\.\d{1,2})?$/,
        'must be an amount like 29.33: not negative, a point, at most two decimal places',
      )
      .transform(minorUnits),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters like EUR'),
  });
  return {
    columns: Object.keys(purchase.shape),
    schema: purchase,
    key: ['customerId', 'orderId'],
  };
}

/** By its digits, because 0.1 + 0.2 is not 0.3. */
function minorUnits(decimal: string): number {
  const [whole, fraction = ''] = decimal.split('.');
  return Number(whole + fraction.padEnd(2, '0'));
}

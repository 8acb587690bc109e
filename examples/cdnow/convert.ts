/*
 * Made customers.csv and purchases.csv, once, from CDNOW_sample.txt (its origin: README.md):
 *
 *   node examples/cdnow/convert.ts CDNOW_sample.txt
 *
 * A line of the original: the customer's number in the master file and in the sample, date, number of CDs, US dollars.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const customers = ['customerId,name,email,phone,kind,country'];
const purchases = ['customerId,orderId,purchasedAt,amount,currency'];
const ordersOf = new Map<string, number>();

for (const line of readFileSync(process.argv[2]!, 'latin1').trim().split('\n')) {
  const [, number, date, , dollars] = line.trim().split(/\s+/) as [string, ...string[]];
  const customerId = `cdnow-${number}`;
  if (!ordersOf.has(customerId)) {
    customers.push(`${customerId},Customer ${number},customer-${number}@example.com,,consumer,`);
  }
  // Also purchases of one day are orders of their own.
  const order = (ordersOf.get(customerId) ?? 0) + 1;
  ordersOf.set(customerId, order);
  const day = date!.replace(/(....)(..)(..)/, '$1-$2-$3');
  purchases.push(`${customerId},${number}-${order},${day},${dollars},USD`);
}

writeFileSync(join(import.meta.dirname, 'customers.csv'), `${customers.join('\n')}\n`);
writeFileSync(join(import.meta.dirname, 'purchases.csv'), `${purchases.join('\n')}\n`);

import type { Product } from './browser.ts';
import { until } from './until.ts';

const people = [
  ['C-1001', 'Anna Schneider', 'Preis zu hoch'],
  ['C-1002', 'Bernd Köhler', 'Lieferung kam dreimal zu spät'],
  ['C-1003', 'Çiğdem Yılmaz', null],
  ['C-1004', 'David Krause', 'Wechsle zu einem anderen Anbieter'],
  ['C-1005', 'Eva-Maria von Hohenstein-Lichtenfels', null],
  ['C-1006', 'Farid Haddad', 'Reklamation wurde nie beantwortet'],
  ['C-1007', 'Greta Olsen', 'Kein Bedarf mehr'],
  ['C-1008', 'Hans Meier', null],
] as const;

/** Customers with purchases and permissions, of whom each has just cancelled; returns when their first tasks are there. */
export async function fillWithCancellations({ call }: Pick<Product, 'call'>): Promise<void> {
  const now = Date.now();
  const daysAgo = (days: number) => new Date(now - days * 86_400_000).toISOString();
  let id = 0;
  const event = (type: string, subject: string, time: string, data: object) => ({
    specversion: '1.0',
    id: `web-${(id += 1)}`,
    source: 'web-test',
    type,
    subject,
    time,
    data,
  });
  const events = people.flatMap(([customerId, name, reason], i) => [
    event('customer.updated', customerId, daysAgo(900), {
      name,
      kind: i % 3 === 2 ? 'business' : 'consumer',
      email: `${customerId.toLowerCase()}@kunde.example`,
      phone: `+49 30 90182${100 + i}`,
      country: 'DE',
      language: 'de',
    }),
    event('permission.changed', customerId, daysAgo(800), {
      channel: 'phone',
      granted: true,
      legalBasis: 'express consent',
      proof: `Telefonformular ${customerId}`,
    }),
    ...Array.from({ length: 6 + i }, (_, n) =>
      event('purchase.recorded', customerId, daysAgo(720 - n * 45), {
        orderId: `${customerId}-${n}`,
        amount: 4_000 + 1_500 * i + 300 * n,
        currency: 'EUR',
      }),
    ),
    ...(customerId === 'C-1006'
      ? [event('complaint.recorded', customerId, daysAgo(20), { complaintId: 'R-1' })]
      : []),
    event('cancellation.received', customerId, daysAgo(0), reason ? { reason } : {}),
  ]);
  for (let i = 0; i < events.length; i += 20) {
    await call('sales-system', 'POST', '/events', events.slice(i, i + 20));
  }
  await until(async () => {
    const { items } = await call('manager', 'GET', '/tasks?status=open&limit=200');
    return items.length >= people.length;
  });
}

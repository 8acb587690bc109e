/*
 * A small sales system that reports to winback what happens in it, signed by Standard Webhooks:
 *
 *   WINBACK_WEBHOOK_SECRET=whsec_… node examples/sales-system/shop.ts
 *
 * It needs nothing but Node 24. WINBACK_URL says where winback is, http://127.0.0.1:3000 if unset.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const url = process.env['WINBACK_URL'] ?? 'http://127.0.0.1:3000';
const secret = process.env['WINBACK_WEBHOOK_SECRET']?.split(' ')[0];
if (!secret?.startsWith('whsec_')) {
  console.error('Set WINBACK_WEBHOOK_SECRET to the signing secret (whsec_…).');
  process.exit(1);
}
const key = Buffer.from(secret.slice('whsec_'.length), 'base64');

const source = 'https://shop.example/ts';

type Event = {
  specversion: '1.0';
  /** unique within the source, and the same whenever the event is sent again */
  id: string;
  source: string;
  type: string;
  /** when it happened, not when it is sent */
  time: string;
  subject: string;
  data: Record<string, unknown>;
};

function event(type: string, customerId: string, data = {}, daysAgo = 0): Event {
  const time = new Date(Date.now() - daysAgo * 86_400_000).toISOString();
  return { specversion: '1.0', id: randomUUID(), source, type, time, subject: customerId, data };
}

/** HMAC-SHA256 over ID, time and the body to the byte. */
function signature(id: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/**
 * Sends until it is answered: an event that got 202 is kept for ever, one that is sent twice counts once. What is
 * refused (4xx) would be refused again, so that is a mistake of ours.
 */
async function post(body: string, headers: Record<string, string>): Promise<void> {
  const id = `msg_${randomUUID()}`;
  for (let waitMs = 200; ; waitMs = Math.min(2 * waitMs, 30_000)) {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const answer = await fetch(`${url}/api/v1/events`, {
      method: 'POST',
      headers: {
        ...headers,
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature(id, timestamp, body),
      },
      body,
      signal: AbortSignal.timeout(30_000),
    }).catch((error: Error) => error);
    if (!(answer instanceof Error)) {
      const text = await answer.text();
      if (answer.status === 202) return console.log(`202 ${text}`);
      if (answer.status !== 429 && answer.status < 500) {
        throw new Error(`${answer.status} ${text}`);
      }
    }
    console.error(`No answer yet, sending again in ${waitMs} ms`);
    await pause(waitMs);
  }
}

/** Structured mode: the event is the body. */
const send = (one: Event) =>
  post(JSON.stringify(one), { 'content-type': 'application/cloudevents+json' });

/** Batched mode: up to 1,000 events, all or nothing. */
const sendBatch = (several: Event[]) =>
  post(JSON.stringify(several), { 'content-type': 'application/cloudevents-batch+json' });

/** Binary mode: the data is the body, everything else stands in headers, percent-encoded. */
const sendBinary = ({ data, ...attributes }: Event) =>
  post(JSON.stringify(data), {
    'content-type': 'application/json',
    ...Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeURI(value)]),
    ),
  });

const order = (orderId: string, amount: number) => ({ orderId, amount, currency: 'EUR' });

// Last year's history, as it comes out of our files: in no particular order.
await sendBatch([
  event('purchase.recorded', 'TS-1001', order('TS-2', 7_900), 40),
  event('purchase.recorded', 'TS-1001', order('TS-1', 4_990), 75),
  event('purchase.recorded', 'TS-1002', order('TS-3', 12_500), 20),
]);
// Who they are.
for (const [customerId, name] of [
  ['TS-1001', 'Erika Mustermann'],
  ['TS-1002', 'Max Mustermann'],
] as const) {
  await send(event('customer.updated', customerId, { name, kind: 'consumer', country: 'DE' }));
}
await send(
  event('permission.changed', 'TS-1001', {
    channel: 'phone',
    granted: true,
    legalBasis: 'consent',
    proof: 'web form of 2026-03-01',
  }),
);
// Erika looks at how to cancel, and does: winback opens a case.
await sendBinary(event('cancellation.considered', 'TS-1001'));
await sendBinary(event('cancellation.received', 'TS-1001', { reason: 'better-offer-price' }));
// Max buys again.
await send(event('purchase.recorded', 'TS-1002', order('TS-4', 3_300)));

import { source, type SentEvent } from './load.ts';
import { differences, grouped, rows, type Check, type Row } from './picture.ts';

/* What the sales system has sent. */

export const eventsStoredOnce: Check = (db, { events }) => [
  ...differences(
    'events',
    [...events.values()].map(({ id, type, subject, time }) => `${id} ${type} ${subject} ${time}`),
    rows(db, `select * from events where source = '${source}'`).map(
      (row) => `${row.event_id} ${row.type} ${row.customer_id} ${row.time}`,
    ),
  ),
];

export const ordersCountedOnce: Check = (db, { events }) => {
  const sent = new Map<string, SentEvent>();
  for (const event of events.values()) {
    if (event.type === 'purchase.recorded') sent.set(String(event.data['orderId']), event);
  }
  const perCustomer = grouped(sent.values(), ({ subject }) => subject);
  return [
    ...differences(
      'purchases',
      [...sent.values()].map(
        ({ subject, data }) => `${String(data['orderId'])} ${subject} ${String(data['amount'])}`,
      ),
      rows(db, 'select * from purchases').map(
        (row) => `${row.order_id} ${row.customer_id} ${row.amount}`,
      ),
    ),
    ...differences(
      'sums',
      [...perCustomer].map(([customerId, orders]) => {
        const amount = orders.reduce((sum, { data }) => sum + Number(data['amount']), 0);
        return `${customerId} bought ${orders.length}× for ${amount}`;
      }),
      rows(db, 'select * from customers where purchases > 0').map(
        (row) => `${row.customer_id} bought ${row.purchases}× for ${row.total_amount}`,
      ),
    ),
  ];
};

export const newestProfileStands: Check = (db, { events }) => {
  const newest = new Map<string, SentEvent>();
  for (const event of events.values()) {
    if (event.type !== 'customer.updated') continue;
    const known = newest.get(event.subject);
    if (!known || known.time < event.time) newest.set(event.subject, event);
  }
  return differences(
    'names',
    [...newest.values()].map(({ subject, data }) => `${subject} ${String(data['name'])}`),
    rows(db, 'select * from customers').map((row) => `${row.customer_id} ${row.name}`),
  );
};

const factKinds: Record<string, string> = {
  'purchase.recorded': 'purchase',
  'cancellation.received': 'cancellation',
  'cancellation.withdrawn': 'cancellation-withdrawn',
  'customer.objected': 'objection',
  'permission.changed': 'permission',
};

/** A fact is told apart by its time, which no two events share. */
export const factsToldOnce: Check = (db, { events }) => {
  const offences: string[] = [];
  const cases = new Map(rows(db, 'select * from cases').map((row) => [String(row.case_id), row]));
  const told = new Map<string, Row[]>();
  for (const entry of rows(
    db,
    `select t.*, c.customer_id, t.data ->> '$.factAt' as fact_at
     from timeline t join cases c using (case_id) where t.data ->> '$.factAt' is not null`,
  )) {
    const fact = `${entry.customer_id} ${entry.code} ${entry.fact_at}`;
    told.set(fact, [...(told.get(fact) ?? []), entry]);
  }
  const sent = new Set(
    [...events.values()].map(({ subject, type, time }) => `${subject} ${factKinds[type]} ${time}`),
  );
  for (const [fact, entries] of told) {
    const where = entries.map(({ case_id, seq }) => `${case_id}#${seq}`).join(', ');
    if (!sent.has(fact)) offences.push(`fact ${fact} in ${where} was never sent`);
    if (entries.length > 1) offences.push(`fact ${fact} is told ${entries.length}×: ${where}`);
  }

  const messages = rows(db, `select * from outbox where kind = 'fact'`).map((row) => ({
    ...row,
    ...JSON.parse(row.payload),
  }));
  const reported = new Map<string, Row>(
    messages.map((message) => [`${message.customerId} ${message.kind} ${message.at}`, message]),
  );
  for (const [fact, { caseId, done_at }] of reported) {
    if (told.has(fact)) continue;
    const { status, closed_at } = cases.get(caseId)!;
    // It may have come when the case's workflow had ended. While the case was open it must have been heard.
    if (status === 'open' || done_at < closed_at) {
      offences.push(`fact ${fact} was delivered to ${caseId} at ${done_at} and never told there`);
    }
  }

  // An open case is told what still holds for all that was known when it came, not what came too late to matter.
  const orders = new Set<string>();
  const newest = new Map<string, string>();
  const knownOf = (kind: string, of: string) => newest.get(`${kind} ${of}`) ?? '';
  const know = (kind: string, of: string, time: string) => {
    if (time > knownOf(kind, of)) newest.set(`${kind} ${of}`, time);
  };
  for (const row of rows(db, 'select * from events order by event_seq')) {
    const kind = factKinds[row.type];
    if (!kind) continue;
    const orderId = JSON.parse(row.data).orderId;
    if (orderId && orders.has(orderId)) continue;
    if (orderId) orders.add(orderId);
    const { customer_id: customerId, time } = row;
    const stands =
      time > knownOf('cancellation-withdrawn', customerId) &&
      time >= knownOf('purchase', customerId);
    know(kind, customerId, time);
    const current = [...cases.values()].find(
      (one) =>
        one.customer_id === customerId &&
        one.opened_at <= row.received_at &&
        (one.closed_at === null || row.received_at < one.closed_at),
    );
    if (current && kind === 'cancellation' && stands) know('case', current.case_id, time);
    const cancelledAt = current
      ? knownOf('case', current.case_id) ||
        (current.trigger === 'cancellation' ? knownOf('cancellation', customerId) : '')
      : '';
    const holds =
      kind === 'cancellation'
        ? stands
        : kind === 'cancellation-withdrawn'
          ? cancelledAt !== '' && time >= cancelledAt
          : kind !== 'purchase' || time > cancelledAt;
    const fact = `${row.customer_id} ${kind} ${row.time}`;
    const open = [...cases.values()].find(
      (one) =>
        one.customer_id === row.customer_id &&
        one.opened_at < row.received_at &&
        one.opened_at < row.time &&
        (one.closed_at === null || row.received_at < one.closed_at),
    );
    const isNewest = kind !== 'permission' || reported.has(fact);
    if (open && holds && isNewest && !reported.has(fact)) {
      offences.push(`event ${row.event_id} (${fact}) came while ${open.case_id} was open, unheard`);
    }
  }
  return offences;
};

import type { Client } from '../client.ts';
import type { Deed } from './roles.ts';
import { rest } from '../rest.ts';

const lookEveryMs = 250;

const sentences: Record<Deed['type'], string> = {
  'purchase.recorded': 'buys',
  'cancellation.received': 'cancels',
  'cancellation.withdrawn': 'withdraws the cancellation',
  'customer.objected': 'objects to any contact',
  'customer.deceased': 'is reported dead',
};

export type SalesSystem = ReturnType<typeof createSalesSystem>;

/**
 * The simulated shop: reports what customers do, each at its time, as CloudEvents.
 * @param options.run tells this run's events and orders from those of other runs
 */
export function createSalesSystem(options: {
  client: Client;
  run: string;
  currency: string;
  draw: (below: number) => number;
  say: (sentence: string) => void;
}) {
  const { client, run, currency, draw, say } = options;
  let waiting: { at: number; customerId: string; deed: Deed }[] = [];
  let count = 0;

  function dataOf(deed: Deed, id: string): Record<string, unknown> {
    if (deed.type === 'purchase.recorded') {
      return { orderId: id, amount: 1_200 + draw(6_000), currency };
    }
    if (deed.type !== 'cancellation.received') return {};
    const { reason, effectiveInSeconds } = deed;
    return {
      ...(reason && { reason }),
      ...(effectiveInSeconds && {
        effectiveAt: new Date(Date.now() + effectiveInSeconds * 1_000).toISOString(),
      }),
    };
  }

  return {
    schedule(customerId: string, deeds: readonly Deed[] = []): void {
      const now = Date.now();
      for (const deed of deeds) {
        waiting.push({ at: now + deed.afterSeconds * 1_000, customerId, deed });
      }
    },

    /** Whether nothing more is going to happen by itself. */
    idle: (): boolean => waiting.length === 0,

    async work(signal: AbortSignal): Promise<void> {
      for (; !signal.aborted; await rest(lookEveryMs, signal)) {
        const due = waiting.filter(({ at }) => at <= Date.now());
        if (due.length === 0) continue;
        const events = due.map(({ customerId, deed }) => {
          const id = `${run}-${(count += 1)}`;
          return {
            specversion: '1.0',
            id,
            source: 'urn:winback:demo:simulated-shop',
            type: deed.type,
            time: new Date().toISOString(),
            subject: customerId,
            data: dataOf(deed, id),
          };
        });
        await client.post('/events', events);
        waiting = waiting.filter((one) => !due.includes(one));
        for (const { customerId, deed } of due) {
          say(`Simulated shop: ${customerId} ${sentences[deed.type]}`);
        }
      }
    },
  };
}

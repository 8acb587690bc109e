import { progress, withClients, type Findings } from './figures.ts';
import { startBenchStack } from './stack.ts';
import { bareIds, makeCustomers, openCase, openTask, startBare } from './walks.ts';

const clients = 50;

/** How much both databases grow with cases that wait for their first answer. */
export async function bytesPerCase(options: { starts: number }): Promise<Findings> {
  const stack = await startBenchStack();
  const customers = await makeCustomers(stack, options.starts);
  progress(`bytes: ${options.starts} open cases, ours and bare`);
  const before = stack.sizes();
  await withClients(clients, customers, async (customerId) => {
    await openTask(stack, await openCase(stack, customerId), 'cause-call');
  });
  const ours = stack.sizes();
  await withClients(clients, bareIds(options.starts), async (workflowId) => {
    await startBare(stack, workflowId);
    await stack.bareReached(workflowId);
  });
  const bare = stack.sizes();
  const perCase = (bytes: number) => Math.round(bytes / options.starts);
  const figures = {
    winback: perCase(ours.winback - before.winback),
    temporal: perCase(ours.temporal - before.temporal),
    bareTemporal: perCase(bare.temporal - ours.temporal),
  };
  const kilobytes = (bytes: number) => (bytes / 1_000).toFixed(1);
  return {
    title: `Bytes per open case: ${options.starts} cases that wait for their first answer`,
    columns: ['kB', 'ours', 'bare workflow', 'ours ÷ bare'],
    rows: [
      [
        'temporal.db',
        kilobytes(figures.temporal),
        kilobytes(figures.bareTemporal),
        (figures.temporal / figures.bareTemporal).toFixed(2),
      ],
      ['winback.db', kilobytes(figures.winback), '', ''],
    ],
    remarks: ['Pages of the databases, their logs included; the customers were there before.'],
    figures,
  };
}

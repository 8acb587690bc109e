import { fileURLToPath } from 'node:url';
import { activityInfo } from '@temporalio/activity';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

/* The worker of the bare workflow, a process of its own as ours is. */

export const bareActivities = {
  async nothing() {},
  /** empty as well, but lets the driver know that the workflow is about to wait */
  async reached() {
    process.send?.(activityInfo().workflowExecution?.workflowId);
  },
};

Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! });
const worker = await Worker.create({
  connection,
  taskQueue: 'bare',
  workflowsPath: fileURLToPath(new URL('./bare-workflow.ts', import.meta.url)),
  activities: bareActivities,
});
const stop = () => {
  if (worker.getState() === 'RUNNING') worker.shutdown();
};
for (const occasion of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(occasion, stop);
process.send?.('ready');
await worker.run();
await connection.close();
// Its listener would keep the process alive.
if (process.connected) process.disconnect();

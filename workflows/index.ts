/** Everything the worker runs; the entry of the workflow bundle. */
export { dormancyScan } from './dormancy-scan.ts';
export { recoveryCase } from './recovery-case.ts';

import type { components } from './schema.d.ts';

type Schemas = components['schemas'];

/** A report is JSON unless a table is asked for, and the app asks for tables by links alone: `{ select: asJson<'Forecast'>() }`. */
export function asJson<Name extends keyof Schemas>() {
  return (report: unknown) => report as Schemas[Name];
}

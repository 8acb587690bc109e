import { paces } from '../../../domain/board.ts';
import { causes, tiers, triggers } from '../../../domain/words.ts';
import type { components } from '../../api/schema.d.ts';

export type Card = components['schemas']['BoardCase'];
export type Board = components['schemas']['Board'];
export type SavedView = components['schemas']['SavedView'];
export type Filter = SavedView['filter'];

const known = { trigger: triggers, tier: tiers, cause: causes, pace: paces } as const;

/** What the address says is shown; what makes no sense there is left out. */
export function filterIn(search: Record<string, string | undefined>): Filter {
  const chosen = Object.entries(known).flatMap(([name, values]) => {
    const value = (values as readonly string[]).find((one) => one === search[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...(Object.fromEntries(chosen) as Filter),
    ...(search['assignee'] && { assignee: search['assignee'] }),
    // The router reads it as a boolean.
    ...(String(search['approval']) === 'true' && { approval: 'true' as const }),
  };
}

export function sameFilter(one: Filter, other: Filter): boolean {
  const text = (filter: Filter) => JSON.stringify(Object.entries(filter).sort());
  return text(one) === text(other);
}

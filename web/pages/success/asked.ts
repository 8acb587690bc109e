import { useNavigate } from '@tanstack/react-router';
import { useFilters } from '../../app/address.ts';
import { successSplits, type SuccessSplit } from '../../../domain/success-figures.ts';
import { objectives } from '../../../domain/policy.ts';
import { causes, tiers, triggers } from '../../../domain/words.ts';

export const views = ['overview', 'compare', 'second-life', 'forecast', 'points'] as const;
export const periods = ['3m', '12m', 'all'] as const;

/** What the address says is shown. */
export function useAsked() {
  const search = useFilters();
  const navigate = useNavigate();
  const one = <Name extends string>(names: readonly Name[], key: string) =>
    names.find((name) => name === search[key]);
  const period = one(periods, 'period') ?? '12m';
  const filter = {
    from: beginOf(period),
    cause: one(causes, 'cause'),
    tier: one(tiers, 'tier'),
    trigger: one(triggers, 'trigger'),
  };
  return {
    view: one(views, 'view') ?? ('overview' as const),
    by: one(successSplits, 'by') ?? ('cause' as const satisfies SuccessSplit),
    period,
    /** by what playbooks and offers are compared; undefined: as the policy says */
    objective: one(objectives, 'objective'),
    filter,
    show: (change: Record<string, string | undefined>) => {
      const kept = Object.entries({ ...search, ...change }).filter(([, value]) => value);
      const to = { to: '/success', search: Object.fromEntries(kept), replace: true };
      void navigate(to as object as never);
    },
  };
}

export type Asked = ReturnType<typeof useAsked>;
export type Filter = Asked['filter'];

/** Whole months, so that the same is asked for all day: the first of the month so many months ago. */
function beginOf(period: (typeof periods)[number]): string | undefined {
  if (period === 'all') return undefined;
  const now = new Date();
  const months = period === '3m' ? 3 : 12;
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1))
    .toISOString()
    .slice(0, 10);
}

/** The address of a report as a table; the session's cookie goes with it. */
export function csvOf(report: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  return `/api/v1/reports/${report}?${new URLSearchParams([...given, ['format', 'csv']])}`;
}

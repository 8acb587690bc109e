import { useTranslation } from 'react-i18next';
import type { Language } from '../../../domain/causes.ts';
import { topicText, type Topic } from '../../../domain/prevention.ts';
import { api } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import type { CaseQuery } from '../../parts/cases-link.tsx';
import { useNames } from '../../words/domain.ts';

export type Action = components['schemas']['PreventionAction'];
export type FullAction = components['schemas']['PreventionActionWithEffect'];

/** What people call a topic: `Delivery, Bavaria, coffee`; categories by the company's own names. */
export function useTopicNames() {
  const names = useNames();
  const { i18n } = useTranslation();
  const { data } = api.useQuery(
    'get',
    '/api/v1/causes',
    { params: { query: { limit: 200 } } },
    { staleTime: 60_000, meta: { still: true } },
  );
  const categories = new Map(data?.items.map(({ code, name }) => [code, name]));
  const categoryName = (code: string) => categories.get(code)?.[i18n.language as Language] ?? code;
  const nameOf = ({ cause, category, product, region }: Topic) =>
    [names.causes[cause], category && categoryName(category), product, region]
      .filter(Boolean)
      .join(' · ');
  /** The engine calls its proposals by the codes of their topics. */
  const titleOf = (action: Topic & { title: string }) =>
    action.title === topicText(action) ? nameOf(action) : action.title;
  return { nameOf, titleOf, categoryName };
}

/** Its losses in a period. */
export function casesOf(
  { cause, category, product, region }: Topic,
  period: { from?: string | undefined; to?: string | undefined },
): CaseQuery {
  // prettier-ignore
  return {
    ...{ set: 'losses', ...period, cause },
    ...{ category: category ?? undefined, product: product ?? undefined, region: region ?? undefined }, // prettier-ignore
  };
}

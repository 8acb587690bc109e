import { useTranslation } from 'react-i18next';
import type { Language } from '../../domain/causes.ts';
import { nameOfOffer } from '../../domain/offers.ts';
import { api } from '../api/client.ts';
import { words } from '../words/words.ts';

/* What a company calls its playbooks and offers; their ID where nobody knows it any more. */

const useWords = words('work-names', {
  en: { version: '{{title}}, version {{version}}' },
  de: { version: '{{title}}, Version {{version}}' },
});
const seldom = { staleTime: 60_000, meta: { still: true } };
const all = { params: { query: { limit: 200 } } };

/** Of a version, written `price@2`: its playbook's title, and the version. */
export function usePlaybookNames() {
  const t = useWords();
  const { data } = api.useQuery('get', '/api/v1/playbooks', all, seldom);
  return (name: string) => {
    const [playbookId, version] = name.split('@');
    const title = data?.items.find((one) => one.playbookId === playbookId)?.title;
    return title && version ? t('version', { title, version }) : name;
  };
}

/** In the reader's language. */
export function useOfferNames() {
  const { i18n } = useTranslation();
  const { data } = api.useQuery('get', '/api/v1/offers', all, seldom);
  return (offerId: string) => {
    const offer = data?.items.find((one) => one.offerId === offerId);
    return offer ? nameOfOffer(offer, i18n.language as Language) : offerId;
  };
}

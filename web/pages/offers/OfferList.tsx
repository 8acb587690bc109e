import { Badge, Button, Skeleton, Table, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../../domain/mails.ts';
import { nameOfOffer } from '../../../domain/offers.ts';
import { api, http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useAppWords } from '../../app/words.ts';
import { Nothing, ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Offer } from './offers.ts';
import { useOfferWords } from './words.ts';

const EditOffer = lazy(() => import('./EditOffer.tsx'));

/** The catalogue of concessions, and what each has cost this month. */
export function OfferList() {
  const t = useOfferWords();
  const app = useAppWords();
  const names = useNames();
  const formats = useFormats();
  const { i18n } = useTranslation();
  const manages = isManager(useUser());
  const [edited, setEdited] = useState<Offer | 'new' | null>(null);
  const list = usePages(['offers'], (cursor) =>
    http.GET('/api/v1/offers', { params: { query: { limit: 200, ...cursor } } }),
  );
  const nameOf = (offer: Offer) => nameOfOffer(offer, i18n.language as Language);
  const calendar = api.useQuery('get', '/api/v1/business-calendar');
  const currency = calendar.data?.currency;
  if (list.error) return <ProblemAlert error={list.error} onAgain={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton height={240} role="status" aria-label={app('loading')} />;
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('about')}
      </Text>
      {manages && (
        <Button my="sm" disabled={!currency} onClick={() => setEdited('new')}>
          {t('new')}
        </Button>
      )}
      {list.items.length === 0 && <Nothing title={t('empty')}>{t('emptyMeans')}</Nothing>}
      <Table.ScrollContainer minWidth={760}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('offer')}</Table.Th>
              <Table.Th>{t('for')}</Table.Th>
              <Table.Th ta="right">{t('cost')}</Table.Th>
              <Table.Th ta="right">{t('spent')}</Table.Th>
              <Table.Th ta="right">{t('budget')}</Table.Th>
              {manages && <Table.Td />}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.items.map((offer) => (
              <Table.Tr key={offer.offerId}>
                <Table.Th scope="row">
                  {nameOf(offer)}{' '}
                  {offer.retiredAt !== null && (
                    <Badge className="plain-badge" color="gray" variant="light">
                      {t('retired')}
                    </Badge>
                  )}
                  <Text size="sm" c="dimmed">
                    {offer.offerId}
                  </Text>
                </Table.Th>
                <Table.Td>
                  {[...offer.tiers, ...offer.causes.map((one) => names.causes[one])].join(', ') ||
                    t('all')}
                </Table.Td>
                <Table.Td ta="right" className="figures">
                  {formats.money(offer.cost)}
                </Table.Td>
                <Table.Td ta="right" className="figures">
                  {formats.money(offer.spentThisMonth)}
                </Table.Td>
                <Table.Td ta="right" className="figures">
                  {offer.monthlyBudget ? formats.money(offer.monthlyBudget) : t('teamOnly')}
                </Table.Td>
                {manages && (
                  <Table.Td ta="right">
                    <Button
                      size="compact-sm"
                      variant="default"
                      disabled={!currency}
                      onClick={() => setEdited(offer)}
                      aria-label={t('changeOf', { title: nameOf(offer) })}
                    >
                      {t('change')}
                    </Button>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {edited && currency && (
        <Suspense>
          <EditOffer
            offer={edited === 'new' ? null : edited}
            others={list.items.filter((one) => one !== edited && one.retiredAt === null)}
            currency={currency}
            onClose={() => setEdited(null)}
          />
        </Suspense>
      )}
    </>
  );
}

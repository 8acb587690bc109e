import { Badge, Text } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import type { components } from '../../api/schema.d.ts';
import { NoCustomersYet } from '../../parts/NoCustomersYet.tsx';
import { Paged } from '../../parts/Paged.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { CustomerRow, Heads } from './CustomerRow.tsx';
import { useCustomerWords } from './words.ts';

type Customer = components['schemas']['Customer'];

export function CustomerList({ search }: { search: string }) {
  const t = useCustomerWords();
  const list = usePages(
    ['customers', search],
    (cursor) =>
      http.GET('/api/v1/customers', {
        params: { query: { limit: 30, ...(search && { search }), ...cursor } },
      }),
    { placeholderData: keepPreviousData, meta: { still: true } },
  );
  return (
    <Paged
      list={list}
      empty={
        <Nothing title={t('empty.title')}>
          {search && t('empty.search')}
          <NoCustomersYet />
        </Nothing>
      }
    >
      {(customers: Customer[]) => (
        <>
          <Text size="xs" c="dimmed" visibleFrom="sm">
            {t('keys')}
          </Text>
          <Heads
            names={[
              [t('columns.customer')],
              [t('columns.phase')],
              [t('columns.tier')],
              [t('columns.revenue'), 'end'],
              [t('columns.lastPurchase'), 'end'],
            ]}
          />
          <VirtualList
            className="rows"
            busy={list.isPlaceholderData}
            items={customers}
            keyOf={({ customerId }) => customerId}
            height={66}
            more={list.hasNextPage}
          >
            {(customer) => <Row customer={customer} />}
          </VirtualList>
        </>
      )}
    </Paged>
  );
}

function Row({ customer }: { customer: Customer }) {
  const t = useCustomerWords();
  const names = useNames();
  const formats = useFormats();
  const { email, value, rhythm, phase } = customer;
  return (
    <CustomerRow customer={customer} more={email}>
      <Text size="sm" className="wide">
        {names.phases[phase]}
        <Text span c="dimmed" size="xs" display="block">
          {t(`state.${rhythm.state}`)}
        </Text>
      </Text>
      <Badge variant="outline" color="gray" title={`${t('columns.tier')} ${value.tier}`}>
        {value.tier}
      </Badge>
      <Text size="sm" className="figures wide" ta="right">
        {formats.roundMoney(value.revenue)}
      </Text>
      <Text size="sm" c="dimmed" className="figures wide" ta="right">
        {rhythm.lastPurchaseAt ? formats.day(rhythm.lastPurchaseAt) : t('noPurchase')}
      </Text>
    </CustomerRow>
  );
}

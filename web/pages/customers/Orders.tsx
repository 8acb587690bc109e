import { Accordion, Stack, Table } from '@mantine/core';
import { useState } from 'react';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { ListLoading, Paged } from '../../parts/Paged.tsx';
import { useFormats } from '../../words/format.ts';
import { useCustomerWords } from './words.ts';

/** Every order, once somebody wants to see them. */
export function Orders({ customerId }: { customerId: string }) {
  const t = useCustomerWords();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Accordion value={open} onChange={setOpen} variant="default" order={3}>
      <Accordion.Item value="orders">
        <Accordion.Control>{t('rhythm.orders')}</Accordion.Control>
        <Accordion.Panel>{open && <OrderTable customerId={customerId} />}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function OrderTable({ customerId }: { customerId: string }) {
  const t = useCustomerWords();
  const formats = useFormats();
  const list = usePages(['purchases', customerId], (cursor) =>
    http.GET('/api/v1/customers/{customerId}/purchases', {
      params: { path: { customerId }, query: { limit: 20, ...cursor } },
    }),
  );
  return (
    <Stack gap="sm">
      <Paged list={list} loading={<ListLoading rows={3} height={28} />} empty={null}>
        {(orders) => (
          <Table.ScrollContainer minWidth={300}>
            <Table className="figures">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('rhythm.day')}</Table.Th>
                  <Table.Th scope="col">{t('rhythm.order')}</Table.Th>
                  <Table.Th scope="col" ta="right">
                    {t('rhythm.amount')}
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {orders.map(({ orderId, purchasedAt, amount }) => (
                  <Table.Tr key={orderId}>
                    <Table.Td>{formats.day(purchasedAt)}</Table.Td>
                    <Table.Td>{orderId}</Table.Td>
                    <Table.Td ta="right">{formats.money(amount)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Paged>
    </Stack>
  );
}

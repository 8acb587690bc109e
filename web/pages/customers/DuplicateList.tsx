import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { usePages } from '../../api/pages.ts';
import type { components } from '../../api/schema.d.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { Paged } from '../../parts/Paged.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { useNames } from '../../words/domain.ts';
import { useCustomerWords } from './words.ts';

type Duplicate = components['schemas']['Duplicate'];

export function DuplicateList() {
  const t = useCustomerWords();
  const list = usePages(['duplicates'], (cursor) =>
    http.GET('/api/v1/customers/duplicates', { params: { query: { limit: 30, ...cursor } } }),
  );
  return (
    <Paged
      list={list}
      empty={<Nothing title={t('views.duplicates')}>{t('empty.duplicates')}</Nothing>}
    >
      {(pairs: Duplicate[]) => (
        <>
          <Text size="sm" c="dimmed">
            {t('duplicateHint')}
          </Text>
          <VirtualList
            className="card-list"
            items={pairs}
            keyOf={({ duplicateId }) => duplicateId}
            height={98}
            more={list.hasNextPage}
          >
            {(pair) => <Pair pair={pair} />}
          </VirtualList>
        </>
      )}
    </Paged>
  );
}

function Pair({ pair }: { pair: Duplicate }) {
  const t = useCustomerWords();
  const app = useAppWords();
  const names = useNames();
  const queries = useQueryClient();
  const { duplicateId, customerId, name, formerId, formerName, alike, sureness } = pair;
  const settled = (words: string) => ({
    onSuccess: () => {
      tell(words);
      void queries.invalidateQueries();
    },
    onError: (error: unknown) => tellProblem(error, app('problem.no-answer')),
  });
  const confirm = api.useMutation(
    'post',
    '/api/v1/customers/duplicates/{duplicateId}/confirm',
    settled(t('duplicate.confirmed')),
  );
  const reject = api.useMutation(
    'post',
    '/api/v1/customers/duplicates/{duplicateId}/reject',
    settled(t('duplicate.rejected')),
  );
  const of = () => ({ params: { path: { duplicateId }, header: idempotencyKey() } });
  return (
    <Card withBorder padding="md">
      <Group justify="space-between">
        <Stack gap={2}>
          <Text>
            <Person customerId={customerId} name={name} /> {t('duplicate.was')}{' '}
            <Person customerId={formerId} name={formerName} />
          </Text>
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {t('duplicate.alike', { what: alike.map((one) => names.likenesses[one]).join(', ') })}
            </Text>
            <Badge variant="outline" color="gray">
              {names.duplicateSurenesses[sureness]}
            </Badge>
          </Group>
        </Stack>
        <Group gap="xs">
          <Button variant="default" loading={reject.isPending} onClick={() => reject.mutate(of())}>
            {t('duplicate.reject')}
          </Button>
          <Button loading={confirm.isPending} onClick={() => confirm.mutate(of())}>
            {t('duplicate.confirm')}
          </Button>
        </Group>
      </Group>
    </Card>
  );
}

function Person({ customerId, name }: { customerId: string; name: string | null }) {
  return (
    <Link to="/customers/$customerId" params={{ customerId }}>
      {name ? `${name} (${customerId})` : customerId}
    </Link>
  );
}

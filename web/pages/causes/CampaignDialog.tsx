import { Button, Modal, MultiSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { causes as allCauses, type Cause } from '../../../domain/words.ts';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { tell } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import type { Action } from './topics.ts';
import { useCausesWords } from './words.ts';

/** After a cause is gone: whom it has cost us is turned to once more. */
export function CampaignDialog({ action, onClose }: { action: Action; onClose: () => void }) {
  const t = useCausesWords();
  const app = useAppWords();
  const names = useNames();
  const queries = useQueryClient();
  const [title, setTitle] = useState(action.title);
  const [causes, setCauses] = useState<Cause[]>([action.cause]);
  const [product, setProduct] = useState(action.product ?? '');
  const [asked] = useDebouncedValue({ causes, product: product.trim() || null }, 300);
  const reach = api.useQuery(
    'post',
    '/api/v1/campaigns/preview',
    { body: asked },
    { enabled: asked.causes.length > 0, meta: { still: true } },
  );
  const start = api.useMutation('post', '/api/v1/campaigns', {
    onSuccess: () => {
      tell(t('campaign.started'));
      void queries.invalidateQueries();
      onClose();
    },
  });
  const customers = reach.data?.customers;
  const send = () =>
    start.mutate({
      params: { header: idempotencyKey() },
      body: { title, causes, product: product.trim() || null },
    });
  return (
    <Modal opened onClose={onClose} size="lg" title={t('campaign.heading')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('campaign.about')}</Text>
          <TextInput
            label={t('campaign.title')}
            required
            maxLength={200}
            data-autofocus
            value={title}
            onChange={({ currentTarget: { value } }) => setTitle(value)}
          />
          <MultiSelect
            label={t('campaign.causes')}
            required
            searchable
            value={causes}
            onChange={(to) => setCauses(to)}
            data={allCauses.map((value) => ({ value, label: names.causes[value] }))}
          />
          <TextInput
            label={t('campaign.product')}
            maxLength={200}
            value={product}
            onChange={({ currentTarget: { value } }) => setProduct(value)}
          />
          <Text fw={600} aria-live="polite">
            {reach.error || causes.length === 0
              ? ''
              : customers === undefined
                ? app('loading')
                : customers === 0
                  ? t('campaign.nobody')
                  : t('campaign.reach', { count: customers })}
          </Text>
          {(start.error ?? reach.error) && <ProblemAlert error={start.error ?? reach.error} />}
          <Button type="submit" w="fit-content" disabled={!customers} loading={start.isPending}>
            {t('campaign.start')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

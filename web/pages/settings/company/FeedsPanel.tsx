import { Badge, Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { api, http } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { usePages } from '../../../api/pages.ts';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useFormats } from '../../../words/format.ts';
import { useAct } from '../act.ts';
import { ShownOnce } from '../dialogs.tsx';
import { Panel, Row } from '../frames.tsx';
import { useCompanyWords } from './words.ts';

/** Addresses at which somebody's calendar program reads their calls. */
export function FeedsPanel() {
  const t = useCompanyWords();
  const formats = useFormats();
  const act = useAct();
  const [address, setAddress] = useState<string | null>(null);
  const list = usePages(['calendar-feeds'], (cursor) =>
    http.GET('/api/v1/calendar-feeds', { params: { query: cursor } }),
  );
  const make = api.useMutation('post', '/api/v1/calendar-feeds', {
    onSuccess: (feed) => {
      setAddress(feed.address);
      act.done();
    },
    onError: act.failed,
  });
  const revoke = api.useMutation('delete', '/api/v1/calendar-feeds/{feedId}', {
    onSuccess: () => act.done(t('feeds.isRevoked')),
    onError: act.failed,
  });
  return (
    <Panel title={t('feeds.title')}>
      <Text size="sm" c="dimmed">
        {t('feeds.intro')}
      </Text>
      {list.error && <ProblemAlert error={list.error} onAgain={() => void list.refetch()} />}
      {list.items.length > 0 && (
        <ul className="rows" aria-label={t('feeds.title')}>
          {list.items.map(({ feedId, createdAt, revokedAt }) => {
            const at = formats.moment(createdAt);
            return (
              <li key={feedId}>
                <Row
                  title={t('feeds.one')}
                  badges={
                    revokedAt !== null && (
                      <Badge variant="outline" color="gray">
                        {t('feeds.revoked')}
                      </Badge>
                    )
                  }
                  facts={[t('feeds.made', { at })]}
                  actions={
                    revokedAt === null && (
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`${t('feeds.revoke')}: ${at}`}
                        onClick={() => revoke.mutate({ params: { path: { feedId } } })}
                      >
                        {t('feeds.revoke')}
                      </Button>
                    )
                  }
                />
              </li>
            );
          })}
        </ul>
      )}
      <Group>
        <Button
          variant="default"
          loading={make.isPending}
          onClick={() => make.mutate({ params: { header: idempotencyKey() } })}
        >
          {t('feeds.make')}
        </Button>
      </Group>
      {address && (
        <ShownOnce
          title={t('feeds.title')}
          label={t('feeds.secret')}
          secret={address}
          hint={t('feeds.hint')}
          onClose={() => setAddress(null)}
        />
      )}
    </Panel>
  );
}

import { Badge, Button } from '@mantine/core';
import { api, http } from '../../../api/client.ts';
import { usePages } from '../../../api/pages.ts';
import { useFormats } from '../../../words/format.ts';
import { useAct } from '../act.ts';
import { Heading, Listing, Row } from '../frames.tsx';
import { useAccountWords } from './words.ts';

/** Where somebody is signed in. */
export default function SessionsSection() {
  const t = useAccountWords();
  const formats = useFormats();
  const act = useAct();
  const list = usePages(['sessions'], (cursor) =>
    http.GET('/api/v1/sessions', { params: { query: cursor } }),
  );
  const done = { onSuccess: () => act.done(t('sessions.ended')), onError: act.failed };
  const end = api.useMutation('delete', '/api/v1/sessions/{sessionId}', done);
  const endOthers = api.useMutation('delete', '/api/v1/sessions', done);
  return (
    <>
      <Heading
        title={t('sessions.title')}
        intro={t('sessions.intro')}
        action={
          list.items.length > 1 && (
            <Button
              variant="default"
              title={t('sessions.endOthersHint')}
              loading={endOthers.isPending}
              onClick={() => endOthers.mutate({})}
            >
              {t('sessions.endOthers')}
            </Button>
          )
        }
      />
      <Listing
        list={list}
        keyOf={({ sessionId }) => sessionId}
        label={t('sessions.title')}
        empty={{ title: t('sessions.none'), hint: t('sessions.noneHint') }}
      >
        {({ sessionId, agent, createdAt, lastUsedAt, current }) => (
          <Row
            title={agent ?? t('sessions.unknown')}
            badges={current && <Badge variant="light">{t('sessions.here')}</Badge>}
            facts={[
              t('sessions.begun', { at: formats.moment(createdAt) }),
              t('sessions.used', { at: formats.relative(lastUsedAt) }),
            ]}
            actions={
              !current && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`${t('sessions.end')}: ${agent ?? t('sessions.unknown')}`}
                  onClick={() => end.mutate({ params: { path: { sessionId } } })}
                >
                  {t('sessions.end')}
                </Button>
              )
            }
          />
        )}
      </Listing>
    </>
  );
}

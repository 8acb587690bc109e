import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { Group, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import {
  nextStatuses,
  preventionStatuses,
  type PreventionStatus,
} from '../../../domain/prevention.ts';
import { api, http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { usePages } from '../../api/pages.ts';
import { useStillWhileDragging } from '../../app/dragging.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { ListLoading, Paged } from '../../parts/Paged.tsx';
import { useNames } from '../../words/domain.ts';
import { ActionCard } from './ActionCard.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { CampaignDialog } from './CampaignDialog.tsx';
import type { Action } from './topics.ts';
import { useCausesWords } from './words.ts';

type Asked =
  { what: 'edit'; action: Action; status?: 'accepted' } | { what: 'campaign'; action: Action };

/** What is done about causes, by how far it is. */
export function Board() {
  const t = useCausesWords();
  useStillWhileDragging();
  const [asked, setAsked] = useState<Asked | null>(null);
  const move = useMove((action) => setAsked({ what: 'edit', action, status: 'accepted' }));
  const close = () => setAsked(null);
  return (
    <section aria-labelledby="board">
      <Title order={2} size="h4" id="board">
        {t('board.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('board.about')}
      </Text>
      <div className="actions" tabIndex={0} role="group" aria-label={t('board.title')}>
        {preventionStatuses.map((status) => (
          <Column
            key={status}
            status={status}
            onMove={move}
            onEdit={(action) => setAsked({ what: 'edit', action })}
            onCampaign={(action) => setAsked({ what: 'campaign', action })}
          />
        ))}
      </div>
      {asked?.what === 'edit' && (
        <ActionDialog action={asked.action} status={asked.status} onClose={close} />
      )}
      {asked?.what === 'campaign' && <CampaignDialog action={asked.action} onClose={close} />}
    </section>
  );
}

/** Moves at once what has all that it needs; otherwise asks for it. */
function useMove(askFor: (action: Action) => void) {
  const t = useCausesWords();
  const app = useAppWords();
  const names = useNames();
  const queries = useQueryClient();
  const told = {
    onSuccess: ({ title, status }: Pick<Action, 'title' | 'status'>) => {
      tell(t('board.moved', { title, status: names.preventionStatuses[status] }));
      void queries.invalidateQueries();
    },
    onError: (error: unknown) => tellProblem(error, app('problem.no-answer')),
  };
  const change = api.useMutation('patch', '/api/v1/prevention/actions/{actionId}', told);
  const complete = api.useMutation('post', '/api/v1/prevention/actions/{actionId}/complete', told);
  return (action: Action, status: PreventionStatus) => {
    const { actionId, revision, owner, dueAt, expectedFewerPercent } = action;
    if (status === 'proposed' || !nextStatuses[action.status].includes(status)) return;
    const path = { actionId };
    if (status === 'done') {
      complete.mutate({ params: { path, header: idempotencyKey() }, body: { revision } });
    } else if (
      status === 'accepted' &&
      (owner === null || dueAt === null || expectedFewerPercent === null)
    ) {
      askFor(action);
    } else {
      change.mutate({ params: { path }, body: { revision, status } });
    }
  };
}

type ColumnProps = {
  status: PreventionStatus;
  onMove: (action: Action, status: PreventionStatus) => void;
  onEdit: (action: Action) => void;
  onCampaign: (action: Action) => void;
};

function Column({ status, onMove, onEdit, onCampaign }: ColumnProps) {
  const t = useCausesWords();
  const names = useNames();
  const [over, setOver] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const drop = useEffectEvent((action: Action) => onMove(action, status));
  useEffect(
    () =>
      dropTargetForElements({
        element: box.current!,
        canDrop: ({ source }) => nextStatuses[(source.data['action'] as Action).status].includes(status), // prettier-ignore
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: ({ source }) => {
          setOver(false);
          drop(source.data['action'] as Action);
        },
      }),
    [status],
  );
  const list = usePages(['prevention-actions', status], (cursor) =>
    http.GET('/api/v1/prevention/actions', { params: { query: { status, limit: 20, ...cursor } } }),
  );
  const { length } = list.items;
  const id = `column-${status}`;
  return (
    <div ref={box} className="actions-column" data-over={over || undefined}>
      <Group justify="space-between" mb="xs">
        <Title order={3} size="sm" id={id}>
          {names.preventionStatuses[status]}
        </Title>
        <Text size="sm" c="dimmed" aria-label={t('board.count', { count: length })}>
          {length}
          {list.hasNextPage && '+'}
        </Text>
      </Group>
      <Paged
        list={list}
        loading={<ListLoading rows={1} height={80} />}
        empty={
          <Text size="sm" c="dimmed">
            {t('none.column')}
          </Text>
        }
      >
        {(actions: Action[]) => (
          <Stack component="ul" gap="xs" mb="xs" className="cards" aria-labelledby={id}>
            {actions.map((action) => (
              <ActionCard
                key={action.actionId}
                action={action}
                onMove={(to) => onMove(action, to)}
                onEdit={() => onEdit(action)}
                onCampaign={() => onCampaign(action)}
              />
            ))}
          </Stack>
        )}
      </Paged>
    </div>
  );
}

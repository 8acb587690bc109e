import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { ActionIcon, Group, Menu, Paper, Text } from '@mantine/core';
import { IconDotsVertical } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { nextStatuses, type PreventionStatus } from '../../../domain/prevention.ts';
import { useStaff } from '../../app/staff.ts';
import { CasesLink } from '../../parts/cases-link.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { EffectOf } from './Effect.tsx';
import { casesOf, useTopicNames, type Action } from './topics.ts';
import { useCausesWords } from './words.ts';

type Props = {
  action: Action;
  onMove: (status: PreventionStatus) => void;
  onEdit: () => void;
  onCampaign: () => void;
};

/** One action: against what, who does it until when, and what it is to bring or has brought. */
export function ActionCard({ action, onMove, onEdit, onCampaign }: Props) {
  const t = useCausesWords();
  const names = useNames();
  const { day, roundMoney, percent } = useFormats();
  const { nameOf: nameOfPerson } = useStaff();
  const { nameOf, titleOf } = useTopicNames();
  const [dragged, setDragged] = useState(false);
  const box = useRef<HTMLLIElement>(null);
  useEffect(
    () =>
      draggable({
        element: box.current!,
        canDrag: () => nextStatuses[action.status].length > 0,
        getInitialData: () => ({ action }),
        onDragStart: () => setDragged(true),
        onDrop: () => setDragged(false),
      }),
    [action],
  );
  const title = titleOf(action);
  const { status, owner, dueAt, expectedFewerPercent: expected, evidence } = action;
  const topic = nameOf(action);
  const isOver = nextStatuses[status].length === 0;
  const isLate = !isOver && dueAt !== null && dueAt < new Date().toISOString();
  return (
    <Paper
      component="li"
      ref={box}
      withBorder
      p="xs"
      className="card"
      data-dragged={dragged || undefined}
      data-movable={!isOver || undefined}
    >
      <Group justify="space-between" wrap="nowrap" align="start" gap={4}>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={t('board.menu', { title })}>
              <IconDotsVertical size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {nextStatuses[status].map((to) => (
              <Menu.Item key={to} onClick={() => onMove(to)}>
                {t('board.moveTo', { status: names.preventionStatuses[to] })}
              </Menu.Item>
            ))}
            {status === 'done' && <Menu.Item onClick={onCampaign}>{t('board.campaign')}</Menu.Item>}
            <Menu.Item onClick={onEdit}>{t(isOver ? 'board.open' : 'board.edit')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {title !== topic && (
        <Text size="xs" c="dimmed">
          {topic}
        </Text>
      )}
      {evidence && (
        <Text size="xs">
          <CasesLink of={casesOf(action, { from: evidence.from, to: evidence.to })} name={topic}>
            {t('board.evidence', {
              cases: evidence.cases,
              money: roundMoney(evidence.lostRevenue),
            })}
          </CasesLink>
        </Text>
      )}
      {status !== 'rejected' && (
        <Text size="xs">
          {owner ? nameOfPerson(owner) : t('board.nobody')}
          {dueAt && !isOver && (
            <>
              {' · '}
              <Text span inherit c={isLate ? 'red' : undefined} fw={isLate ? 600 : undefined}>
                {t(isLate ? 'board.overdue' : 'board.due', { at: day(dueAt) })}
              </Text>
            </>
          )}
          {expected !== null && ` · ${t('board.expected', { percent: percent(expected / 100) })}`}
        </Text>
      )}
      {status === 'done' && <EffectOf actionId={action.actionId} />}
    </Paper>
  );
}

import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { Badge, Button, Group, Menu, Paper, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useRef } from 'react';
import { approvalTypes } from '../../../domain/board.ts';
import { useStaff } from '../../app/staff.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { Approval } from './Approval.tsx';
import { givenTasks, useAssign } from './assign.ts';
import type { Card } from './board.ts';
import { useBoardWords } from './words.ts';

type Props = {
  card: Card;
  assigning: boolean;
  onAssigning: (open: boolean) => void;
  onFocus: () => void;
};

export function CaseCard({ card, assigning, onAssigning, onFocus }: Props) {
  const t = useBoardWords();
  const names = useNames();
  const formats = useFormats();
  const { nameOf } = useStaff();
  const element = useRef<HTMLDivElement>(null);
  const now = useEffectEvent(() => card);
  useEffect(
    () =>
      draggable({
        element: element.current!,
        canDrag: () => givenTasks(now()).length > 0,
        getInitialData: () => ({ card: now() }),
      }),
    [],
  );
  const { caseId, pace, tier, trigger, cause, controlGroup, secondLifetimeValue, tasks } = card;
  const decisions: readonly string[] = approvalTypes;
  const facts = [
    names.triggers[trigger],
    cause && cause !== 'unknown' && names.causes[cause],
    secondLifetimeValue && t('card.value', { money: formats.roundMoney(secondLifetimeValue) }),
    controlGroup && t('card.control'),
  ].filter(Boolean);
  return (
    <Paper withBorder ref={element} className="board-card" data-pace={pace} onFocus={onFocus}>
      <Group justify="space-between" gap={4} wrap="nowrap" align="start">
        <Link
          to="/cases/$caseId"
          params={{ caseId }}
          className="board-name"
          data-case={caseId}
          // The card is dragged, whatever of it is taken hold of.
          draggable={false}
        >
          {card.customerName ?? card.customerId}
        </Link>
        {tier && (
          <Badge size="sm" variant="default" className="plain-badge" title={t('filter.tier')}>
            {tier}
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {facts.join(' · ')}
      </Text>
      <Group gap={6} mt={4}>
        {pace !== 'on-track' && (
          <Badge
            size="sm"
            variant="light"
            color={pace === 'stuck' ? 'red' : 'yellow'}
            className="plain-badge"
          >
            {t(`pace.${pace}`)}
          </Badge>
        )}
        <Text size="xs" className="figures">
          <When card={card} />
        </Text>
      </Group>
      {tasks.map((task) => (
        <div key={task.taskId} className="board-task">
          <Text size="xs">{names.taskTypes[task.type]}</Text>
          {decisions.includes(task.type) ? (
            <Approval task={task} />
          ) : (
            <Text size="xs" c="dimmed">
              {task.assignee === null ? t('card.free') : nameOf(task.assignee)}
            </Text>
          )}
        </div>
      ))}
      {givenTasks(card).length > 0 && (
        <AssignMenu card={card} opened={assigning} onChange={onAssigning} />
      )}
    </Paper>
  );
}

function When({ card: { pausedUntil, nextDueAt, openedAt } }: { card: Card }) {
  const t = useBoardWords();
  const formats = useFormats();
  if (pausedUntil !== null) return t('card.paused', { at: formats.soon(pausedUntil) });
  if (nextDueAt === null) return t('card.nothing', { at: formats.soon(openedAt) });
  return t('card.due', { at: formats.soon(nextDueAt) });
}

type MenuProps = { card: Card; opened: boolean; onChange: (open: boolean) => void };

function AssignMenu({ card, opened, onChange }: MenuProps) {
  const t = useBoardWords();
  const { people } = useStaff();
  const assign = useAssign();
  const name = card.customerName ?? card.customerId;
  const places = [{ keyId: null, name: t('people.queue') }, ...people];
  return (
    <Menu opened={opened} onChange={onChange} position="bottom-start">
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="default"
          mt={6}
          aria-label={t('card.assignOf', { name })}
          title={`${t('card.assign')} (a)`}
        >
          {t('card.assign')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} className="board-menu">
        {places.map((to) => (
          <Menu.Item key={to.keyId} onClick={() => void assign(card, to)}>
            {to.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

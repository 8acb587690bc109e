import { ActionIcon, Badge, Box, Button, Checkbox, Group, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCalendarTime,
  IconClockPause,
  IconGavel,
  IconHome,
  IconMail,
  IconPhone,
  IconTool,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { TaskOutcome } from '../../../domain/tasks.ts';
import { useStaff } from '../../app/staff.ts';
import { useUser } from '../../app/session.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Task } from './tasks.ts';
import { useInboxWords } from './words.ts';

const icons: [RegExp, typeof IconPhone][] = [
  [/-call$/, IconPhone],
  [/letter$/, IconMail],
  [/^visit$/, IconHome],
  [/^(decide-pursuit|approve-offer|check-mail)$/, IconGavel],
];

type Props = {
  task: Task;
  onClaim: () => void;
  onSnooze: () => void;
  selection?: { selected: boolean; toggle: () => void };
};

/** One task: when, who, what for, and why it matters. */
export function TaskRow({ task, onClaim, onSnooze, selection }: Props) {
  const t = useInboxWords();
  const names = useNames();
  const formats = useFormats();
  const user = useUser();
  const { nameOf } = useStaff();
  const { customer, type, dueAt, overdue, agreed, assignee, attempt, pausedUntil, keptResult } =
    task;
  const Icon = icons.find(([pattern]) => pattern.test(type))?.[1] ?? IconTool;
  const name = customer.name ?? task.customerId;
  return (
    <Group
      wrap="nowrap"
      gap="sm"
      className="row task-row"
      data-task-id={task.taskId}
      data-overdue={overdue || undefined}
    >
      {selection && (
        <Checkbox
          checked={selection.selected}
          onChange={selection.toggle}
          aria-label={t('act.select', { name })}
        />
      )}
      <Box className="task-time figures">
        <Text size="sm" fw={600} c={overdue ? 'var(--mantine-color-error)' : undefined}>
          {formats.soon(dueAt)}
        </Text>
        <Group gap={4} c={overdue ? 'var(--mantine-color-error)' : 'dimmed'}>
          {overdue && <IconAlertTriangle size={14} />}
          {agreed && <IconCalendarTime size={14} />}
          {pausedUntil && <IconClockPause size={14} />}
          <Text size="xs">
            {pausedUntil
              ? t('row.paused', { at: formats.soon(pausedUntil) })
              : overdue
                ? t('row.overdue')
                : agreed
                  ? t('row.agreed')
                  : formats.relative(dueAt)}
          </Text>
        </Group>
      </Box>
      <Box className="task-main">
        <Link to="/tasks/$taskId" params={{ taskId: task.taskId }} className="row-link task-link">
          <Text fw={600} span>
            {name}
          </Text>
        </Link>
        <Group gap={6} c="dimmed" wrap="wrap">
          <Group gap={6} wrap="nowrap">
            <Icon size={15} aria-hidden />
            <Text size="sm">{names.taskTypes[type]}</Text>
          </Group>
          {customer.cause && customer.cause !== 'unknown' && (
            <Text size="sm">· {names.causes[customer.cause]}</Text>
          )}
          {attempt > 1 && <Text size="sm">· {t('row.attempt', { count: attempt })}</Text>}
          {keptResult && (
            <Text size="sm" fw={600}>
              · {t('row.kept', { outcome: names.taskOutcomes[keptResult.outcome as TaskOutcome] })}
            </Text>
          )}
        </Group>
      </Box>
      <Group gap="xs" wrap="nowrap" visibleFrom="xs">
        {task.expectedGain && task.expectedGain.amount > 0 && (
          <Text size="sm" c="dimmed" className="figures" visibleFrom="md">
            {t('row.gain', { money: formats.roundMoney(task.expectedGain) })}
          </Text>
        )}
        {task.escalatedAt && <Badge color="orange.9">{t('row.escalated')}</Badge>}
        {customer.tier && (
          <Badge variant="outline" color="gray" title={customer.tier}>
            {customer.tier}
          </Badge>
        )}
      </Group>
      <Box className="task-who">
        {assignee === null ? (
          <Button size="compact-sm" variant="default" onClick={onClaim}>
            {t('act.claim')}
          </Button>
        ) : (
          <Text size="sm" c="dimmed" truncate>
            {assignee === user.userId ? t('row.me') : nameOf(assignee)}
          </Text>
        )}
      </Box>
      <ActionIcon
        disabled={keptResult !== null}
        size="md"
        variant="subtle"
        color="gray"
        onClick={onSnooze}
        aria-label={t('act.snoozeOne', { name })}
        title={`${t('act.snooze')} (s)`}
      >
        <IconClockPause size={18} />
      </ActionIcon>
    </Group>
  );
}

import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { Avatar, Group, Paper, Text } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useStaff } from '../../app/staff.ts';
import { useAssign } from './assign.ts';
import type { Board, Card } from './board.ts';
import { useBoardWords } from './words.ts';

/** Colleagues with what they have to do; a card can be dropped on each. */
export function People({ loads }: Pick<Board, 'loads'>) {
  const t = useBoardWords();
  const { everybody } = useStaff();
  const people = everybody.filter(
    ({ kind, keyId }) => kind === 'user' || loads.some((load) => load.keyId === keyId),
  );
  return (
    <section aria-label={t('people.title')} className="board-places">
      <Text size="xs" c="dimmed" mb={4} className="wide-only">
        {t('people.title')}
      </Text>
      <ul className="board-people" tabIndex={0} aria-label={t('people.title')}>
        <Place keyId={null} name={t('people.queue')} load={undefined} />
        {people.map(({ keyId, name }) => (
          <Place
            key={keyId}
            keyId={keyId}
            name={name}
            load={loads.find((load) => load.keyId === keyId) ?? { open: 0, overdue: 0 }}
          />
        ))}
      </ul>
    </section>
  );
}

type PlaceProps = {
  /** null: the team's queue */
  keyId: string | null;
  name: string;
  load: { open: number; overdue: number } | undefined;
};

function Place({ keyId, name, load }: PlaceProps) {
  const t = useBoardWords();
  const assign = useAssign();
  const element = useRef<HTMLLIElement>(null);
  const [over, setOver] = useState(false);
  const drop = useEffectEvent((card: Card) => void assign(card, { keyId, name }));
  useEffect(
    () =>
      dropTargetForElements({
        element: element.current!,
        canDrop: ({ source }) => source.data['card'] !== undefined,
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: ({ source }) => {
          setOver(false);
          drop(source.data['card'] as Card);
        },
      }),
    [],
  );
  return (
    <Paper
      component="li"
      withBorder
      ref={element}
      className="board-person"
      data-over={over || undefined}
    >
      <Group gap="xs" wrap="nowrap">
        <Avatar
          size={28}
          name={keyId === null ? undefined : name}
          color="brand"
          variant="filled"
          alt=""
        >
          {keyId === null && <IconUsersGroup size={16} />}
        </Avatar>
        <div>
          <Text size="sm" fw={600} lineClamp={1}>
            {name}
          </Text>
          {load && (
            <Text size="xs" c="dimmed" className="figures">
              {t('people.open', { count: load.open })}
              {load.overdue > 0 && `, ${t('people.overdue', { count: load.overdue })}`}
            </Text>
          )}
        </div>
      </Group>
    </Paper>
  );
}

import { Anchor, Group, Popover, Progress, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { SilentLoss } from '../../../domain/silent-loss.ts';
import { silentLossText, silentLossTextInGerman } from '../../../domain/silent-loss.ts';
import { api } from '../../api/client.ts';
import { useFormats } from '../../words/format.ts';
import { useUser } from '../../app/session.ts';
import type { Board } from './board.ts';
import { useBoardWords } from './words.ts';

/** How many of the team's places are taken, and who waits for one and why. */
export function Capacity({ open, places, waiting }: Board['capacity']) {
  const t = useBoardWords();
  const label = t('capacity.open', { open, places });
  return (
    <Stack gap={4} w={{ base: '100%', sm: 320 }}>
      <Text size="sm" className="figures">
        {label}
      </Text>
      <Progress
        value={places === 0 ? 100 : Math.min(100, (open / places) * 100)}
        color={open >= places ? 'orange' : 'brand'}
        aria-label={label}
      />
      {waiting > 0 && (
        <Popover width={360} position="bottom-end" withinPortal trapFocus>
          <Popover.Target>
            <Anchor component="button" type="button" size="sm" ta="left">
              {t('capacity.waiting', { count: waiting })}
            </Anchor>
          </Popover.Target>
          <Popover.Dropdown>
            <Waiting />
          </Popover.Dropdown>
        </Popover>
      )}
    </Stack>
  );
}

function Waiting() {
  const t = useBoardWords();
  const formats = useFormats();
  const { language } = useUser();
  const { data } = api.useQuery('get', '/api/v1/candidates', { params: { query: { limit: 10 } } });
  const why = (loss: SilentLoss) =>
    language === 'de' ? silentLossTextInGerman(loss) : silentLossText(loss);
  return (
    <Stack gap="sm">
      <Text size="xs" c="dimmed">
        {t('capacity.why')}
      </Text>
      {data?.items.map(({ customerId, name, expectedGain, silentLoss }) => (
        <div key={customerId}>
          <Group justify="space-between" gap="xs">
            <Link to="/customers/$customerId" params={{ customerId }} className="board-name">
              {name ?? customerId}
            </Link>
            <Text size="sm" className="figures">
              {t('capacity.gain', { money: formats.roundMoney(expectedGain) })}
            </Text>
          </Group>
          <Text size="xs">{why(silentLoss)}</Text>
        </div>
      ))}
    </Stack>
  );
}

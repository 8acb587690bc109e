import { SegmentedControl, Stack, Tabs } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { useFilters } from '../../app/address.ts';
import { useNavigate } from '@tanstack/react-router';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { Board } from './Board.tsx';
import { Campaigns } from './Campaigns.tsx';
import { CauseBars } from './CauseBars.tsx';
import './causes.css';
import { Rises } from './Rises.tsx';
import { useCausesWords } from './words.ts';

const views = ['causes', 'rises', 'board', 'campaigns'] as const;
const periods = ['3m', '12m', 'all'] as const;

/** Step 5: why customers leave, what rises, and what is done about it. */
export default function CausesPage() {
  const t = useCausesWords();
  const user = useUser();
  const search = useFilters();
  const navigate = useNavigate();
  const show = (change: Record<string, string | undefined>) => {
    const kept = Object.entries({ ...search, ...change }).filter(([, value]) => value);
    const to = { to: '/causes', search: Object.fromEntries(kept), replace: true };
    void navigate(to as object as never);
  };
  const shown = isManager(user) ? views : (['causes'] as const);
  const view = shown.find((one) => one === search['view']) ?? 'causes';
  const period = periods.find((one) => one === search['period']) ?? '12m';
  useShortcuts(
    Object.fromEntries(shown.map((one, i) => [String(i + 1), () => show({ view: one })])),
  );
  const causes = (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t('period.label')}
        w="fit-content"
        value={period}
        onChange={(to) => show({ period: to === '12m' ? undefined : to })}
        data={periods.map((value) => ({ value, label: t(`period.${value}`) }))}
      />
      <CauseBars from={beginOf(period)} />
    </Stack>
  );
  return (
    <Stack gap="md" maw={1320}>
      <PageTitle>{t('title')}</PageTitle>
      {shown.length === 1 ? (
        causes
      ) : (
        <Tabs value={view} onChange={(to) => to && show({ view: to })} keepMounted={false}>
          <Tabs.List aria-label={t('title')} mb="md">
            {shown.map((one, i) => (
              <Tabs.Tab key={one} value={one} title={`${t(`view.${one}`)} (${i + 1})`}>
                {t(`view.${one}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="causes">{causes}</Tabs.Panel>
          <Tabs.Panel value="rises">
            <Rises />
          </Tabs.Panel>
          <Tabs.Panel value="board">
            <Board />
          </Tabs.Panel>
          <Tabs.Panel value="campaigns">
            <Campaigns />
          </Tabs.Panel>
        </Tabs>
      )}
    </Stack>
  );
}

function beginOf(period: (typeof periods)[number]): string | undefined {
  if (period === 'all') return undefined;
  const days = period === '3m' ? 90 : 365;
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

import { Button, Group, SegmentedControl, Select, Stack, Tabs } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { useShortcuts } from '../../app/shortcuts.ts';
import { causes, tiers, triggers } from '../../../domain/words.ts';
import { useNames } from '../../words/domain.ts';
import { periods, useAsked, views, type Asked } from './asked.ts';
import { Compare } from './Compare.tsx';
import { Forecast } from './Forecast.tsx';
import { Overview } from './Overview.tsx';
import { Points } from './Points.tsx';
import { SecondLife } from './SecondLife.tsx';
import './success.css';
import { useSuccessWords } from './words.ts';

/** Step 4: what came of the cases, what it cost, and what works better. */
export default function SuccessPage() {
  const t = useSuccessWords();
  const asked = useAsked();
  const { view, show } = asked;
  useShortcuts(
    Object.fromEntries(views.map((one, i) => [String(i + 1), () => show({ view: one })])),
  );
  return (
    <Stack gap="md" maw={1180}>
      <PageTitle>{t('title')}</PageTitle>
      <Tabs value={view} onChange={(to) => to && show({ view: to })} keepMounted={false}>
        <Tabs.List aria-label={t('title')}>
          {views.map((one, i) => (
            <Tabs.Tab key={one} value={one} title={`${t(`view.${one}`)} (${i + 1})`}>
              {t(`view.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {(['overview', 'compare', 'second-life'] as const).includes(view as 'overview') && (
          <FilterBar asked={asked} />
        )}
        <Tabs.Panel value="overview">
          <Overview filter={asked.filter} />
        </Tabs.Panel>
        <Tabs.Panel value="compare">
          <Compare asked={asked} />
        </Tabs.Panel>
        <Tabs.Panel value="second-life">
          <SecondLife asked={asked} />
        </Tabs.Panel>
        <Tabs.Panel value="forecast" pt="md">
          <Forecast />
        </Tabs.Panel>
        <Tabs.Panel value="points" pt="md">
          <Points />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function FilterBar({ asked: { period, filter, show } }: { asked: Asked }) {
  const t = useSuccessWords();
  const names = useNames();
  const choices = {
    cause: causes.map((value) => ({ value, label: names.causes[value] })),
    tier: tiers.map((value) => ({ value, label: t('tier', { tier: value }) })),
    trigger: triggers.map((value) => ({ value, label: names.triggers[value] })),
  };
  const isFiltered = filter.cause ?? filter.tier ?? filter.trigger;
  return (
    <Group gap="sm" my="md">
      <SegmentedControl
        aria-label={t('period.label')}
        value={period}
        onChange={(to) => show({ period: to === '12m' ? undefined : to })}
        data={periods.map((value) => ({ value, label: t(`period.${value}`) }))}
      />
      {(['cause', 'tier', 'trigger'] as const).map((name) => (
        <Select
          key={name}
          aria-label={t(`filter.${name}`)}
          placeholder={t(`filter.${name}`)}
          clearable
          searchable={name === 'cause'}
          value={filter[name] ?? null}
          onChange={(value) => show({ [name]: value ?? undefined })}
          data={choices[name]}
          w={name === 'cause' ? 230 : 180}
        />
      ))}
      {isFiltered && (
        <Button
          variant="subtle"
          onClick={() => show({ cause: undefined, tier: undefined, trigger: undefined })}
        >
          {t('filter.clear')}
        </Button>
      )}
    </Group>
  );
}

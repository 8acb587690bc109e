import { ActionIcon, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { isManager, useUser } from '../../app/session.ts';
import { CasesLink } from '../../parts/cases-link.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { Reported, Section } from '../../parts/Report.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { Topics } from './Topics.tsx';
import { useTopicNames } from './topics.ts';
import { useCausesWords } from './words.ts';

type Report = components['schemas']['CauseReport'];
type One = Report['causes'][number];
type Figures = Pick<One, 'cases' | 'regained' | 'lostRevenue' | 'stillLostRevenue'>;
type By = 'lostRevenue' | 'cases';

/** Which causes cost how many customers and how much revenue. */
export function CauseBars({ from }: { from: string | undefined }) {
  const t = useCausesWords();
  const [by, setBy] = useState<By>('lostRevenue');
  const report = api.useQuery('get', '/api/v1/reports/causes', { params: { query: { from } } });
  return (
    <Reported by={report} height={360}>
      {() => {
        const { causes } = report.data!;
        if (causes.length === 0) {
          return <Nothing title={t('none.causes')}>{t('none.causesWhat')}</Nothing>;
        }
        const most = Math.max(...causes.map((one) => sizesOf(one, by).whole), 1);
        const ordered = causes.toSorted((a, b) => sizesOf(b, by).whole - sizesOf(a, by).whole);
        return (
          <Section
            title={t('causes.title')}
            about={t('causes.about')}
            aside={
              <SegmentedControl
                aria-label={t('causes.by')}
                value={by}
                onChange={(to) => setBy(to)}
                data={(['lostRevenue', 'cases'] as const).map((value) => ({
                  value,
                  label: t(`causes.${value}`),
                }))}
              />
            }
          >
            <ul className="causes figures">
              {ordered.map((one) => (
                <Cause key={one.cause ?? 'none'} of={one} by={by} most={most} from={from} />
              ))}
            </ul>
          </Section>
        );
      }}
    </Reported>
  );
}

function sizesOf({ cases, regained, lostRevenue, stillLostRevenue }: Figures, by: By) {
  return by === 'cases'
    ? { whole: cases, gone: cases - regained }
    : { whole: lostRevenue.amount, gone: stillLostRevenue.amount };
}

function Bar({ of, by, most }: { of: Figures; by: By; most: number }) {
  const { whole, gone } = sizesOf(of, by);
  return (
    <div className="cause-bar" aria-hidden>
      <div className="cause-bar-gone" style={{ width: `${(100 * gone) / most}%` }} />
      <div className="cause-bar-back" style={{ width: `${(100 * (whole - gone)) / most}%` }} />
    </div>
  );
}

type Props = { of: One; by: By; most: number; from: string | undefined };

function Cause({ of, by, most, from }: Props) {
  const t = useCausesWords();
  const names = useNames();
  const { roundMoney } = useFormats();
  const { categoryName } = useTopicNames();
  const user = useUser();
  const [open, setOpen] = useState(false);
  const name = of.cause ? names.causes[of.cause] : t('unknown');
  const named = of.categories.filter(({ category }) => category !== null);
  const canOpen = of.cause !== null && of.cause !== 'unknown' && (isManager(user) || named.length > 0); // prettier-ignore
  return (
    <li>
      <Group gap="xs" wrap="nowrap" align="start">
        {canOpen ? (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-expanded={open}
            aria-label={t(open ? 'topics.close' : 'topics.open', { name })}
            onClick={() => setOpen(!open)}
          >
            {open ? <IconChevronDown size={18} /> : <IconChevronRight size={18} />}
          </ActionIcon>
        ) : (
          <div className="no-chevron" />
        )}
        <div className="cause">
          <Group justify="space-between" gap="xs">
            <Text fw={600}>{name}</Text>
            <Group gap="md">
              <Text size="sm">{roundMoney(of.lostRevenue)}</Text>
              <CasesLink of={{ set: 'losses', from, cause: of.cause ?? 'none' }} name={name}>
                {t('causes.counts', { count: of.cases })}
              </CasesLink>
              <Text size="sm" c="dimmed">
                {t('causes.back', { count: of.regained })}
              </Text>
            </Group>
          </Group>
          <Bar of={of} by={by} most={most} />
          {open && of.cause && (
            <Stack gap="xs" mt="xs">
              <Text size="sm" c="dimmed">
                {t('causes.layers', of.layers)}
                {of.alsoNamed > 0 && ` · ${t('causes.also', { count: of.alsoNamed })}`}
              </Text>
              {isManager(user) ? (
                <Topics cause={of.cause} from={from} />
              ) : (
                <ul className="causes" aria-label={t('causes.within', { name })}>
                  {of.categories.map((one) => (
                    <li key={one.category ?? 'none'}>
                      <Group justify="space-between">
                        <Text size="sm">
                          {one.category ? categoryName(one.category) : t('causes.noCategory')}
                        </Text>
                        <Text size="sm">
                          {roundMoney(one.lostRevenue)} · {t('causes.counts', { count: one.cases })}
                        </Text>
                      </Group>
                      <Bar of={one} by={by} most={most} />
                    </li>
                  ))}
                </ul>
              )}
            </Stack>
          )}
        </div>
      </Group>
    </li>
  );
}

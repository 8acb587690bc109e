import { Group, Stack, Text } from '@mantine/core';
import type { components } from '../../api/schema.d.ts';
import { CasesLink, type CaseQuery } from '../../parts/cases-link.tsx';
import { Explained } from '../../parts/Explained.tsx';
import { Section } from '../../parts/Report.tsx';
import { Whisker } from '../../parts/Whisker.tsx';
import { useFormats } from '../../words/format.ts';
import type { Filter } from './asked.ts';
import { useSuccessWords } from './words.ts';

type Report = components['schemas']['SuccessReport'];

/** What measures did beyond what would have come by itself. */
export function ControlGroup({ report, filter }: { report: Report; filter: Filter }) {
  const t = useSuccessWords();
  const { percent, money, number } = useFormats();
  const { uplift } = report.total;
  const title = <Explained name={t('control.title')} by={report.definitions['uplift']} />;
  if (!uplift) {
    const why = filter.cause === undefined ? 'none' : 'notByCause';
    return <Section title={title}>{t(`control.${why}`)}</Section>;
  }
  const [low, high] = uplift.rate.interval ?? [0, 0];
  const points = (share: number) => `${share > 0 ? '+' : ''}${number(share * 100)}`;
  const verdict = low > 0 ? 'better' : high < 0 ? 'worse' : 'unclear';
  const arms = (['treated', 'control'] as const).map((set) => {
    const { cases, regained } = uplift[set];
    const of: CaseQuery = { ...filter, set };
    return { set, cases, regained, rate: cases === 0 ? 0 : regained / cases, of };
  });
  const { difference, low: least, high: most } = uplift.resultPerCase;
  return (
    <Section title={title} about={t(`control.${verdict}`)}>
      <Stack gap="xs" className="figures" maw={640}>
        {arms.map(({ set, cases, regained, rate, of }) => (
          <Group key={set} gap="sm" justify="space-between">
            <Text size="sm">
              {t(`control.${set}`)}: <b>{percent(rate)}</b>{' '}
              {t('control.counts', { regained, cases })}
            </Text>
            <CasesLink of={of} name={t(`control.${set}`)} />
          </Group>
        ))}
        <Text size="sm">
          {t('control.difference', {
            points: points(uplift.rate.difference),
            low: points(low),
            high: points(high),
          })}
        </Text>
        <Whisker
          value={uplift.rate.difference}
          interval={[low, high]}
          range={[-0.5, 0.5]}
          mark={0}
        />
        <Text size="sm">
          {t('control.perCase', { money: money(difference), low: money(least), high: money(most) })}
        </Text>
      </Stack>
    </Section>
  );
}

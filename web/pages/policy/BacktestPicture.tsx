import { Badge, Group, Table, Text } from '@mantine/core';
import type { components } from '../../api/schema.d.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import './policy.css';
import { usePolicyWords } from './words.ts';

type Backtest = NonNullable<components['schemas']['Fit']['backtest']>;
type Rule = Backtest['rules'][number];
type Applied = Pick<Rule, 'rule' | 'threshold'>;

/** What a rule would have done with the customers of the past, in people. */
function countsOf({ flagged, precision, recall }: Rule, { customers, lost }: Backtest) {
  const called = Math.round(flagged * customers);
  const found = Math.round((recall ?? 0) * lost);
  return {
    found,
    missed: lost - found,
    returned: precision === null ? 0 : Math.round((1 - precision) * called),
  };
}

type Props = {
  backtest: Backtest;
  inForce: Applied;
  /** of a policy that is not yet published */
  planned?: Applied;
};

/** How each rule would have done with the customers of the past. */
export function BacktestPicture({ backtest, inForce, planned }: Props) {
  const t = usePolicyWords();
  const names = useNames();
  const formats = useFormats();
  const { split, customers, lost, horizonDays, rules, recommended } = backtest;
  const all = rules.map((rule) => ({ ...rule, ...countsOf(rule, backtest) }));
  const most = Math.max(1, ...all.map(({ found, missed, returned }) => found + missed + returned));
  const kinds = ['found', 'missed', 'returned'] as const;
  const isSame = (a: Applied, b: Applied) => a.rule === b.rule && a.threshold === b.threshold;
  // What is shown is each rule at its best threshold.
  const applied = (how: 'inForce' | 'planned', shown: Applied, really: Applied) =>
    isSame(shown, really)
      ? t(`detection.${how}`)
      : t(`detection.${how}From`, { threshold: formats.exact(really.threshold) });
  return (
    <>
      <Text size="sm" c="dimmed" maw={720}>
        {t('detection.tested', {
          day: formats.day(split),
          customers: formats.number(customers),
          lost: formats.number(lost),
          days: horizonDays,
        })}
      </Text>
      <Group gap="md" my="xs">
        {kinds.map((kind) => (
          <Group gap={6} key={kind}>
            <span aria-hidden className="bar-key" data-kind={kind} />
            <Text size="sm">{t(`detection.${kind}`)}</Text>
          </Group>
        ))}
      </Group>
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('detection.rule')}</Table.Th>
              <Table.Th w="40%">{t('detection.people')}</Table.Th>
              {kinds.map((kind) => (
                <Table.Th key={kind} ta="right">
                  {t(`detection.${kind}`)}
                </Table.Th>
              ))}
              <Table.Th ta="right">{t('detection.quality')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {all.map((one) => (
              <Table.Tr key={one.rule}>
                <Table.Th scope="row">
                  {names.detectionRules[one.rule]}{' '}
                  <Text span size="sm" c="dimmed">
                    {t('detection.threshold', { threshold: formats.exact(one.threshold) })}
                  </Text>
                  <Group gap={4}>
                    {one.rule === inForce.rule && (
                      <Badge className="plain-badge rule-badge" variant="light">
                        {applied('inForce', one, inForce)}
                      </Badge>
                    )}
                    {planned && !isSame(planned, inForce) && one.rule === planned.rule && (
                      <Badge className="plain-badge rule-badge" variant="light" color="gray">
                        {applied('planned', one, planned)}
                      </Badge>
                    )}
                    {one.rule === recommended?.rule && (
                      <Badge className="plain-badge rule-badge" variant="light" color="gray">
                        {t('detection.recommended')}
                      </Badge>
                    )}
                  </Group>
                </Table.Th>
                <Table.Td>
                  <svg
                    className="bar"
                    role="img"
                    aria-label={t('detection.picture', {
                      rule: names.detectionRules[one.rule],
                      found: one.found,
                      missed: one.missed,
                      returned: one.returned,
                    })}
                    viewBox={`0 0 ${most} 10`}
                    preserveAspectRatio="none"
                  >
                    {kinds.map((kind, at) => (
                      <rect
                        key={kind}
                        data-kind={kind}
                        x={kinds.slice(0, at).reduce((sum, before) => sum + one[before], 0)}
                        width={one[kind]}
                        height={10}
                      />
                    ))}
                  </svg>
                </Table.Td>
                {kinds.map((kind) => (
                  <Table.Td key={kind} ta="right" className="figures">
                    {formats.number(one[kind])}
                  </Table.Td>
                ))}
                <Table.Td ta="right" className="figures">
                  {one.mcc === null ? '–' : formats.exact(Number(one.mcc.toFixed(2)))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed">
        {t('detection.qualityMeans')}
      </Text>
    </>
  );
}

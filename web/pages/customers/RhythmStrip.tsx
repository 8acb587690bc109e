import { Group, Stack, Text } from '@mantine/core';
import { useFormats } from '../../words/format.ts';
import { stripOf, type Rhythm } from './strip.ts';
import { useCustomerWords } from './words.ts';

const height = 100;
const foot = 92;

/** Purchases over time, when the next was due, and from when the silence is suspicious and a loss; said in words, too. */
export function RhythmStrip({ rhythm }: { rhythm: Rhythm }) {
  const t = useCustomerWords();
  const formats = useFormats();
  const last = rhythm.days.at(-1);
  if (!last) return <Text c="dimmed">{t('rhythm.none')}</Text>;
  const now = new Date().toISOString();
  const strip = stripOf(rhythm, now);
  const { expectedOn, suspiciousOn, lostOn, intervalDays } = rhythm;
  const said = [
    intervalDays === null
      ? t('rhythm.once')
      : t('rhythm.every', { count: formats.number(intervalDays) }),
    t('rhythm.last', { day: formats.day(last.day) }),
    expectedOn &&
      t(expectedOn < now ? 'rhythm.expected' : 'rhythm.willExpect', {
        day: formats.day(expectedOn),
      }),
    suspiciousOn && t('rhythm.suspicious', { day: formats.day(suspiciousOn) }),
    lostOn && t('rhythm.lost', { day: formats.day(lostOn) }),
  ].filter(Boolean);
  const { suspicious, lost, today } = strip;
  const until = (end: number) => Math.max(0, end);
  return (
    <Stack gap="xs">
      <Text>{said.join(' ')}</Text>
      <svg
        className="strip"
        viewBox={`0 0 100 ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={said.join(' ')}
      >
        {suspicious !== null && suspicious < today && (
          <rect
            className="strip-silence"
            x={suspicious}
            y={0}
            width={until((lost !== null && lost < today ? lost : today) - suspicious)}
            height={foot}
          />
        )}
        {lost !== null && lost < today && (
          <rect className="strip-loss" x={lost} y={0} width={today - lost} height={foot} />
        )}
        <line className="strip-axis" x1={0} x2={100} y1={foot} y2={foot} />
        {strip.purchases.map(({ x, height: share, date }) => (
          <line
            key={date}
            className="strip-purchase"
            x1={x}
            x2={x}
            y1={foot}
            y2={foot - share * (foot - 8)}
          />
        ))}
        <Mark className="strip-expected" x={strip.expected} />
        <Mark className="strip-suspicious" x={suspicious} />
        <Mark className="strip-lost" x={lost} />
        <Mark className="strip-today" x={today} />
      </svg>
      <Group justify="space-between">
        <Text size="xs" c="dimmed" className="figures">
          {formats.day(strip.from)}
        </Text>
        <Text size="xs" c="dimmed" className="figures">
          {formats.day(strip.to)}
        </Text>
      </Group>
      <Group gap="md">
        {(['purchase', 'expected', 'suspicious', 'lost', 'today'] as const).map((what) => (
          <Group key={what} gap={4} wrap="nowrap">
            <svg className="strip-key" viewBox="0 0 18 14" aria-hidden>
              <line className={`strip-${what}`} x1={9} x2={9} y1={1} y2={13} />
            </svg>
            <Text size="xs">{t(`rhythm.legend.${what}`)}</Text>
          </Group>
        ))}
      </Group>
    </Stack>
  );
}

function Mark({ x, className }: { x: number | null; className: string }) {
  return x === null ? null : <line className={className} x1={x} x2={x} y1={0} y2={foot} />;
}

import { Skeleton, Text, Title } from '@mantine/core';
import { api } from '../../api/client.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { BacktestPicture } from './BacktestPicture.tsx';
import { usePolicyWords } from './words.ts';

/** The rule that tells who is lost, and how each would have done. */
export function Detection() {
  const t = usePolicyWords();
  const app = useAppWords();
  const names = useNames();
  const formats = useFormats();
  const detection = api.useQuery('get', '/api/v1/detection');
  const { data } = detection;
  return (
    <section aria-labelledby="detection-title">
      <Title order={2} size="h4" id="detection-title" mb={4}>
        {t('detection.title')}
      </Title>
      {detection.error && (
        <ProblemAlert error={detection.error} onAgain={() => void detection.refetch()} />
      )}
      {detection.isPending && <Skeleton height={160} role="status" aria-label={app('loading')} />}
      {data && (
        <Text>
          {t('detection.applies', {
            rule: names.detectionRules[data.rule],
            threshold: formats.exact(data.threshold),
          })}
        </Text>
      )}
      {data && !data.fit?.backtest && <Text c="dimmed">{t('detection.noFit')}</Text>}
      {data?.fit?.backtest && <BacktestPicture backtest={data.fit.backtest} inForce={data} />}
    </section>
  );
}

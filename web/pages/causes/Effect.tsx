import { Badge, Skeleton, Text } from '@mantine/core';
import { api } from '../../api/client.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { Whisker } from '../../parts/Whisker.tsx';
import { useFormats } from '../../words/format.ts';
import type { FullAction } from './topics.ts';
import { useCausesWords } from './words.ts';

const colours = { 'too-early': 'gray', 'too-few': 'gray', fewer: 'teal', more: 'red', unclear: 'gray' }; // prettier-ignore

/** What an action that is done has brought so far. */
export function EffectOf({ actionId }: { actionId: string }) {
  const app = useAppWords();
  const { data, error } = api.useQuery(
    'get',
    '/api/v1/prevention/actions/{actionId}',
    { params: { path: { actionId } } },
    { staleTime: 60_000 },
  );
  if (error) return <ProblemAlert error={error} />;
  if (!data) return <Skeleton height={40} mt={4} role="status" aria-label={app('loading')} />;
  return <Effect of={data.effect} />;
}

export function Effect({ of: effect }: { of: FullAction['effect'] }) {
  const t = useCausesWords();
  const { percent } = useFormats();
  if (!effect) return null;
  const { verdict, ratio, before, after } = effect;
  const change = (bound: number | null) => bound === null ? t('effect.without') : `${bound > 1 ? '+' : ''}${percent(bound - 1)}`; // prettier-ignore
  return (
    <div className="effect figures">
      <Badge
        tt="none"
        variant={verdict === 'fewer' || verdict === 'more' ? 'light' : 'default'}
        color={colours[verdict]}
      >
        {t(`effect.${verdict}`)}
      </Badge>
      {ratio && ratio.ratio !== null && (
        <>
          <Text size="xs">
            {t('effect.change', {
              change: change(ratio.ratio),
              from: change(ratio.from),
              to: change(ratio.to),
            })}
          </Text>
          <Whisker
            value={ratio.ratio}
            interval={[ratio.from ?? 0, ratio.to ?? 2]}
            range={[0, 2]}
            mark={1}
          />
        </>
      )}
      <Text size="xs" c="dimmed">
        {t('effect.counts', { before: before.cases, after: after.cases })}
      </Text>
    </div>
  );
}

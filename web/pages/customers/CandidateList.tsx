import { Text } from '@mantine/core';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import type { components } from '../../api/schema.d.ts';
import { Paged } from '../../parts/Paged.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { useFormats } from '../../words/format.ts';
import { CustomerRow, Heads } from './CustomerRow.tsx';
import { useCustomerWords } from './words.ts';

type Candidate = components['schemas']['Candidate'];

/** Who is lost and worth a case, but for whom the team has no place; and why. */
export function CandidateList() {
  const t = useCustomerWords();
  const formats = useFormats();
  const list = usePages(['candidates'], (cursor) =>
    http.GET('/api/v1/candidates', { params: { query: { limit: 30, ...cursor } } }),
  );
  const why = (loss: Candidate['silentLoss']) => {
    const { intervalDays, silentDays, lostAfterDays, likelyPercent, horizonDays } = loss;
    const days = { silent: silentDays, lost: lostAfterDays };
    const silence =
      intervalDays === null
        ? t('why.once', days)
        : t('why.rhythm', { ...days, every: Math.round(intervalDays) });
    if (likelyPercent === null || horizonDays === null) return silence;
    const percent = formats.percent(likelyPercent / 100);
    return `${silence} (${t('why.likely', { percent, horizon: horizonDays })})`;
  };
  return (
    <Paged list={list} empty={<Nothing title={t('views.waiting')}>{t('empty.waiting')}</Nothing>}>
      {(candidates: Candidate[]) => (
        <>
          <Text size="sm" c="dimmed">
            {t('waitingHint')}
          </Text>
          <Heads
            className="is-candidate"
            names={[[t('columns.customer')], [t('columns.why')], [t('columns.gain'), 'end']]}
          />
          <VirtualList
            as="ol"
            className="rows"
            items={candidates}
            keyOf={({ customerId }) => customerId}
            height={66}
            more={list.hasNextPage}
          >
            {({ silentLoss, expectedGain, ...customer }) => (
              <CustomerRow customer={customer} className="is-candidate">
                <Text size="sm" className="why">
                  {why(silentLoss)}
                </Text>
                <Text
                  size="sm"
                  className="figures"
                  ta="right"
                  aria-label={`${t('columns.gain')} ${formats.roundMoney(expectedGain)}`}
                >
                  {formats.roundMoney(expectedGain)}
                </Text>
              </CustomerRow>
            )}
          </VirtualList>
        </>
      )}
    </Paged>
  );
}

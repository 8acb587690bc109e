import { Skeleton, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, http } from '../../api/client.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { BacktestPicture } from './BacktestPicture.tsx';
import { usePolicyWords } from './words.ts';

/** A policy that is not in force: a text, or a stored version. */
export type Planned = { yaml: string } | { version: string };

/** Whom a scan would find by a policy, beside whom it finds now. */
export function Effect({ planned }: { planned: Planned }) {
  const t = usePolicyWords();
  const app = useAppWords();
  const names = useNames();
  const formats = useFormats();
  const detection = api.useQuery('get', '/api/v1/detection');
  const effect = useQuery({
    queryKey: ['policy-effect', planned],
    meta: { still: true },
    queryFn: async () => {
      const { data, error } = await http.POST('/api/v1/policies/preview', { body: planned });
      if (!data) throw error as unknown;
      return data;
    },
  });
  if (effect.error) {
    return <ProblemAlert error={effect.error} onAgain={() => void effect.refetch()} />;
  }
  if (!effect.data) {
    return <Skeleton height={160} role="status" aria-label={app('loading')} />;
  }
  const { now, then, capacity, customers, openCases } = effect.data;
  const ruleOf = ({ rule, threshold }: typeof now) =>
    t('effect.from', { rule: names.detectionRules[rule], threshold: formats.exact(threshold) });
  const rows = [
    { name: t('effect.rule'), values: [ruleOf(now), ruleOf(then)] },
    {
      name: t('effect.dormant'),
      values: [formats.number(now.dormant), formats.number(then.dormant)],
    },
    {
      name: t('effect.candidates'),
      values: [formats.number(now.candidates), formats.number(then.candidates)],
    },
    {
      name: t('effect.capacity'),
      values: [formats.number(capacity.now), formats.number(capacity.then)],
    },
  ];
  const backtest = detection.data?.fit?.backtest;
  return (
    <>
      <Text size="sm">{t('effect.openCases', { count: openCases })}</Text>
      <Title order={3} size="h5">
        {t('effect.scan', { count: customers, customers: formats.number(customers) })}
      </Title>
      <Table verticalSpacing={4} layout="fixed" className="policy-changes">
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            <Table.Th>{t('changes.now')}</Table.Th>
            <Table.Th>{t('changes.then')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ name, values }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              {values.map((value, at) => (
                <Table.Td key={at} className="figures">
                  {value}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {backtest && (
        <>
          <Title order={3} size="h5">
            {t('effect.picture')}
          </Title>
          <BacktestPicture backtest={backtest} inForce={now} planned={then} />
        </>
      )}
    </>
  );
}

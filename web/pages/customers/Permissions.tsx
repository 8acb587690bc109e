import { Group, Stack, Text, Title } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { basisIn } from '../../../domain/legal-basis.ts';
import { api } from '../../api/client.ts';
import { ListLoading } from '../../parts/Paged.tsx';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { useRelianceWords } from '../../words/reliance.ts';
import { Section } from './Facts.tsx';
import { useCustomerWords } from './words.ts';

/** By which channels the customer may be contacted, what that rests on, and its proof. */
export function Permissions({ customerId }: { customerId: string }) {
  const t = useCustomerWords();
  const names = useNames();
  const formats = useFormats();
  const inWords = useRelianceWords();
  const basisWords = (said: string) => {
    const basis = basisIn(said);
    return basis ? names.legalBases[basis] : said;
  };
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/customers/{customerId}/permissions',
    { params: { path: { customerId } } },
  );
  if (error) return <ProblemAlert error={error} onAgain={() => void refetch()} />;
  if (!data) return <ListLoading rows={3} />;
  return (
    <Section title={t('permissions.title')}>
      <Title order={3} size="h6">
        {t('permissions.now')}
      </Title>
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
        {data.now
          .filter(({ purpose }) => purpose === 'recovery')
          .map(({ channel, permitted, reason, proof, rule }) => (
            <Group component="li" key={channel} gap="xs" align="flex-start" wrap="nowrap">
              {permitted ? <IconCheck size={18} aria-hidden /> : <IconX size={18} aria-hidden />}
              <Stack gap={0}>
                <Text size="sm">
                  <b>{names.channels[channel]}</b>:{' '}
                  {t(permitted ? 'permissions.yes' : 'permissions.no')} ·{' '}
                  {names.permissionReasons[reason]}
                </Text>
                <Text size="xs" c="dimmed">
                  {permitted &&
                    (proof
                      ? t('permissions.proof', { proof: inWords.proof(proof) })
                      : t('permissions.noProof'))}
                  {permitted && rule && ' · '}
                  {rule && t('permissions.rule', { rule: inWords.rule(rule) })}
                </Text>
              </Stack>
            </Group>
          ))}
      </Stack>
      <Title order={3} size="h6">
        {t('permissions.history')}
      </Title>
      {data.history.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('permissions.silent')}
        </Text>
      )}
      <Stack component="ul" gap={4} m={0} pl="lg">
        {data.history.map(({ permissionId, channel, purpose, granted, legalBasis, ...word }) => (
          <Text component="li" size="sm" key={permissionId} style={{ overflowWrap: 'anywhere' }}>
            <span className="figures">{formats.day(word.at)}</span> · {names.channels[channel]},{' '}
            {t(`permissions.${purpose ?? 'every'}`)}:{' '}
            {t(granted ? 'permissions.granted' : 'permissions.refused')}
            {legalBasis && ` · ${basisWords(legalBasis)}`}
            {word.proof && ` · ${t('permissions.proof', { proof: word.proof })}`} ·{' '}
            {t('permissions.source', { source: word.source })}
          </Text>
        ))}
      </Stack>
    </Section>
  );
}

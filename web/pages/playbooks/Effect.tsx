import { Anchor, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { components } from '../../api/schema.d.ts';
import { usePlaybookWords } from './words.ts';

const shownAtMost = 20;

/** The open cases that a version would change. */
export function Effect({ cases, unchanged }: components['schemas']['PlaybookPreview']) {
  const t = usePlaybookWords();
  const changes = ['added', 'removed', 'changed'] as const;
  return (
    <>
      <Text size="sm">
        {t('effect.changed', { count: cases.length })}{' '}
        {unchanged > 0 && t('effect.unchanged', { count: unchanged })}
      </Text>
      {cases.length > 0 && (
        <Table.ScrollContainer minWidth={520} maxHeight={320}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('effect.case')}</Table.Th>
                <Table.Th>{t('effect.version')}</Table.Th>
                {changes.map((one) => (
                  <Table.Th key={one}>{t(`effect.${one}Measures`)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {cases.slice(0, shownAtMost).map((one) => (
                <Table.Tr key={one.caseId}>
                  <Table.Td>
                    <Anchor component={Link} to={`/cases/${one.caseId}`} size="sm">
                      {one.caseId}
                    </Anchor>
                  </Table.Td>
                  <Table.Td className="figures">{one.version}</Table.Td>
                  {changes.map((change) => (
                    <Table.Td key={change}>{one[change].join(', ') || '–'}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {cases.length > shownAtMost && (
        <Text size="sm" c="dimmed">
          {t('effect.more', { count: cases.length - shownAtMost })}
        </Text>
      )}
    </>
  );
}

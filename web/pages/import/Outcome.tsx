import { Alert, Anchor, Card, Group, Progress, Stack, Table, Text } from '@mantine/core';
import { IconAlertCircle, IconCheck, IconDownload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { useFormats } from '../../words/format.ts';
import type { Import } from './imports.ts';
import { useImportWords } from './words.ts';

/** How far the last run is, and what came of it. */
export function Outcome({ one }: { one: Import }) {
  const t = useImportWords();
  const { status, error, doubt } = one;
  if (status === 'uploaded') return null;
  if (status === 'running') return <Running one={one} />;
  if (status === 'interrupted') {
    return (
      <Alert color="orange" icon={<IconAlertCircle />} role="alert">
        {t('result.interrupted')}
      </Alert>
    );
  }
  if (status === 'failed') {
    return (
      <Alert color="red" icon={<IconAlertCircle />} title={t('result.failed')} role="alert">
        {doubt ? t(`doubt.${doubt}`) : error}
      </Alert>
    );
  }
  return <Counts one={one} />;
}

function Running({ one: { dryRun, progress, rows } }: { one: Import }) {
  const t = useImportWords();
  const label = t(dryRun ? 'running.dry' : 'running.real');
  return (
    <Stack gap="xs" role="status">
      <Text>
        {label} <span className="figures">{t('rows', { count: rows })}</span>
      </Text>
      <Progress value={progress * 100} aria-label={label} />
    </Stack>
  );
}

/** The first lines that were left out, and why. */
function LeftOut({ one: { importId, counts } }: { one: Import }) {
  const t = useImportWords();
  const formats = useFormats();
  const { data } = api.useQuery(
    'get',
    '/api/v1/imports/{importId}/errors',
    { params: { path: { importId }, query: { format: 'json' } } },
    // Another try leaves out other lines.
    { gcTime: 0 },
  );
  if (!data) return null;
  const more = (counts?.badLines ?? 0) - new Set(data.items.map(({ line }) => line)).size;
  return (
    <Table.ScrollContainer minWidth={300}>
      <Table verticalSpacing={4} fz="sm" aria-label={t('result.badLines')}>
        {more > 0 && <Table.Caption>{t('leftOut.more', { count: more })}</Table.Caption>}
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">{t('leftOut.line')}</Table.Th>
            <Table.Th>{t('leftOut.field')}</Table.Th>
            <Table.Th>{t('leftOut.reason')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.items.map(({ line, field, reason, value }) => (
            <Table.Tr key={`${line} ${field}`}>
              <Table.Td ta="right" className="figures">
                {formats.number(line)}
              </Table.Td>
              <Table.Td>{t(`field.${field as 'name'}`, { defaultValue: field })}</Table.Td>
              <Table.Td>
                {value === undefined ? reason : `${reason}: ${t('leftOut.not', { value })}`}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Counts({ one }: { one: Import }) {
  const t = useImportWords();
  const formats = useFormats();
  const { counts, done, hasErrors, importId } = one;
  return (
    <Card withBorder role="status">
      <Stack gap="sm">
        <Group gap="xs">
          {done && <IconCheck size={18} aria-hidden />}
          <Text fw={600}>{t(done ? 'result.real' : 'result.dry')}</Text>
        </Group>
        <Group component="dl" gap="xl" m={0}>
          {counts &&
            (['added', 'updated', 'unchanged', 'badLines'] as const).map((what) => (
              <div key={what}>
                <Text component="dt" size="xs" c="dimmed">
                  {t(`result.${what}`)}
                </Text>
                <Text component="dd" m={0} fw={600} className="figures">
                  {formats.number(counts[what])}
                </Text>
              </div>
            ))}
        </Group>
        {hasErrors && (
          <div>
            <LeftOut key={one.finishedAt} one={one} />
            <Anchor href={`/api/v1/imports/${importId}/errors`} download>
              <Group gap={4} component="span">
                <IconDownload size={16} aria-hidden />
                {t('errors')}
              </Group>
            </Anchor>
            <Text size="sm" c="dimmed">
              {t('errorsHint')}
            </Text>
          </div>
        )}
        {done && (
          <Anchor component={Link} to="/customers">
            {t('toCustomers')}
          </Anchor>
        )}
      </Stack>
    </Card>
  );
}

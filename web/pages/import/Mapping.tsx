import { Button, Group, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import {
  dayOrders,
  importKinds,
  numberNotations,
  type DayOrder,
  type ImportKind,
  type NumberNotation,
} from '../../../domain/imports.ts';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import type { components } from '../../api/schema.d.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import type { Import } from './imports.ts';
import './import.css';
import { useImportWords } from './words.ts';

type Preview = components['schemas']['ImportPreview'];
type Columns = Record<string, number>;
type Props = { one: Import; preview: Preview; onStarted: () => void };

function guessed(preview: Preview, kind: ImportKind): Columns {
  const known = preview.columns[kind].flatMap(({ name, at }) => (at === null ? [] : [[name, at]]));
  return Object.fromEntries(known) as Columns;
}

/** What the file holds and where; then it can be tried, or imported. */
export function Mapping({ one, preview, onStarted }: Props) {
  const t = useImportWords();
  const before = one.readAs;
  const [kind, setKind] = useState<ImportKind>(before?.kind ?? preview.likelyKind);
  const [columns, setColumns] = useState<Columns>(before?.columns ?? guessed(preview, kind));
  const [numbers, setNumbers] = useState<NumberNotation | null>(before?.numbers ?? null);
  const [dates, setDates] = useState<DayOrder | null>(before?.dates ?? null);
  const start = api.useMutation('post', '/api/v1/imports/{importId}/start', {
    onSuccess: onStarted,
  });
  const run = (dryRun: boolean) =>
    start.mutate({
      params: { path: { importId: one.importId }, header: idempotencyKey() },
      body: { kind, columns, dryRun, ...(numbers && { numbers }), ...(dates && { dates }) },
    });
  const offered = preview.columns[kind];
  const missing = offered.filter(({ name, required }) => required && columns[name] === undefined);
  const busy = one.status === 'running' || start.isPending;
  const tried = one.dryRun === true && one.status === 'completed';
  const change = (next: ImportKind) => {
    setKind(next);
    setColumns(guessed(preview, next));
  };
  const place = (name: string, at: string | null) => {
    const { [name]: _before, ...others } = columns;
    setColumns(at === null ? others : { ...others, [name]: Number(at) });
  };
  const theirs = one.header.map((name, at) => ({
    value: String(at),
    label: name || String(at + 1),
  }));

  return (
    <Stack gap="lg">
      <Stack gap="md" component="section">
        <Title order={2} size="h4">
          {t('step.columns')}
        </Title>
        <Select
          label={t('kind.label')}
          data={importKinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
          value={kind}
          allowDeselect={false}
          onChange={(next) => change(next as ImportKind)}
          maw={320}
        />
        <Rows one={one} preview={preview} />
        <div className="mapping">
          {offered.map(({ name, required }) => (
            <Select
              key={name}
              label={t(`field.${name as 'name'}`)}
              withAsterisk={required}
              {...(required && { description: t('columns.required') })}
              placeholder={t('columns.none')}
              data={theirs}
              value={columns[name] === undefined ? null : String(columns[name])}
              onChange={(at) => place(name, at)}
              clearable={!required}
              searchable={theirs.length > 12}
            />
          ))}
          {kind === 'purchases' && (
            <Select
              label={t('numbers.label')}
              placeholder={t('numbers.self')}
              clearable
              error={one.doubt === 'numbers'}
              data={numberNotations.map((value) => ({ value, label: t(`numbers.${value}`) }))}
              value={numbers}
              onChange={(value) => setNumbers(value)}
            />
          )}
          {kind !== 'customers' && (
            <Select
              label={t('dates.label')}
              placeholder={t('dates.self')}
              clearable
              error={one.doubt === 'dates'}
              data={dayOrders.map((value) => ({ value, label: t(`dates.${value}`) }))}
              value={dates}
              onChange={(value) => setDates(value)}
            />
          )}
        </div>
      </Stack>
      <Stack gap="sm" component="section">
        <Title order={2} size="h4">
          {t('step.run')}
        </Title>
        {missing.length > 0 && (
          <Text c="var(--mantine-color-error)" size="sm">
            {t('columns.missing', {
              names: missing.map(({ name }) => t(`field.${name as 'name'}`)).join(', '),
            })}
          </Text>
        )}
        <Group>
          <Button
            variant={tried ? 'default' : 'filled'}
            disabled={missing.length > 0 || busy}
            onClick={() => run(true)}
          >
            {t('dryRun')}
          </Button>
          <Button
            variant={tried ? 'filled' : 'default'}
            disabled={!tried || missing.length > 0 || busy}
            onClick={() => run(false)}
          >
            {t('real')}
          </Button>
        </Group>
        {start.error && <ProblemAlert error={start.error} />}
      </Stack>
    </Stack>
  );
}

function Rows({ one, preview }: { one: Import; preview: Preview }) {
  const t = useImportWords();
  return (
    <Table.ScrollContainer minWidth={500} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table striped withTableBorder captionSide="top" fz="sm">
        <Table.Caption>{t('preview')}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {one.header.map((name, at) => (
              <Table.Th scope="col" key={at}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.rows.map((row, line) => (
            <Table.Tr key={line}>
              {row.map((value, at) => (
                <Table.Td key={at}>{value}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

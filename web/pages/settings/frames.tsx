import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode, SubmitEvent } from 'react';
import type { usePages } from '../../api/pages.ts';
import { ListLoading, Paged } from '../../parts/Paged.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';

/* What the sections are made of. */

export function Heading({
  title,
  intro,
  action,
}: {
  title: string;
  intro?: string;
  action?: ReactNode;
}) {
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <Stack gap={4} maw={620}>
        <Title order={2} size="h3">
          {title}
        </Title>
        {intro && (
          <Text size="sm" c="dimmed">
            {intro}
          </Text>
        )}
      </Stack>
      {action}
    </Group>
  );
}

/** One thing of a section, with a name of its own. */
export function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={3} size="h5">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

/** Fields of a form by their names. */
export function Form({
  onSubmit,
  children,
}: {
  onSubmit: (fields: Record<string, string>, form: HTMLFormElement) => void;
  children: ReactNode;
}) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    onSubmit(Object.fromEntries(new FormData(form)) as Record<string, string>, form);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">{children}</Stack>
    </form>
  );
}

/** A list in all its states. */
export function Listing<Item>({
  list,
  label,
  keyOf,
  empty,
  children,
}: {
  list: ReturnType<typeof usePages<Item>>;
  label: string;
  keyOf: (item: Item) => string;
  empty: { title: string; hint: string };
  children: (item: Item) => ReactNode;
}) {
  return (
    <Paged
      list={list}
      loading={<ListLoading rows={3} />}
      empty={<Nothing title={empty.title}>{empty.hint}</Nothing>}
    >
      {(items) => (
        <VirtualList
          className="rows"
          label={label}
          items={items}
          keyOf={keyOf}
          height={66}
          more={list.hasNextPage}
        >
          {children}
        </VirtualList>
      )}
    </Paged>
  );
}

/** What a row of a list says and offers. */
export function Row({
  title,
  badges,
  facts,
  actions,
}: {
  title: ReactNode;
  badges?: ReactNode;
  /** what else there is to know, in a line */
  facts?: (string | false | null | undefined)[];
  actions?: ReactNode;
}) {
  return (
    <Group className="settings-row" justify="space-between" gap="sm">
      <div className="settings-row-text">
        <Group gap="xs">
          <Text fw={600}>{title}</Text>
          {badges}
        </Group>
        {facts && (
          <Text size="sm" c="dimmed" className="figures">
            {facts.filter(Boolean).join(' · ')}
          </Text>
        )}
      </div>
      {actions && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}

/** Names and what they stand for. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="settings-facts">
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

import { Anchor, Badge, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { causes, tiers, triggers } from '../../../domain/words.ts';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { Paged } from '../../parts/Paged.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { Choice } from './Choice.tsx';
import { withContent, type PlaybookVersion } from './playbook.ts';
import './playbooks.css';
import { usePlaybookWords } from './words.ts';

const groupings = ['cause', 'trigger', 'tier'] as const;
type Grouping = (typeof groupings)[number];

export function PlaybookList() {
  const t = usePlaybookWords();
  const navigate = useNavigate();
  const search: { by?: string; q?: string | number } = useSearch({ strict: false });
  const by = groupings.find((one) => one === search.by) ?? 'cause';
  const wanted = String(search.q ?? '');
  const list = usePages(['playbooks'], (cursor) =>
    http.GET('/api/v1/playbooks', { params: { query: { limit: 200, ...cursor } } }),
  );
  const isWanted = ({ playbookId, title }: PlaybookVersion) =>
    `${playbookId} ${title}`.toLowerCase().includes(wanted.toLowerCase());
  const empty = <Nothing title={t('list.empty')}>{t('list.emptyMeans')}</Nothing>;
  const show = (changed: { by?: string; q?: string | undefined }) =>
    void navigate({ to: '/playbooks', search: { ...search, ...changed }, replace: true });
  return (
    <Stack gap="md">
      <Choice />
      <Group>
        <TextInput
          aria-label={t('list.search')}
          placeholder={t('list.search')}
          value={wanted}
          onChange={(event) => show({ q: event.target.value || undefined })}
        />
        <SegmentedControl
          aria-label={t('list.by')}
          value={by}
          onChange={(value) => show({ by: value })}
          data={groupings.map((value) => ({ value, label: t(`list.${value}`) }))}
        />
      </Group>
      <Paged list={list} empty={empty}>
        {(items) => {
          const shown = items.map(withContent).filter(isWanted);
          return shown.length === 0 ? empty : <Groups playbooks={shown} by={by} />;
        }}
      </Paged>
    </Stack>
  );
}

function Groups({ playbooks, by }: { playbooks: PlaybookVersion[]; by: Grouping }) {
  const t = usePlaybookWords();
  const names = useNames();
  const groups = {
    cause: causes.map((one) => ({ one: one, title: names.causes[one] })),
    trigger: triggers.map((one) => ({ one: one, title: names.triggers[one] })),
    tier: tiers.map((one) => ({ one: one, title: t('list.tierOf', { tier: one }) })),
  }[by];
  const namedBy = ({ playbook }: PlaybookVersion): readonly string[] =>
    ({ cause: playbook.causes, trigger: playbook.triggers, tier: playbook.tiers })[by];
  const sections = [
    ...groups.map(({ one, title }) => ({
      title,
      those: playbooks.filter((playbook) => namedBy(playbook).includes(one)),
    })),
    { title: t('list.any'), those: playbooks.filter((one) => namedBy(one).length === 0) },
  ].filter(({ those }) => those.length > 0);
  return sections.map(({ title, those }) => (
    <section key={title}>
      <Text component="h2" size="sm" fw={700} c="dimmed" mb={4}>
        {title}
      </Text>
      <ul className="playbook-list">
        {those.map((one) => (
          <PlaybookRow key={one.playbookId} version={one} />
        ))}
      </ul>
    </section>
  ));
}

function PlaybookRow({ version: one }: { version: PlaybookVersion }) {
  const t = usePlaybookWords();
  const names = useNames();
  const { playbookId, title, version, retiredAt, playbook } = one;
  return (
    <li>
      <Group gap="xs">
        <Anchor component={Link} to={`/playbooks/${playbookId}`} fw={600}>
          {title}
        </Anchor>
        {retiredAt !== null && (
          <Badge className="plain-badge" color="gray" variant="light">
            {t('retired')}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {playbookId} · {t('version', { version })} ·{' '}
        {playbook.measures.map(({ kind }) => names.measureKinds[kind]).join(' → ')}
      </Text>
    </li>
  );
}

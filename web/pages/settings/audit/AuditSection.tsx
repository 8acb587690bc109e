import { Anchor, Badge, Button, Group, Select, TextInput } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { auditActions } from '../../../../domain/audit.ts';
import { useFilters } from '../../../app/address.ts';
import { http } from '../../../api/client.ts';
import { usePages } from '../../../api/pages.ts';
import type { components } from '../../../api/schema.d.ts';
import { useStaff } from '../../../app/staff.ts';
import { useFormats } from '../../../words/format.ts';
import { endOfDay, startOfDay } from '../days.ts';
import { Heading, Listing, Row } from '../frames.tsx';
import { useRoleNames } from '../roles.ts';
import { useSettingsWords } from '../words.ts';
import { useActionName } from './actions.ts';
import { useAuditWords } from './words.ts';

type Entry = components['schemas']['AuditEntry'];
/** As they stand in the address; `from` and `until` are days, both included. */
type Filters = { actor?: string; action?: string; target?: string; from?: string; until?: string };
const names = ['actor', 'action', 'target', 'from', 'until'] as const;
const isDay = (text?: string) => /^\d{4}-\d\d-\d\d$/.test(text ?? '');

/** Who did what. */
export default function AuditSection() {
  const t = useAuditWords();
  const settings = useSettingsWords();
  const filters = useAsked();
  const { from, until, action: asked, ...rest } = filters;
  const action = auditActions.find((one) => one === asked);
  const query = {
    ...rest,
    ...(action !== undefined && { action }),
    ...(from !== undefined && { from: startOfDay(from) }),
    ...(until !== undefined && { until: endOfDay(until) }),
  };
  const list = usePages(['audit', filters], (cursor) =>
    http.GET('/api/v1/audit', { params: { query: { ...query, ...cursor } } }),
  );
  return (
    <>
      <Heading title={settings('section.audit')} intro={t('intro')} />
      <FilterBar filters={filters} />
      <Listing
        list={list}
        keyOf={({ entryId }) => entryId}
        label={settings('section.audit')}
        empty={{ title: t('none'), hint: t('noneHint') }}
      >
        {(entry) => <EntryRow entry={entry} />}
      </Listing>
    </>
  );
}

function useAsked(): Filters {
  const search: Filters = useFilters();
  const given = names.filter((name) =>
    name === 'from' || name === 'until' ? isDay(search[name]) : search[name],
  );
  return Object.fromEntries(given.map((name) => [name, search[name]]));
}

function FilterBar({ filters }: { filters: Filters }) {
  const t = useAuditWords();
  const { everybody, nameOf } = useStaff();
  const actionName = useActionName();
  const navigate = useNavigate();
  const show = (search: Filters) => void navigate({ to: '/settings/audit', search, replace: true });
  const set = (name: keyof Filters, value: string | null) => {
    const { [name]: _, ...others } = filters;
    show(value ? { ...others, [name]: value } : others);
  };
  const people = everybody.map(({ keyId, name }) => ({ value: keyId, label: name }));
  const { actor, action, target } = filters;
  // Somebody who is gone, or a part of winback.
  if (actor && !people.some(({ value }) => value === actor)) {
    people.push({ value: actor, label: actor === 'unknown' ? t('unknown') : actor });
  }
  return (
    <Group gap="sm" align="end" role="group" aria-label={t('filters')}>
      <Select
        label={t('actor')}
        placeholder={t('anybody')}
        clearable
        searchable
        w={200}
        data={people}
        value={actor ?? null}
        onChange={(to) => set('actor', to)}
      />
      <Select
        label={t('action')}
        placeholder={t('anything')}
        clearable
        searchable
        w={240}
        data={auditActions.map((value) => ({ value, label: actionName(value) }))}
        value={action ?? null}
        onChange={(to) => set('action', to)}
      />
      {(['from', 'until'] as const).map((end) => (
        <TextInput
          key={end}
          type="date"
          label={t(end)}
          value={filters[end] ?? ''}
          onChange={({ currentTarget }) => set(end, currentTarget.value)}
        />
      ))}
      {target !== undefined && (
        <Badge variant="outline" size="lg" tt="none">
          {t('target', { name: nameOf(target) })}
        </Badge>
      )}
      {Object.keys(filters).length > 0 && (
        <Button variant="subtle" onClick={() => show({})}>
          {t('clear')}
        </Button>
      )}
    </Group>
  );
}

function EntryRow({ entry }: { entry: Entry }) {
  const t = useAuditWords();
  const formats = useFormats();
  const actionName = useActionName();
  const roleNames = useRoleNames();
  const { at, actorId, actorName, role, action, target, targetName, caseId, status, times } = entry;
  const isUnknown = actorId === 'unknown';
  // The ID of a session tells nobody anything.
  const isSession = targetName === null && action.startsWith('session.');
  const isTold = target !== actorId && target !== caseId && !isSession;
  const who = actorName ?? (isUnknown ? t('unknown') : actorId);
  return (
    <Row
      title={actionName(action)}
      badges={
        <>
          {status !== 'done' && (
            <Badge color={status === 'rejected' ? 'red.9' : 'yellow'}>{t(status)}</Badge>
          )}
          {times > 1 && (
            <Badge color="red.9" tt="none">
              {t('times', { count: times })}
            </Badge>
          )}
        </>
      }
      facts={[
        formats.moment(at),
        isUnknown ? who : `${who} (${roleNames[role]})`,
        isTold && t('about', { name: targetName ?? target }),
      ]}
      actions={
        caseId !== null && (
          <Anchor component={Link} to={`/cases/${caseId}`} size="sm">
            {t('case', { id: caseId })}
          </Anchor>
        )
      }
    />
  );
}

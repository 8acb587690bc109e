import { Badge, Button, Group, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { assignments, type Assignment } from '../../../../domain/teams.ts';
import { api } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import type { components } from '../../../api/schema.d.ts';
import { useStaff } from '../../../app/staff.ts';
import { ListLoading } from '../../../parts/Paged.tsx';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useAct } from '../act.ts';
import { Confirm } from '../dialogs.tsx';
import { Panel, Row } from '../frames.tsx';
import { useWeekdays } from '../weekdays.ts';
import { useSettingsWords } from '../words.ts';
import { ChangeMember, type Member } from './ChangeMember.tsx';
import { useTeamWords } from './team-words.ts';

type Team = components['schemas']['Team'];

export function TeamPanel({ team }: { team: Team }) {
  const t = useTeamWords();
  const settings = useSettingsWords();
  const act = useAct();
  const { everybody } = useStaff();
  const { teamId, name, assignment } = team;
  const path = { teamId };
  const { data, error, refetch } = api.useQuery('get', '/api/v1/teams/{teamId}/members', {
    params: { path, query: { limit: 200 } },
  });
  const change = api.useMutation('patch', '/api/v1/teams/{teamId}', {
    onSuccess: () => act.done(settings('saved')),
    onError: act.failed,
  });
  const add = api.useMutation('post', '/api/v1/teams/{teamId}/members', {
    onSuccess: () => act.done(),
    onError: act.failed,
  });
  const members = data?.items ?? [];
  const others = everybody.filter(({ keyId }) => !members.some((one) => one.keyId === keyId));
  return (
    <Panel title={name}>
      <Group align="end">
        <Select
          flex="1 1 300px"
          label={t('rule')}
          data={assignments.map((value) => ({ value, label: t(`rules.${value}`) }))}
          value={assignment}
          allowDeselect={false}
          onChange={(to) =>
            change.mutate({ params: { path }, body: { assignment: to as Assignment } })
          }
        />
        <Select
          flex="1 1 200px"
          label={t('add')}
          placeholder="…"
          searchable
          data={others.map(({ keyId, name }) => ({ value: keyId, label: name }))}
          value={null}
          onChange={(keyId) =>
            keyId && add.mutate({ params: { path, header: idempotencyKey() }, body: { keyId } })
          }
        />
      </Group>
      {error ? (
        <ProblemAlert error={error} onAgain={() => void refetch()} />
      ) : !data ? (
        <ListLoading rows={2} />
      ) : members.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('nobody')}
        </Text>
      ) : (
        <ul className="rows" aria-label={name}>
          {members.map((member) => (
            <li key={member.keyId}>
              <MemberRow member={member} team={team} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function MemberRow({ member, team }: { member: Member; team: Team }) {
  const t = useTeamWords();
  const settings = useSettingsWords();
  const act = useAct();
  const days = useWeekdays();
  const [asked, setAsked] = useState<'change' | 'remove' | null>(null);
  const { teamId, keyId, name, skills, hours, openTasks, absent } = member;
  const remove = api.useMutation('delete', '/api/v1/teams/{teamId}/members/{keyId}', {
    onSuccess: () => {
      setAsked(null);
      act.done(t('removed', { name }));
    },
  });
  const can = [...skills.languages, ...skills.tiers, ...skills.products];
  return (
    <>
      <Row
        title={name}
        badges={absent && <Badge color="yellow">{t('absent')}</Badge>}
        facts={[
          t('tasks', { count: openTasks }),
          can.join(', ') || t('all'),
          hours &&
            `${hours.workDays.map((day) => days[day - 1]).join(', ')} ${hours.opensAt}–${hours.closesAt}`,
        ]}
        actions={
          <>
            <Button
              size="xs"
              variant="default"
              aria-label={`${settings('change')}: ${name}`}
              onClick={() => setAsked('change')}
            >
              {settings('change')}
            </Button>
            <Button
              size="xs"
              variant="default"
              aria-label={`${t('remove')}: ${name}`}
              onClick={() => setAsked('remove')}
            >
              {t('remove')}
            </Button>
          </>
        }
      />
      {asked === 'change' && <ChangeMember member={member} onClose={() => setAsked(null)} />}
      {asked === 'remove' && (
        <Confirm
          title={t('removeTitle', { name, team: team.name })}
          label={t('remove')}
          pending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params: { path: { teamId, keyId } } })}
          onClose={() => setAsked(null)}
        >
          <Text size="sm">{t('removeText')}</Text>
          <Text size="sm" fw={600}>
            {t('tasks', { count: openTasks })}
          </Text>
        </Confirm>
      )}
    </>
  );
}

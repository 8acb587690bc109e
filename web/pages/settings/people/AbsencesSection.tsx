import { Badge, Button, Modal, Select, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useFilters } from '../../../app/address.ts';
import { useState } from 'react';
import { api, http } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { usePages } from '../../../api/pages.ts';
import type { components } from '../../../api/schema.d.ts';
import { isManager, useUser } from '../../../app/session.ts';
import { useShortcuts } from '../../../app/shortcuts.ts';
import { useStaff } from '../../../app/staff.ts';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useFormats } from '../../../words/format.ts';
import { useAct } from '../act.ts';
import { endOfDay, lastDayBefore, startOfDay, today } from '../days.ts';
import { Form, Heading, Listing, Row } from '../frames.tsx';
import { useSettingsWords } from '../words.ts';
import { usePeopleWords } from './words.ts';

type Absence = components['schemas']['Absence'];

/** Who is away when: everybody's for managers, one's own for agents. */
export default function AbsencesSection() {
  const t = usePeopleWords();
  const settings = useSettingsWords();
  const me = useUser();
  const manages = isManager(me);
  const navigate = useNavigate();
  const { everybody } = useStaff();
  const { person } = useFilters();
  const keyId = manages ? person : me.userId;
  const [adding, setAdding] = useState(false);
  const list = usePages(['absences', keyId], (cursor) =>
    http.GET('/api/v1/absences', { params: { query: { ...(keyId && { keyId }), ...cursor } } }),
  );
  useShortcuts({ n: () => setAdding(true) });
  return (
    <>
      <Heading
        title={settings('section.absences')}
        intro={t('absences.intro')}
        action={
          <Button
            leftSection={<IconPlus size={16} />}
            title={`${t('absences.add')} (n)`}
            onClick={() => setAdding(true)}
          >
            {t('absences.add')}
          </Button>
        }
      />
      {manages && (
        <Select
          aria-label={t('absences.who')}
          placeholder={t('absences.everybody')}
          maw={320}
          clearable
          searchable
          data={everybody.map(({ keyId, name }) => ({ value: keyId, label: name }))}
          value={person ?? null}
          onChange={(to) =>
            void navigate({
              to: '/settings/absences',
              search: to === null ? {} : { person: to },
              replace: true,
            })
          }
        />
      )}
      <Listing
        list={list}
        keyOf={({ absenceId }) => absenceId}
        label={settings('section.absences')}
        empty={{ title: t('absences.none'), hint: t('absences.noneHint') }}
      >
        {(absence) => <AbsenceRow absence={absence} />}
      </Listing>
      {adding && <AddAbsence onClose={() => setAdding(false)} />}
    </>
  );
}

function AbsenceRow({ absence }: { absence: Absence }) {
  const t = usePeopleWords();
  const formats = useFormats();
  const { nameOf } = useStaff();
  const act = useAct();
  const end = api.useMutation('delete', '/api/v1/absences/{absenceId}', {
    onSuccess: () => act.done(t('absences.ended')),
    onError: act.failed,
  });
  const { absenceId, keyId, fromAt, untilAt } = absence;
  const now = new Date().toISOString();
  const state = fromAt > now ? 'coming' : untilAt !== null && untilAt <= now ? 'over' : 'now';
  const name = nameOf(keyId);
  const from = formats.day(fromAt);
  const does = state === 'coming' ? 'forget' : 'end';
  return (
    <Row
      title={name}
      badges={
        <Badge
          variant={state === 'now' ? 'filled' : 'outline'}
          color={state === 'now' ? 'yellow' : 'gray'}
        >
          {t(`absences.${state}`)}
        </Badge>
      }
      facts={[
        untilAt === null
          ? t('absences.open', { from })
          : t('absences.period', { from, until: formats.day(lastDayBefore(untilAt)) }),
      ]}
      actions={
        state !== 'over' && (
          <Button
            size="xs"
            variant="default"
            aria-label={`${t(`absences.${does}`)}: ${name}`}
            onClick={() => end.mutate({ params: { path: { absenceId } } })}
          >
            {t(`absences.${does}`)}
          </Button>
        )
      }
    />
  );
}

function AddAbsence({ onClose }: { onClose: () => void }) {
  const t = usePeopleWords();
  const me = useUser();
  const { everybody } = useStaff();
  const act = useAct();
  const [from, setFrom] = useState(today());
  const add = api.useMutation('post', '/api/v1/absences', {
    onSuccess: () => {
      act.done(t('absences.noted'));
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('absences.add')}>
      <Form
        onSubmit={({ keyId = me.userId, until }) =>
          add.mutate({
            params: { header: idempotencyKey() },
            body: {
              keyId,
              // Today means from now on: the morning is over.
              ...(from > today() && { fromAt: startOfDay(from) }),
              untilAt: until ? endOfDay(until) : null,
            },
          })
        }
      >
        {add.error && <ProblemAlert error={add.error} />}
        {isManager(me) && (
          <Select
            name="keyId"
            label={t('absences.who')}
            searchable
            allowDeselect={false}
            data={everybody.map(({ keyId, name }) => ({ value: keyId, label: name }))}
            defaultValue={me.userId}
          />
        )}
        <TextInput
          type="date"
          label={t('absences.from')}
          min={today()}
          value={from}
          onChange={({ currentTarget }) => setFrom(currentTarget.value)}
          required
        />
        <TextInput
          name="until"
          type="date"
          label={t('absences.until')}
          description={t('absences.untilHint')}
          min={from}
        />
        <Text size="sm">{t('absences.goesBack')}</Text>
        <Button type="submit" loading={add.isPending}>
          {t('absences.go')}
        </Button>
      </Form>
    </Modal>
  );
}

import { Select, Text } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { useState } from 'react';
import { surenesses, type Sureness } from '../../../domain/causes.ts';
import { causes, type Cause } from '../../../domain/words.ts';
import { api, http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useNames } from '../../words/domain.ts';
import type { Case } from './case.ts';
import { Order } from './Order.tsx';
import { useCaseWords } from './words.ts';

export type Command = 'close' | 'pause' | 'resume' | 'cause' | 'version';
type Props = { record: Case; command: Command; onClose: () => void };
type Given = { record: Case; onClose: () => void };

export default function CaseOrder({ command, ...given }: Props) {
  switch (command) {
    case 'pause':
      return <Pause {...given} />;
    case 'cause':
      return <KnownCause {...given} />;
    case 'version':
      return <Version {...given} />;
    default:
      return <Plain verb={command} {...given} />;
  }
}

function Plain({ verb, record: { caseId }, onClose }: Given & { verb: 'close' | 'resume' }) {
  const t = useCaseWords();
  const request = { params: { path: { caseId }, header: idempotencyKey() } };
  const send = (reason: string) =>
    verb === 'close'
      ? http.POST('/api/v1/cases/{caseId}/close', { ...request, body: { reason } })
      : http.POST('/api/v1/cases/{caseId}/resume', { ...request, body: { reason } });
  return (
    <Order
      title={t(`act.${verb}`)}
      go={t(`act.go.${verb}`)}
      danger={verb === 'close'}
      send={send}
      onClose={onClose}
    >
      {verb === 'close' && <Text size="sm">{t('act.closeMeans')}</Text>}
    </Order>
  );
}

function Pause({ record: { caseId }, onClose }: Given) {
  const t = useCaseWords();
  const [until, setUntil] = useState<string | null>(null);
  const send = (reason: string) =>
    http.POST('/api/v1/cases/{caseId}/pause', {
      params: { path: { caseId }, header: idempotencyKey() },
      body: { reason, until: new Date(until!).toISOString() },
    });
  return (
    <Order
      title={t('act.pause')}
      go={t('act.go.pause')}
      disabled={until === null}
      send={send}
      onClose={onClose}
    >
      <DateTimePicker
        label={t('act.until')}
        required
        minDate={new Date()}
        value={until}
        onChange={setUntil}
        presets={[7, 14, 30].map((days) => inDays(days))}
      />
    </Order>
  );
}

/** Nine in the morning of the reader, so many days from now. */
function inDays(days: number): { value: string; label: string } {
  const at = new Date();
  at.setDate(at.getDate() + days);
  const day = `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
  return { value: `${day} 09:00:00`, label: `+${days}` };
}

function KnownCause({ record, onClose }: Given) {
  const t = useCaseWords();
  const names = useNames();
  const manages = isManager(useUser());
  const [cause, setCause] = useState<Cause | null>(record.cause);
  const [sureness, setSureness] = useState<Sureness>('medium');
  const send = (note: string) =>
    http.POST('/api/v1/cases/{caseId}/causes', {
      params: { path: { caseId: record.caseId }, header: idempotencyKey() },
      body: {
        layer: manages ? 'verified' : 'assessed',
        cause: cause!,
        sureness,
        ...(note && { note }),
      },
    });
  return (
    <Order
      title={t(manages ? 'act.verify' : 'act.cause')}
      go={t('act.go.cause')}
      isNote
      disabled={cause === null}
      send={send}
      onClose={onClose}
    >
      <Select
        label={t('facts.cause')}
        searchable
        required
        value={cause}
        onChange={(value) => setCause(value)}
        data={causes.map((value) => ({ value, label: names.causes[value] }))}
      />
      <Select
        label={t('act.sureness')}
        allowDeselect={false}
        value={sureness}
        onChange={(value) => setSureness(value as Sureness)}
        data={surenesses.map((value) => ({ value, label: t(`sure.${value}`) }))}
      />
    </Order>
  );
}

function Version({ record: { caseId, playbook }, onClose }: Given) {
  const t = useCaseWords();
  const { playbookId, version: now } = playbook!;
  const [chosen, setChosen] = useState<string | null>(null);
  const versions = api.useQuery('get', '/api/v1/playbooks/{playbookId}/versions', {
    params: { path: { playbookId } },
  });
  const others = versions.data?.items.filter(({ version }) => version !== now) ?? [];
  const send = (reason: string) =>
    http.POST('/api/v1/playbooks/{playbookId}/apply', {
      params: { path: { playbookId }, header: idempotencyKey() },
      body: { version: Number(chosen), caseIds: [caseId], reason },
    });
  return (
    <Order
      title={t('act.version')}
      go={t('act.go.version')}
      done={t('act.applied')}
      disabled={chosen === null}
      send={send}
      onClose={onClose}
    >
      <Select
        label={t('act.playbookVersion')}
        required
        value={chosen}
        onChange={setChosen}
        data={others.map(({ version, title }) => ({
          value: String(version),
          label: `${version}: ${title}`,
        }))}
      />
    </Order>
  );
}

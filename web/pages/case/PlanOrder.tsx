import { Select } from '@mantine/core';
import { useState } from 'react';
import { measureKinds } from '../../../domain/playbooks.ts';
import { http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { useNames } from '../../words/domain.ts';
import { Order } from './Order.tsx';
import { useCaseWords } from './words.ts';

export type PlanChange =
  { kind: 'add' } | { kind: 'skip' | 'repeat' | 'bring-forward'; measureId: string };

/** What needs nothing more to be said than its kind. */
const simple = measureKinds.filter((kind) => kind !== 'offer' && kind !== 'email');

type Props = { caseId: string; change: PlanChange; onClose: () => void };

export default function PlanOrder({ caseId, change, onClose }: Props) {
  const t = useCaseWords();
  const names = useNames();
  const [kind, setKind] = useState<(typeof simple)[number]>('call');
  const [position, setPosition] = useState<'next' | 'last'>('next');
  const send = (reason: string) =>
    http.POST('/api/v1/cases/{caseId}/plan', {
      params: { path: { caseId }, header: idempotencyKey() },
      body: {
        reason,
        change:
          change.kind === 'add'
            ? { kind: 'add', measure: { kind, afterDays: 0 }, position }
            : change,
      },
    });
  return (
    <Order title={t(`plan.${change.kind}`)} go={t('act.go.plan')} send={send} onClose={onClose}>
      {change.kind === 'add' && (
        <>
          <Select
            label={t('plan.kind')}
            allowDeselect={false}
            value={kind}
            onChange={(value) => setKind(value as typeof kind)}
            data={simple.map((value) => ({ value, label: names.measureKinds[value] }))}
          />
          <Select
            label={t('plan.position')}
            allowDeselect={false}
            value={position}
            onChange={(value) => setPosition(value as typeof position)}
            data={(['next', 'last'] as const).map((value) => ({
              value,
              label: t(`plan.${value}`),
            }))}
          />
        </>
      )}
    </Order>
  );
}

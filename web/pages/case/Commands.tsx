import { Anchor, Button, Group } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { api } from '../../api/client.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import type { Case } from './case.ts';
import type { Command } from './CaseOrder.tsx';
import { useCaseWords } from './words.ts';

const CaseOrder = lazy(() => import('./CaseOrder.tsx'));

/** What staff, and more of it managers, tell this case to do. */
export function Commands({ record }: { record: Case }) {
  const t = useCaseWords();
  const manages = isManager(useUser());
  const [asked, setAsked] = useState<Command | null>(null);
  const { caseId, status, pausedUntil, playbook, step } = record;
  const workflow = api.useQuery(
    'get',
    '/api/v1/cases/{caseId}/workflow',
    { params: { path: { caseId } } },
    { enabled: manages, meta: { still: true } },
  );
  const isOpen = status === 'open';
  const possible: [Command, string, boolean][] = [
    ['pause', 'p', manages && isOpen && pausedUntil === null],
    ['resume', 'p', manages && isOpen && pausedUntil !== null],
    ['cause', 'u', true],
    ['version', 'v', manages && isOpen && step === 'measures' && playbook !== null],
    ['close', 'x', manages && isOpen],
  ];
  const shown = possible.filter(([, , may]) => may);
  useShortcuts(Object.fromEntries(shown.map(([command, key]) => [key, () => setAsked(command)])));
  return (
    <Group gap="xs" role="group" aria-label={t('act.title')}>
      {shown.map(([command, key]) => {
        const label = t(`act.${command === 'cause' && manages ? 'verify' : command}`);
        return (
          <Button
            key={command}
            size="xs"
            variant="default"
            title={`${label} (${key})`}
            onClick={() => setAsked(command)}
          >
            {label}
          </Button>
        );
      })}
      {workflow.data?.url && (
        <Anchor href={workflow.data.url} target="_blank" rel="noreferrer" size="sm">
          {t('act.temporal')}
        </Anchor>
      )}
      <Suspense>
        {asked && <CaseOrder record={record} command={asked} onClose={() => setAsked(null)} />}
      </Suspense>
    </Group>
  );
}

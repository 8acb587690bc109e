import { Anchor, Paper, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { usePlaybookNames } from '../../parts/work-names.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Case } from './case.ts';
import { useCaseWords } from './words.ts';

function PlaybookName({ playbookId, version }: NonNullable<Case['playbook']>) {
  const nameOf = usePlaybookNames();
  return (
    <Anchor component={Link} to={`/playbooks/${playbookId}`} inherit>
      {nameOf(`${playbookId}@${version}`)}
    </Anchor>
  );
}

export function Facts({ record }: { record: Case }) {
  const t = useCaseWords();
  const names = useNames();
  const formats = useFormats();
  const { trigger, tier, secondLifetimeValue, cause, lostRevenue, statedReason } = record;
  const { decision, playbook, policyVersion, openedAt, controlGroup } = record;
  const rows: [Parameters<typeof t>[0], ReactNode][] = [
    ['facts.trigger', names.triggers[trigger]],
    ['facts.tier', tier],
    ['facts.value', secondLifetimeValue && formats.roundMoney(secondLifetimeValue)],
    ['facts.cause', cause && names.causes[cause]],
    ['facts.said', statedReason && <q>{statedReason}</q>],
    ['facts.lost', formats.roundMoney(lostRevenue)],
    ['facts.decision', decision && names.decisions[decision]],
    ['facts.playbook', playbook && <PlaybookName {...playbook} />],
    ['facts.policy', policyVersion],
    ['facts.opened', formats.moment(openedAt)],
  ];
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="facts" className="case-facts">
      <Text component="h2" id="facts" fw={700} size="sm" mb="xs">
        {t('facts.title')}
      </Text>
      {controlGroup && (
        <Text size="sm" fw={600} mb="xs">
          {t('facts.control')}
        </Text>
      )}
      <dl>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{t(label)}</dt>
            <dd className="figures">{value ?? t('facts.unknown')}</dd>
          </div>
        ))}
      </dl>
    </Paper>
  );
}

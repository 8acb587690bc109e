import { Text } from '@mantine/core';
import type { PlaybookContent } from '../../../domain/playbooks.ts';
import { useNames } from '../../words/domain.ts';
import { usePlaybookWords } from './words.ts';

/** The cases that a playbook is for, in a sentence for each of its conditions. */
export function ForWhom({ playbook }: { playbook: PlaybookContent }) {
  const t = usePlaybookWords();
  const names = useNames();
  const { causes, triggers, triggerDetails, decisions, tiers, customerKinds } = playbook;
  const conditions = [
    ['cause', causes.map((one) => names.causes[one])],
    ['trigger', triggers.map((one) => names.triggers[one])],
    ['triggerDetail', triggerDetails?.map((one) => names.triggerDetails[one]) ?? []],
    ['tier', tiers],
    ['customerKind', customerKinds?.map((one) => names.customerKinds[one]) ?? []],
    ['decision', decisions.map((one) => names.decisions[one])],
  ] as const;
  const named = conditions.filter(([, values]) => values.length > 0);
  return (
    <section aria-label={t('forWhom')}>
      {named.length === 0 && <Text size="sm">{t('forAll')}</Text>}
      {named.map(([trait, values]) => (
        <Text size="sm" key={trait}>
          <b>{t(`trait.${trait}`)}:</b> {values.join(', ')}
        </Text>
      ))}
    </section>
  );
}

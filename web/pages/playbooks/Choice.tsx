import { Anchor, Group, Paper, Select, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { triggerDetails } from '../../../domain/silent-loss.ts';
import { causes, customerKinds, decisions, tiers, triggers } from '../../../domain/words.ts';
import { api } from '../../api/client.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { usePlaybookWords } from './words.ts';

const first = {
  trigger: 'cancellation',
  triggerDetail: null,
  cause: 'unknown',
  tier: 'B',
  customerKind: 'consumer',
  decision: 'pursue',
} as const;
type Traits = {
  trigger: (typeof triggers)[number];
  triggerDetail: (typeof triggerDetails)[number] | null;
  cause: (typeof causes)[number];
  tier: (typeof tiers)[number];
  customerKind: (typeof customerKinds)[number];
  decision: (typeof decisions)[number];
};

/** Which playbook a case with some traits would get. */
export function Choice() {
  const t = usePlaybookWords();
  const names = useNames();
  const [traits, setTraits] = useState<Traits>(first);
  const { triggerDetail, ...others } = traits;
  const query = { ...others, ...(triggerDetail && { triggerDetail }) };
  const choice = api.useQuery('get', '/api/v1/playbooks/choice', { params: { query } });
  const field = <Trait extends keyof Traits>(
    trait: Trait,
    values: readonly NonNullable<Traits[Trait]>[],
    nameOf: (value: NonNullable<Traits[Trait]>) => string,
  ) => (
    <Select
      size="xs"
      label={t(`trait.${trait}`)}
      value={traits[trait]}
      clearable={trait === 'triggerDetail'}
      allowDeselect={false}
      onChange={(value) => setTraits({ ...traits, [trait]: value })}
      data={values.map((value) => ({ value, label: nameOf(value) }))}
    />
  );
  const because = choice.data?.because as (keyof Traits)[] | undefined;
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="choice-title">
      <Text component="h2" id="choice-title" fw={600} mb="xs">
        {t('choice.title')}
      </Text>
      <Group gap="xs" align="end">
        {field('trigger', triggers, (one) => names.triggers[one])}
        {field('triggerDetail', triggerDetails, (one) => names.triggerDetails[one])}
        {field('cause', causes, (one) => names.causes[one])}
        {field('tier', tiers, (one) => one)}
        {field('customerKind', customerKinds, (one) => names.customerKinds[one])}
        {field('decision', decisions, (one) => names.decisions[one])}
      </Group>
      <div aria-live="polite">
        {choice.error && <ProblemAlert error={choice.error} />}
        {choice.data?.chosen === null && <Text mt="xs">{t('choice.none')}</Text>}
        {choice.data?.chosen && (
          <>
            <Text mt="xs">
              <Anchor component={Link} to={`/playbooks/${choice.data.chosen}`} fw={600}>
                {choice.data.chosen}
              </Anchor>{' '}
              {because && because.length > 0
                ? t('choice.because', {
                    traits: because.map((one) => t(`trait.${one}`)).join(', '),
                  })
                : t('choice.fallback')}
            </Text>
            {choice.data.drawnAmong.length > 0 && (
              <Text size="sm">{t('choice.drawn', { ids: choice.data.drawnAmong.join(', ') })}</Text>
            )}
            {choice.data.alsoFitted.length > 0 && (
              <Text size="sm" c="dimmed">
                {t('choice.also', { ids: choice.data.alsoFitted.join(', ') })}
              </Text>
            )}
          </>
        )}
      </div>
    </Paper>
  );
}

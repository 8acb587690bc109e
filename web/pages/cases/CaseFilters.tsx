import { Group, Pill, Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { caseSets } from '../../../domain/report-cases.ts';
import { caseStatuses, causes, outcomes, tiers, triggers } from '../../../domain/words.ts';
import { useStaff } from '../../app/staff.ts';
import type { CaseQuery } from '../../parts/cases-link.tsx';
import { useOfferNames, usePlaybookNames } from '../../parts/work-names.ts';
import { useNames } from '../../words/domain.ts';
import { useCasesWords } from './words.ts';

const worded = ['category', 'product', 'region', 'targetGroup', 'playbook', 'measure', 'offer', 'team', 'agent', 'strict', 'stillThere'] as const; // prettier-ignore
const yesNo = ['reached', 'contacted', 'regained', 'lostAgain'] as const;

/** What the list is of; everything stands in the address. */
export function CaseFilters({ query }: { query: CaseQuery }) {
  const t = useCasesWords();
  const names = useNames();
  const { nameOf } = useStaff();
  const playbookName = usePlaybookNames();
  const offerName = useOfferNames();
  const navigate = useNavigate();
  const show = (change: { [Name in keyof CaseQuery]?: string | undefined }) => {
    const search = Object.fromEntries(
      Object.entries({ ...query, ...change }).filter(([, value]) => value !== undefined),
    );
    void navigate({ to: '/cases', search, replace: true } as object as never);
  };
  const set = query.set ?? 'opened';
  const none = { value: 'none', label: t('filter.none') };
  const choices = {
    status: caseStatuses.map((value) => ({ value, label: t(`status.${value}`) })),
    outcome: outcomes.map((value) => ({ value, label: names.outcomes[value] })),
    cause: [...causes.map((value) => ({ value, label: names.causes[value] })), none],
    tier: [...tiers.map((value) => ({ value, label: value })), none],
    trigger: triggers.map((value) => ({ value, label: names.triggers[value] })),
  };
  const shownValue = (name: (typeof worded)[number], value: string) => {
    if (name === 'agent') return nameOf(value);
    if (name === 'strict') return names.strictRegains[value as keyof typeof names.strictRegains];
    if (value === 'none') return t('filter.none');
    if (name === 'playbook') return playbookName(value);
    if (name === 'offer') return offerName(value);
    return value;
  };
  const pills = [
    ...worded.flatMap((name) => {
      const value = query[name];
      if (!value) return [];
      return [{ name, text: t(`filter.more.${name}`, { value: shownValue(name, value) }) }];
    }),
    ...yesNo.flatMap((name) => {
      const value = query[name];
      return value ? [{ name, text: t(`filter.more.${name}.${value}`) }] : [];
    }),
  ];
  return (
    <>
      <Group gap="sm" align="end">
        <Select
          label={t('filter.set')}
          allowDeselect={false}
          value={set}
          onChange={(value) => show({ set: value ?? undefined })}
          data={caseSets.map((value) => ({ value, label: t(`set.${value}`) }))}
          w={310}
        />
        {(['from', 'to'] as const).map((end) => (
          <TextInput
            key={end}
            type="date"
            label={end === 'from' ? t('from', { what: t(`period.${set}`) }) : t('to')}
            value={query[end]?.slice(0, 10) ?? ''}
            onChange={({ currentTarget: { value } }) => show({ [end]: value || undefined })}
          />
        ))}
        {(Object.keys(choices) as (keyof typeof choices)[]).map((name) => (
          <Select
            key={name}
            label={t(`filter.${name}`)}
            placeholder={t('filter.any')}
            clearable
            searchable={name === 'cause'}
            value={query[name] ?? null}
            onChange={(value) => show({ [name]: value ?? undefined })}
            data={choices[name]}
            w={name === 'cause' ? 230 : 160}
          />
        ))}
      </Group>
      {pills.length > 0 && (
        <Pill.Group>
          {pills.map(({ name, text }) => (
            <Pill
              key={name}
              size="md"
              withRemoveButton
              onRemove={() => show({ [name]: undefined })}
              removeButtonProps={{ 'aria-label': t('filter.remove', { name: text }), tabIndex: 0, 'aria-hidden': false }} // prettier-ignore
            >
              {text}
            </Pill>
          ))}
        </Pill.Group>
      )}
    </>
  );
}

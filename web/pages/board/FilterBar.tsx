import { Button, Group, Select, Switch } from '@mantine/core';
import { paces } from '../../../domain/board.ts';
import { causes, tiers, triggers } from '../../../domain/words.ts';
import { useStaff } from '../../app/staff.ts';
import { useNames } from '../../words/domain.ts';
import type { Filter } from './board.ts';
import { useBoardWords } from './words.ts';

type Props = { filter: Filter; approvals: number; onShow: (filter: Filter) => void };

export function FilterBar({ filter, approvals, onShow }: Props) {
  const t = useBoardWords();
  const names = useNames();
  const { everybody } = useStaff();
  const change = (name: keyof Filter, value: string | null) => {
    const { [name]: _, ...others } = filter;
    onShow(value === null ? others : { ...others, [name]: value });
  };
  const choices: [
    keyof Filter & ('pace' | 'assignee' | 'trigger' | 'tier' | 'cause'),
    [string, string][],
  ][] = [
    ['pace', paces.map((one) => [one, t(`pace.${one}`)])],
    [
      'assignee',
      [
        ['me', t('filter.me')],
        ['none', t('filter.none')],
        ...everybody.map(({ keyId, name }): [string, string] => [keyId, name]),
      ],
    ],
    ['trigger', triggers.map((one) => [one, names.triggers[one]])],
    ['tier', tiers.map((one) => [one, one])],
    ['cause', causes.map((one) => [one, names.causes[one]])],
  ];
  return (
    <Group gap="xs" role="group" aria-label={t('filters')}>
      {choices.map(([name, values]) => (
        <Select
          key={name}
          aria-label={t(`filter.${name}`)}
          placeholder={t(`filter.${name}`)}
          clearable
          searchable={name === 'assignee' || name === 'cause'}
          size="sm"
          w={{ base: '47%', sm: name === 'cause' ? 220 : 160 }}
          value={filter[name] ?? null}
          onChange={(value) => change(name, value)}
          data={values.map(([value, label]) => ({ value, label }))}
        />
      ))}
      <Switch
        label={t('filter.approval', { count: approvals })}
        checked={filter.approval === 'true'}
        onChange={({ currentTarget: { checked } }) => change('approval', checked ? 'true' : null)}
      />
      {Object.keys(filter).length > 0 && (
        <Button size="xs" variant="subtle" color="gray" onClick={() => onShow({})}>
          {t('filter.clear')}
        </Button>
      )}
    </Group>
  );
}

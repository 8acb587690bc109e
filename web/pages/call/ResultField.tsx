import {
  Button,
  Group,
  Input,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../../domain/causes.ts';
import { causes } from '../../../domain/words.ts';
import { api } from '../../api/client.ts';
import { useNames } from '../../words/domain.ts';
import { localTime, textIn, type fieldsOf } from './draft.ts';
import { useCallWords } from './words.ts';

type Props = {
  field: ReturnType<typeof fieldsOf>[number];
  values: Record<string, unknown>;
  /** causes that are likely, the likeliest first */
  likely: string[];
  error: string | undefined;
  onChange: (value: unknown) => void;
};

/** One field of a result, by its kind in `domain/tasks.ts`. */
export function ResultField({ field, values, likely, error, onChange }: Props) {
  const t = useCallWords();
  const names = useNames();
  const { i18n } = useTranslation();
  const tree = api.useQuery(
    'get',
    '/api/v1/causes',
    { params: { query: { limit: 200 } } },
    { staleTime: 300_000, meta: { still: true } },
  );
  const { name, kind, required } = field;
  const value = values[name];
  const common = { label: t(`result.${name}` as 'result.cause'), required, error, name };
  const categories = (tree.data?.items ?? []).filter(
    (node) => node.kind === 'category' && node.retiredAt === null,
  );
  const option = (node: (typeof categories)[number]) => ({
    value: node.code,
    label: node.name[i18n.language as Language],
  });
  switch (kind) {
    case 'time':
      return (
        <Stack gap={6}>
          <TextInput
            {...common}
            type="datetime-local"
            value={textIn(value)}
            onChange={({ currentTarget }) => onChange(currentTarget.value)}
          />
          <Group gap={6}>
            {quickTimes(name).map(([word, at]) => (
              <Button
                key={word}
                size="compact-xs"
                variant="default"
                onClick={() => onChange(localTime(at))}
              >
                {t(`result.${word}`)}
              </Button>
            ))}
          </Group>
        </Stack>
      );
    case 'score':
      return (
        <NumberInput
          {...common}
          min={0}
          max={10}
          allowDecimal={false}
          clampBehavior="strict"
          value={(value as number | undefined) ?? ''}
          onChange={onChange}
        />
      );
    case 'category': {
      const fitting = categories.filter(({ parent }) => parent === values['cause']);
      return fitting.length === 0 ? null : (
        <Select
          {...common}
          clearable
          value={(value as string) ?? null}
          onChange={onChange}
          data={fitting.map(option)}
        />
      );
    }
    case 'cause-codes':
      return (
        <MultiSelect
          {...common}
          searchable
          clearable
          value={(value as string[]) ?? []}
          onChange={onChange}
          data={[
            ...causes.map((code) => ({ value: code, label: names.causes[code] })),
            ...categories.map(option),
          ].filter(({ value: code }) => code !== values['cause'])}
        />
      );
    case 'text':
      return (
        <TextInput
          {...common}
          value={textIn(value)}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
    default:
      return name === 'cause' || name === 'finding' ? (
        <Stack gap={6}>
          <Select
            {...common}
            searchable
            openOnFocus={false}
            selectFirstOptionOnChange
            // Otherwise the list forgets a moment after it has opened what was marked meanwhile.
            selectFirstOptionOnDropdownOpen
            value={(value as string) ?? null}
            onChange={onChange}
            data={causes.map((code) => ({ value: code, label: names.causes[code] }))}
          />
          {likely.length > 0 && (
            <Group gap={6}>
              <Text size="xs" c="dimmed">
                {t('result.suggestions')}
              </Text>
              {likely.map((code) => (
                <Button
                  key={code}
                  size="compact-xs"
                  variant="default"
                  onClick={() => onChange(code)}
                >
                  {names.causes[code as 'unknown']}
                </Button>
              ))}
            </Group>
          )}
        </Stack>
      ) : (
        <Input.Wrapper label={common.label} error={error}>
          <SegmentedControl
            fullWidth
            aria-label={common.label}
            value={(value as string) ?? ''}
            onChange={onChange}
            data={field.values!.map((one) => ({
              value: one,
              label:
                name === 'sureness'
                  ? names.surenesses[one as 'low']
                  : t(`result.${one as 'gone' | 'still-there'}`),
            }))}
          />
        </Input.Wrapper>
      );
  }
}

function quickTimes(name: string) {
  const inDays = (days: number) => {
    const at = new Date();
    at.setDate(at.getDate() + days);
    at.setHours(10, 0, 0, 0);
    return at;
  };
  return name === 'callbackAt'
    ? ([
        ['hours', new Date(Date.now() + 2 * 3_600_000)],
        ['tomorrow', inDays(1)],
        ['nextWeek', inDays(7)],
      ] as const)
    : ([
        ['nextMonth', inDays(30)],
        ['nextQuarter', inDays(90)],
      ] as const);
}

import { Text } from '@mantine/core';
import type { PreventionStatus } from '../../../domain/prevention.ts';
import { useStaff } from '../../app/staff.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { FullAction } from './topics.ts';
import { useCausesWords } from './words.ts';

const fields = [
  'title',
  'description',
  'owner',
  'dueAt',
  'expectedFewerPercent',
  'status',
] as const;

/** Who changed what of an action. */
export function History({ of: changes }: { of: FullAction['changes'] }) {
  const t = useCausesWords();
  const names = useNames();
  const { moment, day, percent } = useFormats();
  const { nameOf } = useStaff();
  const shown = (field: (typeof fields)[number], value: string | number) => {
    if (field === 'owner') return nameOf(String(value));
    if (field === 'dueAt') return day(String(value));
    if (field === 'expectedFewerPercent') return percent(Number(value) / 100);
    if (field === 'status') return names.preventionStatuses[value as PreventionStatus];
    return String(value);
  };
  return (
    <details>
      <Text component="summary" size="sm" fw={600} w="fit-content" className="history">
        {t('action.history')}
      </Text>
      <ol>
        {changes.map(({ revision, at, by, changes }) => {
          const of = changes as Record<string, readonly (string | number | null)[]>;
          return (
            <li key={revision}>
              <Text size="sm">
                {moment(at)}, {by ? nameOf(by) : t('action.engine')}:{' '}
                {fields
                  .filter((field) => of[field] !== undefined)
                  .map((field) => {
                    const to = of[field]?.[1] ?? null;
                    return t('action.change', {
                      field: t(`action.field.${field}`),
                      to: to === null ? '–' : shown(field, to),
                    });
                  })
                  .join('; ')}
              </Text>
            </li>
          );
        })}
      </ol>
    </details>
  );
}

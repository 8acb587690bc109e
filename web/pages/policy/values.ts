import { useTranslation } from 'react-i18next';
import { durationPattern } from '../../../domain/duration.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { usePolicyWords } from './words.ts';

/** What is an amount of money in minor units, by its path. */
const isMoney = (path: string) =>
  /^(identification\.tierFrom\.|identification\.effort\..*\.cost$|offers\.(approveAbove|monthlyBudget)$|costs\.(hour$|contact\.)|prevention\.threshold\.lostRevenue$)/.test(
    path,
  );

const units = { s: 'second', m: 'minute', h: 'hour', d: 'day' } as const;

/** Says values of a policy in its currency as people read them; what has parts, in one line. */
export function useValues(): (currency: string) => (path: string, value: unknown) => string {
  const t = usePolicyWords();
  const names = useNames();
  const formats = useFormats();
  const { i18n } = useTranslation('policy');
  const known: Record<string, string> = {
    ...names.triggers,
    ...names.causes,
    ...names.decisions,
    ...names.channels,
    ...names.measureKinds,
    ...names.detectionRules,
    ...names.taskTypes,
    ...names.earlySigns,
    // Where a channel or kind of measure has the same name as a kind of task, the short one.
    letter: names.measureKinds.letter,
    visit: names.measureKinds.visit,
    remedy: names.measureKinds.remedy,
  };
  const said = (group: 'part' | 'value', name: string) =>
    i18n.exists(`policy:${group}.${name}`) ? t(`${group}.${name}` as 'part.of') : undefined;
  const days = [1, 2, 3, 4, 5, 6, 7].map((day) =>
    new Intl.DateTimeFormat(formats.locale, { weekday: 'short', timeZone: 'UTC' }).format(
      // The first of January 2024 was a Monday.
      Date.UTC(2024, 0, day),
    ),
  );

  const valueOf = (currency: string, path: string, value: unknown): string => {
    if (value === null) return t('none');
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
    if (typeof value === 'number') {
      return isMoney(path)
        ? formats.money({ amount: value, currency })
        : Number.isInteger(value)
          ? formats.number(value)
          : formats.exact(value);
    }
    if (typeof value === 'string') {
      const [, amount, unit] = durationPattern.exec(value) ?? [];
      if (!amount) return said('value', value) ?? known[value] ?? value;
      return new Intl.NumberFormat(formats.locale, {
        style: 'unit',
        unit: units[unit as keyof typeof units],
        unitDisplay: 'long',
      }).format(Number(amount));
    }
    if (path.endsWith('workDays'))
      return (value as number[]).map((day) => days[day - 1]).join(', ');
    if (Array.isArray(value)) {
      const all = value.map((one) => valueOf(currency, path, one));
      return all.length === 0 ? t('none') : all.join(typeof value[0] === 'object' ? '; ' : ', ');
    }
    return Object.entries(value as object)
      .map(([name, part]) => {
        const inside = valueOf(currency, `${path}.${name}`, part);
        const label = known[name] ?? said('part', name) ?? name;
        return typeof part === 'object' && part !== null
          ? `${label} (${inside})`
          : `${label} ${inside}`;
      })
      .join(', ');
  };
  return (currency) => (path, value) => valueOf(currency, path, value);
}

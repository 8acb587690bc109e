import { useMemo } from 'react';
import { useFormats } from '../../words/format.ts';

/** Short names from Monday to Sunday. */
export function useWeekdays(): string[] {
  const { locale } = useFormats();
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
    // 1 January 2024 was a Monday.
    return [1, 2, 3, 4, 5, 6, 7].map((day) => format.format(Date.UTC(2024, 0, day)));
  }, [locale]);
}

import { Link } from '@tanstack/react-router';
import { useStart } from '../app/start.ts';
import { useAppWords } from '../app/words.ts';

/** As long as nothing is known of anybody: where to begin. */
export function NoCustomersYet() {
  const t = useAppWords();
  const { data } = useStart();
  if (data?.customers !== 0) return null;
  return (
    <>
      {' '}
      {t('noCustomers.text')} <Link to="/start">{t('noCustomers.start')}</Link>
    </>
  );
}

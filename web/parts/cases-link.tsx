import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { paths } from '../api/schema.d.ts';
import { usePartWords } from './words.ts';

/** Which cases are meant, as `GET /reports/cases` has it; null: of which it is not known. */
export type CaseQuery = Omit<
  NonNullable<paths['/api/v1/reports/cases']['get']['parameters']['query']>,
  'limit' | 'cursor'
>;

/** Leads from a figure to its cases. */
export function CasesLink({
  of,
  name,
  children,
}: {
  of: CaseQuery;
  name: string;
  children?: string;
}) {
  // prettier-ignore
  const t = usePartWords();
  const search = Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined));
  return (
    <Anchor
      component={Link}
      {...({ to: '/cases', search } as object)}
      size="sm"
      inherit={children !== undefined}
      aria-label={
        children === undefined ? t('casesOf', { name }) : `${children}, ${t('casesOf', { name })}`
      }
    >
      {children ?? t('cases')}
    </Anchor>
  );
}

import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';

/** What a page is called, on it and in the browser's tab. */
export function PageTitle({ children, size = 'h2' }: { children: string; size?: 'h2' | 'h3' }) {
  useDocumentTitle(`${children} · winback`);
  return (
    <Title order={1} size={size} className="page-title">
      {children}
    </Title>
  );
}

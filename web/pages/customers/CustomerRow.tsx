import { Box, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

type Props = {
  customer: { customerId: string; name: string | null };
  /** beside the number under the name */
  more?: string | null;
  className?: string;
  children: ReactNode;
};

/** What stands in which column, for who sees them. */
export function Heads({
  names,
  className = '',
}: {
  names: [string, 'end'?][];
  className?: string;
}) {
  return (
    <div className={`customer-row customer-heads ${className}`} aria-hidden>
      {names.map(([name, place]) => (
        <span key={name} className={place}>
          {name}
        </span>
      ))}
    </div>
  );
}

/** A person in a list, by name and number, and what is said of them there. */
export function CustomerRow({
  customer: { customerId, name },
  more,
  className = '',
  children,
}: Props) {
  return (
    <div className={`row customer-row ${className}`}>
      <Box miw={0}>
        <Link to="/customers/$customerId" params={{ customerId }} className="row-link">
          <Text fw={600} truncate span display="block">
            {name ?? customerId}
          </Text>
        </Link>
        <Text size="sm" c="dimmed" truncate>
          {[name && customerId, more].filter(Boolean).join(' · ')}
        </Text>
      </Box>
      {children}
    </div>
  );
}

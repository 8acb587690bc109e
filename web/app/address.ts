import { useParams, useSearch } from '@tanstack/react-router';

/** What stands behind the question mark: filters and what is selected, as they are. */
export function useFilters(): Record<string, string | undefined> {
  return useSearch({ strict: false });
}

/** Only paths of ours: an address from elsewhere must not lead anywhere else. */
export function within(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : '/';
}

/** The part of the path that a page names: `$caseId`. */
export function usePathPart(name: string): string {
  const parts: Record<string, string | undefined> = useParams({ strict: false });
  return parts[name] ?? '';
}

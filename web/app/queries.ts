import { QueryClient } from '@tanstack/react-query';
import { problemOf } from '../api/client.ts';

/** What the API refuses is refused again; only what never arrived is worth another try. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < 3 && ['no-answer', 'unavailable'].includes(problemOf(error).code),
      staleTime: 5_000,
    },
  },
});

import { useQueryClient } from '@tanstack/react-query';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';

/** What follows a write: what is shown is read again at once. */
export function useAct() {
  const queries = useQueryClient();
  const app = useAppWords();
  return {
    done(message?: string) {
      void queries.invalidateQueries();
      if (message !== undefined) tell(message);
    },
    failed: (error: unknown) => tellProblem(error, app('problem.no-answer')),
  };
}

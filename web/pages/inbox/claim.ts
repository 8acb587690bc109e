import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { api, http, problemOf } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { useUser } from '../../app/session.ts';
import { useStaff } from '../../app/staff.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import type { Task } from './tasks.ts';
import { useInboxWords } from './words.ts';

type Pages = InfiniteData<{ items: Task[] }>;

/** Takes a task, which the lists show at once; somebody who is quicker wins, and the other is told who. */
export function useClaim(): (task: Task) => void {
  const t = useInboxWords();
  const app = useAppWords();
  const { userId } = useUser();
  const { nameOf } = useStaff();
  const queries = useQueryClient();
  const lists = { queryKey: ['tasks'] };
  const show = (taskId: string, assignee: string | null) =>
    queries.setQueriesData<Pages>(lists, (known) => known && assigned(known, taskId, assignee));
  const ask = api.useMutation('post', '/api/v1/tasks/{taskId}/claim', {
    onMutate: async ({ params: { path } }) => {
      // What is being read would show the task as it was.
      await queries.cancelQueries(lists);
      const before = queries
        .getQueriesData<Pages>(lists)
        .flatMap(([, known]) => known?.pages.flatMap(({ items }) => items) ?? [])
        .find(({ taskId }) => taskId === path.taskId);
      show(path.taskId, userId);
      return before?.assignee ?? null;
    },
    onSuccess: () => tell(t('act.claimed')),
    onError: async (error, { params: { path } }, before) => {
      show(path.taskId, before ?? null);
      if (problemOf(error).code !== 'conflict') return tellProblem(error, app('problem.no-answer'));
      const { data } = await http.GET('/api/v1/tasks/{taskId}', { params: { path } });
      tell(t('act.taken', { name: data?.assignee ? nameOf(data.assignee) : '?' }));
    },
    onSettled: () => queries.invalidateQueries(lists),
  });
  return ({ taskId }) => ask.mutate({ params: { path: { taskId }, header: idempotencyKey() } });
}

function assigned(known: Pages, taskId: string, assignee: string | null): Pages {
  const pages = known.pages.map((page) => ({
    ...page,
    items: page.items.map((task) => (task.taskId === taskId ? { ...task, assignee } : task)),
  }));
  return { ...known, pages };
}

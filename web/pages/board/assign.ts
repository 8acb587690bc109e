import { useQueryClient } from '@tanstack/react-query';
import { http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { approvalTypes } from '../../../domain/board.ts';
import type { Card } from './board.ts';
import { useBoardWords } from './words.ts';

/** The tasks that go along when a case is given to somebody: all but a manager's decisions. */
export function givenTasks({ tasks }: Card): string[] {
  const decisions: readonly string[] = approvalTypes;
  return tasks.flatMap(({ taskId, type }) => (decisions.includes(type) ? [] : [taskId]));
}

/** Gives the open tasks of a case to somebody, or back to the team. */
export function useAssign() {
  const t = useBoardWords();
  const app = useAppWords();
  const queries = useQueryClient();
  return async (card: Card, to: { keyId: string | null; name: string }) => {
    const taskIds = givenTasks(card);
    if (taskIds.length === 0) return tellProblem(undefined, t('card.noTask'));
    const { data, error } = await http.POST('/api/v1/tasks/reassign', {
      params: { header: idempotencyKey() },
      body: { taskIds, to: to.keyId, reason: 'board' },
    });
    if (!data) return tellProblem(error, app('problem.no-answer'));
    const name = card.customerName ?? card.customerId;
    const absent = data.absent.length > 0 ? ` ${t('card.absent', { to: to.name })}` : '';
    tell(`${t('card.given', { name, to: to.name })}${absent}`);
    await queries.invalidateQueries();
  };
}

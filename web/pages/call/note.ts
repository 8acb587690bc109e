import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { idempotencyKey, useKeys } from '../../api/keys.ts';
import { tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';

/** Adds what is written to the notes of a case: once, however often it is clicked or has to be sent. */
export function useAddNote(
  caseId: string,
  text: string,
  setText: (change: (text: string) => string) => void,
) {
  const app = useAppWords();
  const queries = useQueryClient();
  const keys = useKeys();
  const { mutate, isPending } = api.useMutation('post', '/api/v1/cases/{caseId}/notes', {
    onSuccess: (_, { body }) => {
      keys.done();
      setText((now) => (now === body.text ? '' : now));
      void queries.invalidateQueries();
    },
    onError: (error) => tellProblem(error, app('problem.no-answer')),
  });
  const send = () =>
    mutate({ params: { path: { caseId }, header: keys.of(text) }, body: { text } });
  return { send, isPending };
}

export function useAttach(caseId: string, onAdded?: () => void) {
  const app = useAppWords();
  const queries = useQueryClient();
  const { mutate, isPending } = api.useMutation('post', '/api/v1/cases/{caseId}/attachments', {
    onSuccess: () => {
      onAdded?.();
      void queries.invalidateQueries();
    },
    onError: (error) => tellProblem(error, app('problem.no-answer')),
  });
  const send = (file: File | null) => {
    if (!file) return;
    mutate({
      params: { path: { caseId }, query: { name: file.name }, header: idempotencyKey() },
      headers: { 'Content-Type': 'application/octet-stream' },
      body: file as unknown as string,
      bodySerializer: (body: unknown) => body as File,
    });
  };
  return { send, isPending };
}

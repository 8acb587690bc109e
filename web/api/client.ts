import i18next from 'i18next';
import createFetchClient from 'openapi-fetch';
import createClient from 'openapi-react-query';
import type { Refusal } from '../../domain/errors.ts';
import type { paths } from './schema.d.ts';

/** An error as the API tells it (RFC 9457). */
export type Problem = {
  code: string;
  status: number;
  title: string;
  detail: string;
  errors?: { field: string; rule: string }[];
  /** what stands against it, where the API can name it */
  why?: Refusal;
};

export const signedOut = new EventTarget();

/** What is read here: what the API has as a table or a page, too, is JSON unless asked for otherwise. */
type Media = 'application/json' | 'application/problem+json';

const noAnswer: Problem = { code: 'no-answer', status: 0, title: '', detail: '' };

/** Plain calls; whoever has been signed out elsewhere is told by `signedOut`. */
export const http = createFetchClient<paths, Media>({ baseUrl: location.origin });
http.use({
  /** In which language the API tells broken rules. */
  onRequest({ request }) {
    request.headers.set('accept-language', i18next.language);
  },
  /** What never arrived is a problem like any other, so that nobody has to catch it. */
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    return Response.json(noAnswer, { status: 503 });
  },
  onResponse({ response, request }) {
    if (response.status === 401 && !request.url.endsWith('/api/v1/session')) {
      signedOut.dispatchEvent(new Event('signed-out'));
    }
  },
});

/** The same as queries and mutations. */
export const api = createClient(http);

/** What went wrong, whether the API said it or never answered. */
export function problemOf(error: unknown): Problem {
  if (typeof error === 'object' && error !== null && 'code' in error && 'detail' in error) {
    return error as Problem;
  }
  return noAnswer;
}

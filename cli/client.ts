import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import type { caseSchema, timelineSchema } from '../api/schemas/case.ts';
import type { customerSchema } from '../api/schemas/customer.ts';
import type { taskSchema } from '../api/schemas/task.ts';

export type Case = z.output<typeof caseSchema>;
export type Customer = z.output<typeof customerSchema>;
export type Task = z.output<typeof taskSchema>;
export type TimelineEntry = z.output<typeof timelineSchema>;

type Page<Item> = { items: Item[]; nextCursor: string | null };

const patienceMs = 30_000;

/** What the API refused, in its own words. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(request: string, status: number, problem: { code?: string; detail?: string }) {
    super(`${request} was answered with ${status}: ${problem.detail ?? 'no reason given'}`);
    this.status = status;
    this.code = problem.code ?? '';
  }
}

export type Client = ReturnType<typeof createClient>;

/**
 * The public API, called with one key. Every POST carries an Idempotency-Key.
 * @param options.url where winback runs, like http://127.0.0.1:3000
 * @param options.signal ends calls under way
 */
export function createClient(options: { url: string; key: string; signal: AbortSignal }) {
  async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const request = `${method} ${path}`;
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(patienceMs)]);
    const answer = await fetch(`${options.url}/api/v1${path}`, {
      method,
      signal,
      headers: {
        authorization: `Bearer ${options.key}`,
        ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: Error) => {
      options.signal.throwIfAborted();
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      throw new Error(`${request}: no answer from ${options.url} (${reason})`, { cause: error });
    });
    const text = await answer.text();
    if (!answer.ok) throw new ApiProblem(request, answer.status, problemIn(text));
    return JSON.parse(text) as Body;
  }

  return {
    get<Body>(path: string): Promise<Body> {
      return call('GET', path);
    },

    post<Body>(path: string, body?: unknown): Promise<Body> {
      return call('POST', path, body);
    },

    /** Every item of a list, one page after the other as far as somebody reads on. */
    async *each<Item>(path: string, query: Record<string, string> = {}): AsyncGenerator<Item> {
      let cursor: string | null = null;
      do {
        const parameters = new URLSearchParams(query);
        if (cursor !== null) parameters.set('cursor', cursor);
        const page: Page<Item> = await call('GET', `${path}?${parameters.toString()}`);
        yield* page.items;
        cursor = page.nextCursor;
      } while (cursor !== null);
    },
  };
}

function problemIn(text: string): { code?: string; detail?: string } {
  try {
    return JSON.parse(text) as { code?: string; detail?: string };
  } catch {
    return { detail: text.slice(0, 200) };
  }
}

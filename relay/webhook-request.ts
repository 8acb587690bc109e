import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { WebhookTargets } from '../config/webhook-targets.ts';

export type WebhookRequest = {
  url: string;
  headers: Record<string, string>;
  body: string;
  targets: WebhookTargets;
  /** for looking up, connecting, sending and the answer together */
  timeoutMs: number;
  /** gives up at once */
  signal: AbortSignal;
};

export type WebhookAnswer = {
  status: number;
  /** `Retry-After` from now on, 0 without it */
  retryAfterMs: number;
  /** how the body of a failure begins */
  body: string | null;
};

const bodyShown = 200;

/**
 * One POST, on a connection of its own to an address that `targets` has let pass: looking the name up again between
 * the check and the call is not possible. Redirects are not followed.
 * @throws Error with words for an admin when there is no answer
 */
export async function postWebhook(request: WebhookRequest): Promise<WebhookAnswer> {
  const { url, targets, timeoutMs, signal } = request;
  targets.check(url);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await post(request, AbortSignal.any([signal, timeout]));
  } catch (error) {
    if (timeout.aborted) throw new Error(`no answer within ${timeoutMs / 1_000} s`);
    throw error;
  }
}

function post(
  { url, headers, body, targets }: WebhookRequest,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WebhookAnswer>();
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const sent = send(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    agent: false,
    lookup: targets.lookup,
    signal,
  });
  sent.once('error', reject);
  sent.once('response', (response) => {
    read(response)
      .then(resolve, reject)
      .finally(() => sent.destroy());
  });
  sent.end(body);
  return promise;
}

async function read(response: IncomingMessage): Promise<WebhookAnswer> {
  const status = response.statusCode ?? 0;
  const retryAfterMs = retryAfterOf(response.headers['retry-after']);
  // Whoever has answered 2xx has taken it, whatever becomes of the rest.
  if (status >= 200 && status < 300) return { status, retryAfterMs, body: null };
  let body = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      body += chunk as string;
      if (body.length >= bodyShown) break;
    }
  } catch {
    // The status is what counts.
  }
  const printable = body
    .slice(0, bodyShown)
    .replaceAll(/\p{C}+/gu, ' ')
    .trim();
  return { status, retryAfterMs, body: printable === '' ? null : printable };
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3). */
function retryAfterOf(header: string | undefined): number {
  if (header === undefined) return 0;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

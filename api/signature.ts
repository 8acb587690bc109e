import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HttpProblem } from './errors.ts';

/*
 * Standard Webhooks (https://www.standardwebhooks.com, version 1 of its specification): HMAC-SHA256 over
 * `<webhook-id>.<webhook-timestamp>.<raw body>`. Written here because the reference package computes it in JavaScript,
 * 35 times as long as Node's own (docs/decisions/0005-signed-events.md); the tests hold it against that package.
 */

const toleranceSeconds = 300;

export type Signature = { id: string; timestamp: string; candidates: Buffer[] };

export function isSigned(headers: IncomingHttpHeaders): boolean {
  return headers['webhook-signature'] !== undefined;
}

/**
 * Reads the three headers and checks the time, before anything of the body is read.
 * @param now ISO 8601 UTC
 * @throws HttpProblem `unauthenticated` that names the header and the rule it breaks
 */
export function signatureIn(headers: IncomingHttpHeaders, now: string): Signature {
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  const candidates = header(headers, 'webhook-signature')
    .split(' ')
    .flatMap((one) => /^v1,([A-Za-z0-9+/]{43}=)$/.exec(one)?.[1] ?? [])
    .map((encoded) => Buffer.from(encoded, 'base64'));
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw refused('webhook-timestamp', 'must be whole seconds since 1970');
  }
  if (Math.abs(Date.parse(now) / 1_000 - Number(timestamp)) > toleranceSeconds) {
    throw refused('webhook-timestamp', 'must be at most 5 minutes from our clock');
  }
  return { id, timestamp, candidates };
}

/** The first of `secrets` (`whsec_…`) that made one of the signatures; every comparison takes the same time. */
export function signerOf<S extends { secret: string }>(
  secrets: readonly S[],
  { id, timestamp, candidates }: Signature,
  body: Buffer,
): S | undefined {
  return secrets.find(({ secret }) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const own = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    return candidates.some((candidate) => timingSafeEqual(candidate, own));
  });
}

/** The same words whichever secret, signature or body was wrong. */
export function unmatched(): HttpProblem {
  return refused('webhook-signature', 'matches none of the valid secrets');
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw refused(name, 'is required');
}

function refused(field: string, rule: string): HttpProblem {
  return new HttpProblem('unauthenticated', `The signature is refused: ${field} ${rule}.`, [
    { field, rule },
  ]);
}

import type { Request } from 'express';
import { HttpProblem } from './errors.ts';

const reading = ['GET', 'HEAD', 'OPTIONS'];

/**
 * A cookie comes with whatever site asks for a request: those that change something must come from our own pages, as
 * the browser says. @param proven whether that must be certain; else a request that says nothing of it will do
 * @throws HttpProblem `cross-site`
 */
export function mustBeOwnSite(
  req: Request,
  { publicUrl, proven }: { publicUrl: string; proven: boolean },
): void {
  if (reading.includes(req.method)) return;
  const { 'sec-fetch-site': site, origin, host } = req.headers;
  if (site !== undefined) {
    if (site === 'same-origin' || site === 'none') return;
  } else if (origin !== undefined) {
    if (origin === new URL(publicUrl).origin || hostOf(origin) === host) return;
  } else if (!proven) return;
  throw new HttpProblem('cross-site', 'Who is signed in acts from the pages of winback alone.');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

import type { IncomingHttpHeaders } from 'node:http';
import { durationMs } from '../domain/duration.ts';
import { sessionRules } from '../domain/users.ts';

/* Cookies: those of TLS are for this host alone, and no subdomain can set them. */

const nameOf = (publicUrl: string, name: string) =>
  publicUrl.startsWith('https:') ? `__Host-${name}` : name;

/** @param seconds how long it lasts; 0 takes it back */
export function cookie(
  { publicUrl, name }: { publicUrl: string; name: string },
  value: string,
  seconds: number,
): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${nameOf(publicUrl, name)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}

/** The value of a cookie that came with a request. */
export function cookieIn(
  headers: IncomingHttpHeaders,
  { publicUrl, name }: { publicUrl: string; name: string },
): string | undefined {
  const wanted = `${nameOf(publicUrl, name)}=`;
  const all = (headers.cookie ?? '').split(';').map((one) => one.trim());
  return all.find((one) => one.startsWith(wanted))?.slice(wanted.length) || undefined;
}

const name = 'winback_session';

/** What gives a browser the token of its session. */
export function sessionCookie(publicUrl: string, token: string): string {
  return cookie({ publicUrl, name }, token, durationMs(sessionRules.lasts) / 1_000);
}

export function endedSessionCookie(publicUrl: string): string {
  return cookie({ publicUrl, name }, '', 0);
}

export function sessionTokenIn(
  headers: IncomingHttpHeaders,
  publicUrl: string,
): string | undefined {
  return cookieIn(headers, { publicUrl, name });
}

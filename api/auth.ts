import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { keyBySecret, touchKey } from '../db/keys.ts';
import type { KeyRecord } from '../domain/records.ts';
import { HttpProblem } from './errors.ts';
import { localsOf } from './locals.ts';
import type { Access, Deps, Limits } from './route.ts';

const minuteMs = 60_000;
const tooMany = (detail: string) => (_req: Request, _res: Response, next: NextFunction) =>
  next(new HttpProblem('too-many-requests', detail));

const shared = {
  windowMs: minuteMs,
  standardHeaders: 'draft-8',
  legacyHeaders: false,
  // We believe no such header, so it is none of our business that a proxy sends one.
  validate: { xForwardedForHeader: false, forwardedHeader: false },
} as const;

/** Finds out whose key a request carries. Failures are counted for each address, and answered with 429 at last. */
export function authenticate({ db, clock, limits }: Deps): RequestHandler {
  const countFailure = rateLimit({
    ...shared,
    limit: limits.failedAuthenticationsPerMinute,
    handler: tooMany('Too many requests without a valid key. Wait a minute.'),
  });
  return async (req, res, next) => {
    const secret = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    const key = secret === undefined ? undefined : await keyBySecret(db, secret);
    if (!key) {
      res.set('WWW-Authenticate', 'Bearer');
      return void (await countFailure(req, res, (error: unknown) =>
        next(error ?? new HttpProblem('unauthenticated', 'Send Authorization: Bearer <key>.')),
      ));
    }
    await touchKey(db, key.keyId, clock());
    localsOf(res).key = key;
    next();
  };
}

/** Counts the requests of each key. */
export function limitRequests(limits: Limits): RequestHandler {
  return rateLimit({
    ...shared,
    limit: limits.requestsPerMinute,
    keyGenerator: (_req, res) => keyOf(res).keyId,
    handler: tooMany(`A key may send ${limits.requestsPerMinute} requests a minute.`),
  });
}

export function allow(roles: Access): RequestHandler {
  return (_req, res, next) => {
    const { role } = keyOf(res);
    if (roles === 'anyone' || roles.includes(role)) return next();
    next(new HttpProblem('forbidden', `The role ${role} may not do this.`));
  };
}

export function keyOf(res: Response): KeyRecord {
  const { key } = localsOf(res);
  if (!key) throw new Error('no key: authenticate comes first');
  return key;
}

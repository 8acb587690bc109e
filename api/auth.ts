import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { keyBySecret, touchKey } from '../db/keys.ts';
import { sessionByToken } from '../db/sessions.ts';
import { touchSigningSecret, validSigningSecrets } from '../db/signing-secrets.ts';
import { HttpProblem, loggable } from './errors.ts';
import { localsOf, type Caller } from './locals.ts';
import { mustBeOwnSite } from './own-site.ts';
import type { Access, Deps, Limits } from './route.ts';
import { sessionCookie, sessionTokenIn } from './session-cookie.ts';
import { isSigned, signatureIn, signerOf, unmatched, type Signature } from './signature.ts';

const minuteMs = 60_000;
const tooMany = (detail: string) => (_req: Request, _res: Response, next: NextFunction) =>
  next(new HttpProblem('too-many-requests', detail));

const shared = {
  windowMs: minuteMs,
  standardHeaders: 'draft-8',
  legacyHeaders: false,
  // Whether such a header is believed is the operator's business: `WINBACK_TRUST_PROXY`.
  validate: { xForwardedForHeader: false, forwardedHeader: false },
} as const;

type Authentication = {
  /** by the key in `Authorization`, or where there is none by the session of the cookie */
  byKey: RequestHandler;
  /** of a page that also who is not signed in may see: by the session, if there is one */
  bySessionIfAny: RequestHandler;
  /**
   * By key, or where a request carries no key but a signature, by that: it is checked over the raw body, which `read`
   * has put into `req.body`.
   */
  byKeyOrSignature(read: RequestHandler): RequestHandler;
};

/** Finds out whose request it is. Failures are counted for each address, and answered with 429 at last. */
export function authentication(deps: Deps): Authentication {
  const { db, clock, limits } = deps;
  const countFailure = rateLimit({
    ...shared,
    limit: limits.failedAuthenticationsPerMinute,
    handler: tooMany('Too many requests without a valid key or signature. Wait a minute.'),
  });
  const refuse = (req: Request, res: Response, next: NextFunction, problem: unknown) =>
    countFailure(req, res, (error: unknown) => next(error ?? problem));

  const { publicUrl } = deps.mail;
  const sessionToken = (req: Request) =>
    req.headers.authorization === undefined ? sessionTokenIn(req.headers, publicUrl) : undefined;

  /** Whether there is such a session. */
  const bySession = async (token: string, res: Response): Promise<boolean> => {
    const at = clock();
    const visit = await sessionByToken(db, { token, at });
    if (!visit) return false;
    const { session, role, newToken } = visit;
    await touchKey(db, session, at);
    Object.assign(localsOf(res), { key: { keyId: session.keyId, role }, session });
    if (newToken !== null) res.set('Set-Cookie', sessionCookie(publicUrl, newToken));
    return true;
  };

  const bySessionIfAny: RequestHandler = async (req, res, next) => {
    const token = sessionToken(req);
    mustBeOwnSite(req, { publicUrl, proven: token !== undefined });
    if (token !== undefined) await bySession(token, res);
    next();
  };

  const byKey: RequestHandler = async (req, res, next) => {
    const token = sessionToken(req);
    if (token !== undefined) {
      mustBeOwnSite(req, { publicUrl, proven: true });
      if (await bySession(token, res)) return next();
      throw new HttpProblem('unauthenticated', 'The session has ended: sign in again.');
    }
    const secret = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    const key = secret === undefined ? undefined : await keyBySecret(db, { secret, at: clock() });
    if (!key) {
      res.set('WWW-Authenticate', 'Bearer');
      const problem = new HttpProblem('unauthenticated', 'Send Authorization: Bearer <key>.');
      return void (await refuse(req, res, next, problem));
    }
    await touchKey(db, key, clock());
    localsOf(res).key = key;
    next();
  };

  const bySignature = async (read: RequestHandler, req: Request, res: Response) => {
    const signature = signatureIn(req.headers, clock());
    await new Promise<void>((resolve, reject) => {
      void read(req, res, (error?: unknown) =>
        error instanceof Error ? reject(error) : resolve(),
      );
    });
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    return signer(deps, signature, body);
  };

  const byKeyOrSignature = (read: RequestHandler): RequestHandler => {
    return async (req, res, next) => {
      if (req.headers.authorization !== undefined || !isSigned(req.headers)) {
        return byKey(req, res, next);
      }
      try {
        localsOf(res).key = await bySignature(read, req, res);
      } catch (error) {
        const isOurs = error instanceof HttpProblem && error.code === 'unauthenticated';
        return void (isOurs ? await refuse(req, res, next, error) : next(error));
      }
      next();
    };
  };
  return { byKey, bySessionIfAny, byKeyOrSignature };
}

/** @throws HttpProblem `unauthenticated` */
async function signer(
  { db, secrets, clock, logger, webhookSecrets }: Deps,
  signature: Signature,
  body: Buffer,
): Promise<Caller> {
  const kept = await validSigningSecrets(db, secrets.unseal, (secretId, error) =>
    logger.error({ secretId, error: loggable(error) }, 'a signing secret cannot be unsealed'),
  );
  const record = signerOf(kept, signature, body);
  if (record) {
    await touchSigningSecret(db, record, clock());
    return { keyId: record.secretId, role: 'sales-system' };
  }
  const set = webhookSecrets.map((secret) => ({ secret }));
  if (!signerOf(set, signature, body)) throw unmatched();
  return { keyId: 'webhook-secret', role: 'sales-system' };
}

/** Counts the requests of each key and each user. */
export function limitRequests(limits: Limits): RequestHandler {
  return rateLimit({
    ...shared,
    limit: limits.requestsPerMinute,
    keyGenerator: (_req, res) => keyOf(res).keyId,
    handler: tooMany(`A key or user may send ${limits.requestsPerMinute} requests a minute.`),
  });
}

/** Counts the requests of each address, of those who have no key, that come to nothing: others it never refuses. */
export function limitFailures({ anonymousFailuresPerMinute }: Limits): ErrorRequestHandler {
  const count = rateLimit({
    ...shared,
    limit: anonymousFailuresPerMinute,
    handler: tooMany('Too many requests that come to nothing. Wait a minute.'),
  });
  // Express knows an error handler by its four parameters.
  return (error: unknown, req, res, next) =>
    void count(req, res, (tooMany: unknown) => next(tooMany ?? error));
}

export function allow(roles: Access): RequestHandler {
  return (_req, res, next) => {
    const { role } = keyOf(res);
    if (roles === 'anyone' || roles.includes(role)) return next();
    next(new HttpProblem('forbidden', `The role ${role} may not do this.`));
  };
}

export function keyOf(res: Response): Caller {
  const { key } = localsOf(res);
  if (!key) throw new Error('no key: authenticate comes first');
  return key;
}

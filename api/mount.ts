import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import * as z from 'zod';
import { ipKeyGenerator } from 'express-rate-limit';
import { policyInForce } from '../db/policies.ts';
import { allow, authentication, keyOf, limitFailures, limitRequests } from './auth.ts';
import { HttpProblem } from './errors.ts';
import { idempotencyKeySchema, oneAtATime } from './idempotency.ts';
import { localsOf } from './locals.ts';
import type { Answer, Deps, Route, Visitor } from './route.ts';
import { rulesFor } from './rules-in-german.ts';
import { shortAgent } from './user-agent.ts';
import { parsed } from './validation.ts';

/** Gives every route of the table its place in Express, and every path an answer to methods that it has not. */
export function mount(app: Express, routes: readonly Route[], deps: Deps): void {
  const oneByOne = oneAtATime();
  const known = authentication(deps);
  const limited = limitRequests(deps.limits);
  const failuresLimited = limitFailures(deps.limits);
  for (const route of routes) {
    const who = route.signed ? known.byKeyOrSignature(reader(route)) : known.byKey;
    app[route.method](
      expressPath(route.path),
      named(route),
      ...(route.roles === 'anyone' ? [] : [who, limited, allow(route.roles)]),
      ...(route.forPages ? [known.bySessionIfAny] : []),
      ...(takesBody(route) ? readers(route) : []),
      handled(route, deps, oneByOne),
      ...(route.limited ? [failuresLimited] : []),
    );
  }
  for (const [path, methods] of methodsByPath(routes)) {
    app.all(expressPath(path), (req, res) => {
      res.set('Allow', methods.join(', '));
      if (req.method === 'OPTIONS') return void res.status(204).end();
      throw new HttpProblem('method-not-allowed', `This path takes ${methods.join(', ')}.`);
    });
  }
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const { path, method } of routes) {
    const added = method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()];
    paths.set(path, [...(paths.get(path) ?? []), ...added]);
  }
  return paths;
}

function takesBody({ method }: Route): boolean {
  return method === 'post' || method === 'put' || method === 'patch';
}

function named(route: Route): RequestHandler {
  return (_req, res, next) => {
    localsOf(res).route = route;
    res.set('Cache-Control', 'no-store');
    next();
  };
}

function readers(route: Route): RequestHandler[] {
  if (route.asBytes) return [reader(route)];
  const types = mediaTypes(route);
  const understood: RequestHandler = (req, _res, next) => {
    const hasBody =
      req.headers['transfer-encoding'] !== undefined ||
      Number(req.headers['content-length'] ?? 0) > 0;
    if (!hasBody || req.is(types)) return next();
    throw new HttpProblem('unsupported-media-type', `Send the body as ${types.join(' or ')}.`);
  };
  const shallow: RequestHandler = (req, _res, next) => {
    if (depthOf(req.body) > deepest) {
      throw new HttpProblem('invalid', `The body is nested deeper than ${deepest} levels.`);
    }
    next();
  };
  const unlessBytes =
    (handler: RequestHandler): RequestHandler =>
    (req, res, next) =>
      !req.is(types) && route.acceptsAnyType?.(req.headers) ? next() : handler(req, res, next);
  return [unlessBytes(understood), reader(route), ...[parseJson, shallow].map(unlessBytes)];
}

function mediaTypes({ accepts }: Route): string[] {
  return accepts ? Object.keys(accepts.types) : ['application/json'];
}

/** Reads the body as it is: a signature is checked over its bytes, before anybody believes them. */
function reader({ accepts }: Route): RequestHandler {
  return express.raw({ type: () => true, limit: accepts?.limit ?? '100kb' });
}

const parseJson: RequestHandler = (req, _res, next) => {
  if (!Buffer.isBuffer(req.body)) return next();
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(req.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-8|utf8|us-ascii)$/i.test(charset)) {
    throw new HttpProblem('unsupported-media-type', 'Send the body as JSON in UTF-8.');
  }
  if (req.body.length === 0) req.body = undefined;
  else req.body = parsedJson(req.body);
  next();
};

function parsedJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpProblem('malformed', 'The body is not JSON in UTF-8.');
  }
}

/** Nothing that we take is nested deeper; without a limit a small body could exhaust the stack. */
const deepest = 32;

/** Levels of objects and arrays, counted no further than to one more than is allowed. */
function depthOf(body: unknown): number {
  let level: unknown[] = [body];
  let depth = -1;
  while (level.length > 0 && depth <= deepest) {
    depth += 1;
    level = level
      .filter((value) => typeof value === 'object' && value !== null)
      .flatMap((value) => Object.values(value) as unknown[]);
  }
  return depth;
}

const nothing = z.strictObject({});
const postHeaders = z.object({ 'idempotency-key': idempotencyKeySchema.optional() });

function idempotencyKeyOf(req: Request): string | null {
  return parsed(postHeaders, req.headers, 'header')['idempotency-key'] ?? null;
}

function handled(
  route: Route,
  deps: Deps,
  oneByOne: ReturnType<typeof oneAtATime>,
): RequestHandler {
  const { params, query = nothing, body = nothing.optional(), bodyOf } = route;
  // A key is somebody's.
  const isPost = route.method === 'post' && route.roles !== 'anyone';
  return async (req, res) => {
    const idempotencyKey = isPost ? idempotencyKeyOf(req) : null;
    const call = {
      ...deps,
      policy: policyInForce(deps.db, deps.configured),
      params: params && parsed(params, req.params, 'path'),
      query: parsed(query, req.query, 'query'),
      body: takesBody(route) ? parsed(body, bodyOf ? bodyOf(req) : req.body, 'body') : undefined,
      idempotencyKey,
      prefers: (types: string[]) => req.accepts(types),
      toldRule: rulesFor(req),
      at: deps.clock(),
      visitor: visitorOf(req, res),
      get actor() {
        const { keyId, role } = keyOf(res);
        return { actorId: keyId, role };
      },
    };
    const work = () => route.handle(call);
    const answer =
      idempotencyKey === null
        ? await work()
        : await oneByOne(`${call.actor.actorId} ${idempotencyKey}`, work);
    if (answer.stream) await sendBitByBit(res, answer, deps.stopping);
    else send(res, answer);
  };
}

function visitorOf(req: Request, res: Response): Visitor {
  return {
    address: ipKeyGenerator(req.ip ?? ''),
    agent: shortAgent(req.headers['user-agent']),
    session: localsOf(res).session ?? null,
    headers: req.headers,
  };
}

function send(res: Response, { status, headers = {}, body, type }: Answer): void {
  res.status(status).set(headers);
  if (body === undefined) res.end();
  else if (type) res.type(type).send(body);
  else res.json(body);
}

async function sendBitByBit(
  res: Response,
  { status, headers = {}, type, stream }: Answer,
  stopping: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  res.status(status).set(headers).type(type!).flushHeaders();
  for await (const bit of stream!(AbortSignal.any([gone.signal, stopping]))) res.write(bit);
  res.end();
}

import { randomUUID } from 'node:crypto';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Files } from '../config/files.ts';
import type { Secrets } from '../config/secrets.ts';
import type { WebhookTargets } from '../config/webhook-targets.ts';
import type { Db } from '../db/open.ts';
import { policyInForce } from '../db/policies.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { MailSettings } from '../mail/message.ts';
import type { MailTransport } from '../mail/transport.ts';
import type { Recoveries } from '../temporal/recoveries.ts';
import type { ScanSchedules } from '../temporal/scan-schedule.ts';
import { changesOf } from './changes.ts';
import { docs } from './docs.ts';
import { HttpProblem, loggable, problemOf, sendProblem } from './errors.ts';
import type { Imports } from './imports.ts';
import { localsOf } from './locals.ts';
import { metricsOf, type Metrics } from './metrics.ts';
import { mount } from './mount.ts';
import { openApiDocument } from './openapi.ts';
import type { CheckReadiness } from './readiness.ts';
import type { Limits, SignInSettings } from './route.ts';
import { routes } from './routes/index.ts';
import { webApp } from './web-app.ts';

export type AppDeps = {
  db: Db;
  /** with which this process was started */
  policy: VersionedPolicy;
  recoveries: Recoveries;
  scanSchedules: ScanSchedules;
  readiness: CheckReadiness;
  secrets: Secrets;
  /** of attachments */
  files: Files;
  /** absolute path of the folder with all local state, which is shown to managers */
  dataDir: string;
  imports: Imports;
  /** of outgoing webhooks */
  targets: WebhookTargets;
  mail: MailSettings;
  /** of the mail server; without one mails become files */
  transport?: MailTransport;
  logger: Logger;
  /** now, ISO 8601 UTC */
  clock: () => string;
  limits?: Partial<Limits>;
  /** of `WINBACK_WEBHOOK_SECRET` */
  webhookSecrets?: string[];
  signIn?: Partial<SignInSettings>;
  /** of `WINBACK_TRUST_PROXY` */
  trustedProxies?: number;
  /** Temporal's own pages */
  temporalUi?: { url: string; namespace: string };
  /** of the built web app; without it there is the API alone */
  webFolder?: string;
  /** aborts when the process is about to end */
  stopping?: AbortSignal;
};

const defaultLimits: Limits = {
  requestsPerMinute: 6_000,
  failedAuthenticationsPerMinute: 60,
  anonymousFailuresPerMinute: 60,
  patienceMs: 5_000,
  leaseMs: 15_000,
};

/** The whole API, apart from listening. */
export function createApp(options: AppDeps): Express {
  const { db, clock, logger, policy: configured } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const metrics = metricsOf(db, () => policyInForce(db, configured), clock);

  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  // The callers' addresses are limited; only a proxy of ours may say what they are.
  app.set('trust proxy', options.trustedProxies ?? 0);
  app.use(identified, logged(logger), measured(metrics), headers);
  const document = openApiDocument(routes);
  app.get('/api/v1/openapi.json', (_req, res) => void res.json(document));
  app.use('/api/docs', docs());
  const changes = changesOf(db, logger);
  const stopping = options.stopping ?? new AbortController().signal;
  const signIn = { linksShown: false, openIdConnect: null, ...options.signIn };
  const defaults = { webhookSecrets: [], temporalUi: null, transport: null };
  const deps = { ...defaults, ...options, configured, signIn, limits, metrics, changes, stopping };
  mount(app, routes, deps);
  if (options.webFolder === undefined) app.get('/', (_req, res) => res.redirect('/api/docs'));
  else app.use(webApp(options.webFolder));
  app.use(() => {
    throw new HttpProblem('not-found', 'There is no such path.');
  });
  app.use(failed(logger));
  return app;
}

const identified: RequestHandler = (_req, res, next) => {
  const requestId = randomUUID();
  res.set('X-Request-Id', requestId);
  localsOf(res).requestId = requestId;
  next();
};

/** One line per answer, without anything personal: no path (it can hold an ID), no query, no body, no address. */
function logged(logger: Logger): RequestHandler {
  const line = (req: Request, res: Response, { ms }: { ms: number }) => {
    const { route, key } = localsOf(res);
    return { method: req.method, route: route?.path, status: res.statusCode, ms, key: key?.keyId };
  };
  return pinoHttp<Request, Response>({
    logger,
    // Otherwise it adds all headers, with the key among them.
    quietReqLogger: true,
    quietResLogger: true,
    genReqId: (_req, res) => localsOf(res).requestId,
    customAttributeKeys: { reqId: 'requestId', responseTime: 'ms' },
    customLogLevel: (_req, res) => (res.statusCode === 500 ? 'error' : 'info'),
    customSuccessObject: (req, res, value: { ms: number }) => line(req, res, value),
    customErrorObject: (req, res, _error, value: { ms: number }) => line(req, res, value),
  });
}

function measured(metrics: Metrics): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    res.once('finish', () => {
      const { route } = localsOf(res);
      // How long somebody listens is not how long an answer takes.
      if (res.getHeader('Content-Type') === 'text/event-stream') return;
      metrics.answered({
        method: route ? req.method : 'any',
        route: route?.path ?? 'none',
        status: res.statusCode,
        seconds: (performance.now() - startedAt) / 1_000,
      });
    });
    next();
  };
}

const headers = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
});

function failed(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, _req, res, next) => {
    const { requestId, route } = localsOf(res);
    const problem = problemOf(error);
    if (problem.code === 'internal') {
      logger.error({ requestId, route: route?.path, error: loggable(error) }, 'unexpected error');
    }
    if (res.headersSent) return next(error);
    sendProblem(res, problem, requestId);
  };
}

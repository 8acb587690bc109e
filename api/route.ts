import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type * as z from 'zod';
import type { ZodOpenApiMediaTypeObject } from 'zod-openapi';
import type { Files } from '../config/files.ts';
import type { Secrets } from '../config/secrets.ts';
import type { WebhookTargets } from '../config/webhook-targets.ts';
import type { Db } from '../db/open.ts';
import type { MailSettings } from '../mail/message.ts';
import type { MailTransport } from '../mail/transport.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { Actor } from '../domain/records.ts';
import type { SessionRecord } from '../domain/users.ts';
import type { Role } from '../domain/words.ts';
import type { Recoveries } from '../temporal/recoveries.ts';
import type { ScanSchedules } from '../temporal/scan-schedule.ts';
import type { Changes } from './changes.ts';
import type { ProblemCode } from './errors.ts';
import type { Imports } from './imports.ts';
import type { Metrics } from './metrics.ts';
import type { OpenIdProvider } from './openid.ts';
import type { CheckReadiness } from './readiness.ts';

export type Limits = {
  requestsPerMinute: number;
  /** for each address, not each key */
  failedAuthenticationsPerMinute: number;
  /** that come to nothing, of everybody without a key, for each address */
  anonymousFailuresPerMinute: number;
  /** how long a person waits for the engine's verdict */
  patienceMs: number;
  /** how long nobody else delivers a command that this process is delivering */
  leaseMs: number;
};

export type SignInSettings = {
  /** no mail leaves: whoever invites gets the link to pass it on */
  linksShown: boolean;
  openIdConnect: OpenIdProvider | null;
};

/** What handlers work with. */
export type Deps = {
  db: Db;
  /** with which this process was started; it governs until somebody publishes another */
  configured: VersionedPolicy;
  recoveries: Recoveries;
  scanSchedules: ScanSchedules;
  readiness: CheckReadiness;
  secrets: Secrets;
  files: Files;
  /** absolute path of the folder with all local state */
  dataDir: string;
  imports: Imports;
  targets: WebhookTargets;
  mail: MailSettings;
  /** of the mail server; null: mails become files */
  transport: MailTransport | null;
  metrics: Metrics;
  /** Temporal's own pages, where this installation has any */
  temporalUi: { url: string; namespace: string } | null;
  changes: Changes;
  logger: Logger;
  /** now, ISO 8601 UTC */
  clock: () => string;
  limits: Limits;
  /** aborts when the process is about to end */
  stopping: AbortSignal;
  /** of the environment: what senders may sign with, beside the secrets in the database */
  webhookSecrets: string[];
  signIn: SignInSettings;
};

/** Who is at the other end, beside whose request it is. */
export type Visitor = {
  /** for limits alone; of IPv6 its network */
  address: string;
  /** browser and system in short words */
  agent: string | null;
  /** of a user who is signed in */
  session: SessionRecord | null;
  headers: IncomingHttpHeaders;
};

/** One request, read and checked. */
export type Call<Params = unknown, Query = unknown, Body = unknown> = Deps & {
  /** in force when the request came */
  policy: VersionedPolicy;
  params: Params;
  query: Query;
  body: Body;
  actor: Actor;
  visitor: Visitor;
  /** when the request came, ISO 8601 UTC */
  at: string;
  idempotencyKey: string | null;
  /** which of these types the caller likes best, by the `Accept` header */
  prefers: (types: string[]) => string | false;
  /** a broken rule in the language that the caller likes best, by the `Accept-Language` header */
  toldRule: (rule: string) => string;
};

export type Answer = {
  status: number;
  body?: unknown;
  /** of a body that is not JSON */
  type?: string;
  /** what is sent bit by bit, as it comes, until it ends or the signal aborts: the reader has gone, or we stop */
  stream?: (signal: AbortSignal) => AsyncIterable<string>;
  headers?: Record<string, string | string[]>;
};

type ZodOpenApiExamples = NonNullable<ZodOpenApiMediaTypeObject['examples']>;

/** Who may call: keys and users with one of these roles, or anyone at all. */
export type Access = readonly Role[] | 'anyone';

type Definition<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** as OpenAPI writes it: `/api/v1/cases/{caseId}` */
  path: string;
  /** `operationId` in the OpenAPI document */
  name: string;
  summary: string;
  description?: string;
  roles: Access;
  /** takes a signature by Standard Webhooks in place of a key; the signer has the role sales-system */
  signed?: true;
  /** whoever calls it without a key may fail only so often */
  limited?: true;
  /** called by our own pages alone, by who is signed in as by who is not; pages of other sites may not */
  forPages?: true;
  params?: Params;
  query?: Query;
  body?: Body;
  /** an example of the body, for the document */
  example?: unknown;
  /** larger than usual, and in these media types, each with its own examples */
  accepts?: { types: Record<string, ZodOpenApiExamples>; limit: string };
  /** whether the body may be of any other media type, too; it is then taken as its bytes */
  acceptsAnyType?: (headers: IncomingHttpHeaders) => boolean;
  /** the body may be of any media type at all, and is taken as its bytes */
  asBytes?: true;
  /** further headers, for the document */
  headers?: z.ZodObject;
  /** puts together what the schema checks, where that is not the body alone */
  bodyOf?: (request: { headers: IncomingHttpHeaders; body: unknown }) => unknown;
  answers: Record<
    number,
    {
      description: string;
      schema?: z.ZodType;
      type?: string;
      /** other media types that can be asked for */
      also?: readonly string[];
    }
  >;
  /** what can go wrong beside what goes for every call */
  problems?: ProblemCode[];
  handle(call: Call<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<Answer>;
};

/** A route as the table, the Express router and the OpenAPI document see it. */
export type Route = Definition<z.ZodType, z.ZodType, z.ZodType>;

/** Lets TypeScript take the handler's types from the route's own schemas. */
export function route<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  definition: Definition<Params, Query, Body>,
): Route {
  return definition;
}

export const everyone = ['agent', 'manager', 'sales-system', 'admin'] as const;
export const staff = ['agent', 'manager', 'admin'] as const;
export const managers = ['manager', 'admin'] as const;

import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import * as z from 'zod';
import { taskTypeNames } from '../domain/tasks.ts';
import { problems, type ProblemCode } from './errors.ts';
import { idempotencyKeySchema } from './idempotency.ts';
import { outgoingWebhooks } from './openapi-webhooks.ts';
import { everyone, type Route } from './route.ts';
import { cloudEventSchema, eventDataSchemas, knownEventSchema } from './schemas/event.ts';
import { problemSchema } from './schemas/problem.ts';
import { resultName, resultSchemas } from './schemas/results.ts';
import { version } from './version.ts';

/** The document that describes what `mount` serves and what webhooks are sent, from the same table and schemas. */
export function openApiDocument(routes: readonly Route[]) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'winback',
        version,
        description:
          'Five-step customer win-back. Times are ISO 8601 UTC, money is in minor units with its currency, errors are RFC 9457 problem details.',
      },
      servers: [{ url: '/' }],
      security: [{ key: [] }, { session: [] }],
      paths,
      webhooks: outgoingWebhooks(),
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'The secret of a key' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'winback_session',
            description:
              'Who is signed in, from our own pages. Behind TLS its name begins with `__Host-`',
          },
          ...Object.fromEntries(
            Object.entries(signatureHeaders).map(([name, description]) => [
              name,
              { type: 'apiKey' as const, in: 'header' as const, name, description },
            ]),
          ),
        },
        schemas: {
          CloudEvent: cloudEventSchema,
          KnownCloudEvent: knownEventSchema,
          ...eventDataSchemas,
          ...Object.fromEntries(taskTypeNames.map((t) => [resultName(t), resultSchemas[t]])),
        },
      },
    },
    {
      override: ({ jsonSchema, io }) => {
        // Answers may get more fields one day.
        if (io === 'output') delete jsonSchema.additionalProperties;
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      },
    },
  );
}

function operation(route: Route): ZodOpenApiOperationObject {
  const { name, summary, description = '', roles, method } = route;
  const forAnyone = roles === 'anyone';
  const who = forAnyone ? 'Needs no key or session.' : `Roles: ${roles.join(', ')}.`;
  return {
    operationId: name,
    summary,
    description: [description, who].filter(Boolean).join('\n\n'),
    tags: [tagOf(route.path)],
    'x-roles': forAnyone ? [] : [...roles],
    ...(forAnyone && { security: [] }),
    ...(route.signed && { security: [{ key: [] }, { session: [] }, signatureSecurity] }),
    requestParams: {
      ...(route.params && { path: route.params as z.ZodObject }),
      ...(route.query && { query: route.query as z.ZodObject }),
      ...(method === 'post' &&
        !forAnyone && {
          header: route.headers ? idempotencyHeader.extend(route.headers.shape) : idempotencyHeader,
        }),
    },
    ...(route.body && { requestBody: requestBody(route) }),
    responses: { ...answers(route), ...problemAnswers(route) },
  };
}

/** Standard Webhooks: all three together are in place of a key. */
const signatureHeaders = {
  'webhook-id': 'Of this message; the same when it is sent again',
  'webhook-timestamp': 'When it is sent, in seconds since 1970; at most 5 minutes from our clock',
  'webhook-signature':
    '`v1,` and HMAC-SHA256 in base64 over `<webhook-id>.<webhook-timestamp>.<raw body>`, made with a signing secret; several are separated by spaces',
};
const signatureSecurity = Object.fromEntries(
  Object.keys(signatureHeaders).map((name) => [name, []]),
);

const idempotencyHeader = z.object({
  'Idempotency-Key': idempotencyKeySchema.optional().meta({
    description: 'A repeated request with the same key gets the same answer and does nothing again',
  }),
});

/** What the path is about: `cases` for /api/v1/cases/{caseId}/close. */
function tagOf(path: string): string {
  return /^\/api\/v1\/([\w-]+)/.exec(path)?.[1] ?? 'operations';
}

function requestBody({ body, accepts, example }: Route) {
  const content = { schema: body!, ...(example !== undefined && { example }) };
  const types = accepts
    ? Object.entries(accepts.types)
    : [['application/json', undefined] as const];
  return {
    required: true,
    content: Object.fromEntries(
      types.map(([type, examples]) => [type, { ...content, ...(examples && { examples }) }]),
    ),
  };
}

function answers(route: Route): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, { description, schema, type, also = [] }]) => [
      status,
      {
        description,
        ...((schema ?? type) && {
          content: {
            [type ?? 'application/json']: { schema: schema ?? z.string() },
            ...Object.fromEntries(also.map((other) => [other, { schema: z.string() }])),
          },
        }),
      },
    ]),
  );
}

/** What goes for every call of a kind, and what the route names itself. */
function problemsOf(route: Route): ProblemCode[] {
  const { method, roles, limited, forPages, problems: own = [] } = route;
  return [
    'invalid',
    ...(['post', 'put', 'patch'].includes(method)
      ? (['malformed', 'too-large', 'unsupported-media-type'] as const)
      : []),
    ...(roles === 'anyone' ? [] : (['unauthenticated'] as const)),
    ...(roles === 'anyone' && !limited ? [] : (['too-many-requests'] as const)),
    ...(roles === 'anyone' || roles === everyone ? [] : (['forbidden'] as const)),
    ...(method === 'get' || (roles === 'anyone' && !forPages) ? [] : (['cross-site'] as const)),
    ...own,
    'internal',
  ];
}

function problemAnswers(route: Route): ZodOpenApiResponsesObject {
  const byStatus = new Map<number, string[]>();
  for (const code of problemsOf(route)) {
    const { status, title } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}`]);
  }
  const content = { 'application/problem+json': { schema: problemSchema } };
  return Object.fromEntries(
    [...byStatus].map(([status, texts]) => [status, { description: texts.join('. '), content }]),
  );
}

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { problems } from '../../api/errors.ts';
import { routes } from '../../api/routes/index.ts';
import { resultName, resultSchemas } from '../../api/schemas/results.ts';
import { webhookMessages } from '../../api/schemas/webhook-message.ts';
import { resultErrors, taskTypeNames, taskTypes } from '../../domain/tasks.ts';
import { messageTypes } from '../../domain/webhooks.ts';
import { eventTypes } from '../../domain/words.ts';
import { startApi, type Api, type Json } from '../support/api.ts';

let api: Api;
let document: Json;
beforeAll(async () => {
  api = await startApi();
  document = (await api.get('/api/v1/openapi.json', { as: null })).body;
});
afterAll(() => api.stop());

function everyValueOf(key: string, node: unknown = document): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === key && typeof value === 'string' ? [value] : everyValueOf(key, value),
  );
}

function everyKeyOf(node: Json): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => [key, ...everyKeyOf(value)]);
}

describe('the OpenAPI document', () => {
  test('is one of version 3.1 and describes every route', () => {
    expect(document.openapi).toBe('3.1.0');
    const described = Object.entries<object>(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(routes.map((r) => `${r.method} ${r.path}`).sort());
  });

  test('refers only to what it holds', () => {
    const references = everyValueOf('$ref');
    expect(references.length).toBeGreaterThan(50);
    for (const reference of new Set(references)) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce((node, key) => node?.[key], document);
      expect([reference, typeof found]).toEqual([reference, 'object']);
    }
  });

  test('lets answers get further fields one day', () => {
    const strict = (node: Json): boolean =>
      typeof node === 'object' &&
      node !== null &&
      (node.additionalProperties === false || Object.values(node).some(strict));
    const { schemas } = document.components;
    for (const name of ['Case', 'Task', 'Customer', 'SuccessReport', 'Problem', 'Scan', 'Key']) {
      expect([name, strict(schemas[name])]).toEqual([name, false]);
    }
    for (const route of routes) {
      expect(strict(document.paths[route.path][route.method].responses)).toBe(false);
    }
  });

  test('has each schema once', () => {
    const names = Object.keys(document.components.schemas);
    expect(names.filter((name) => /Output$|Input$/.test(name))).toEqual([]);
  });

  test('names each operation once, with its parameters, roles and problems', () => {
    const names = everyValueOf('operationId');
    expect(new Set(names).size).toBe(routes.length);
    for (const route of routes) {
      const operation = document.paths[route.path][route.method];
      const inPath = (operation.parameters ?? []).filter((p: { in: string }) => p.in === 'path');
      const wanted = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(inPath.map((p: { name: string }) => p.name)).toEqual(wanted);
      expect(operation['x-roles']).toEqual(route.roles === 'anyone' ? [] : route.roles);
      const codes = Object.keys(operation.responses);
      for (const problem of route.problems ?? []) {
        expect(codes).toContain(String(problems[problem].status));
      }
      expect(codes).toEqual(
        expect.arrayContaining(
          route.roles === 'anyone' ? ['400', '500'] : ['400', '401', '429', '500'],
        ),
      );
    }
  });

  test('says that every call needs a key or session, but for signing in, health, readiness and secret addresses', () => {
    expect(document.security).toEqual([{ key: [] }, { session: [] }]);
    expect(document.components.securitySchemes.key).toMatchObject({ scheme: 'bearer' });
    const open = Object.keys(document.paths).filter((path) => document.paths[path].get?.security);
    expect(open.sort()).toEqual([
      ...['/api/v1/calendar/{secret}.ics', '/api/v1/openid', '/api/v1/openid/callback'],
      ...['/api/v1/password-links/{token}', '/api/v1/session', '/healthz'],
      ...['/objections/{token}', '/readyz', '/satisfaction/{token}'],
    ]);
  });

  test('names the schema of every type of event', () => {
    const names = Object.keys(document.components.schemas);
    expect(names).toContain('PurchaseRecordedData');
    expect(names.filter((name) => name.endsWith('Data'))).toHaveLength(eventTypes.length);
  });

  test('describes every message that webhooks are sent, with its headers and an example', () => {
    expect(Object.keys(document.webhooks).sort()).toEqual([...messageTypes].sort());
    for (const { type, schema } of webhookMessages) {
      const { parameters, requestBody, responses, security } = document.webhooks[type].post;
      const headers = parameters.map((one: Json) => [one.in, one.name, one.required]);
      expect(headers).toEqual([
        ['header', 'webhook-id', true],
        ['header', 'webhook-timestamp', true],
        ['header', 'webhook-signature', true],
      ]);
      const { example } = requestBody.content['application/json'];
      expect(example).toMatchObject({ type });
      expect(schema.parse(example)).toEqual(example);
      expect(Object.keys(responses)).toEqual(['410', '2XX', 'default']);
      expect(security).toEqual([]);
    }
  });

  test('lets messages get further fields one day', () => {
    for (const { type } of webhookMessages) {
      const { schema } = document.webhooks[type].post.requestBody.content['application/json'];
      const component = document.components.schemas[schema.$ref.split('/').at(-1)];
      expect(everyKeyOf(component)).not.toContain('additionalProperties');
    }
  });

  test.each(taskTypeNames)('publishes what the result of a %s may be', (type) => {
    const schema = document.components.schemas[resultName(type)];
    const alternatives = schema.anyOf ?? [schema];
    const outcomes = alternatives.flatMap(
      (one: { properties: { outcome: { enum: string[] } } }) => one.properties.outcome.enum,
    );
    expect(outcomes.sort()).toEqual([...taskTypes[type].result.outcome.values].sort());
    for (const one of alternatives) expect(one.additionalProperties).toBe(false);
  });

  test('shows that a callback needs its time and a cause call its cause', () => {
    const { anyOf } = document.components.schemas.CauseCallResult;
    const requiredWith = (outcome: string) =>
      anyOf.find((one: Json) => one.properties.outcome.enum.includes(outcome)).required;
    expect(requiredWith('callback')).toEqual(['outcome', 'callbackAt']);
    expect(requiredWith('not-now')).toEqual(['outcome', 'recontactAt']);
    expect(requiredWith('answered')).toEqual(['outcome', 'cause']);
    expect(requiredWith('refused')).toEqual(['outcome']);
  });
});

const someValue = fc.oneof(
  fc.constantFrom('answered', 'callback', 'not-now', 'accepted', 'refused', 'sent', 'fixed'),
  fc.constantFrom('pursue', 'neglected', 'unknown', '2026-03-24T16:30:00Z'),
  fc.integer({ min: -1, max: 11 }),
  fc.constant(null),
);
const someResult = fc.record(
  {
    outcome: someValue,
    callbackAt: fc.constantFrom('2026-03-24T16:30:00Z', '2026-03-24T16:30:00+01:00'),
    recontactAt: fc.constant('2026-05-01T08:00:00.000Z'),
    cause: someValue,
    score: someValue,
    note: fc.constantFrom('', 'She moved.', 'x'.repeat(4_001)),
    extra: fc.constant(1),
  },
  { requiredKeys: [] },
);

test.each(taskTypeNames)('the published schema of %s and the rule of the case agree', (type) => {
  fc.assert(
    fc.property(someResult, (result) => {
      const published = resultSchemas[type].safeParse(result).success;
      expect(published).toBe(resultErrors(type, result).length === 0);
    }),
    { numRuns: 500 },
  );
});

describe('the documentation pages', () => {
  test('are served from here, and / leads to them', async () => {
    const root = await api.get('/', { as: null });
    expect([root.status, root.headers.get('location')]).toEqual([302, '/api/docs']);
    const page = await api.get('/api/docs', { as: null });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(files).toHaveLength(4);
    for (const file of files) {
      expect(file).toMatch(/^\/api\/docs\//);
      expect([file, (await api.get(file, { as: null })).status]).toEqual([file, 200]);
    }
  });

  test('run no inline script and ask nobody else', async () => {
    const { body } = await api.get('/api/docs', { as: null });
    expect(body).not.toMatch(/<script>|style=|https?:/);
    const { body: start } = await api.get('/api/docs/start.js', { as: null });
    expect(start).toContain('validatorUrl: null');
  });
});

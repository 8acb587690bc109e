import * as z from 'zod';
import { parseTemplates, templateSchema, templateYaml } from '../../config/templates.ts';
import { offerToName } from '../../db/offers.ts';
import { getCustomer } from '../../db/customers.ts';
import { getTemplate, listTemplates, publishTemplate } from '../../db/templates.ts';
import { DomainError } from '../../domain/errors.ts';
import {
  languages,
  textFor,
  type Addressee,
  type TemplateContent,
  type TemplateRecord,
} from '../../domain/mails.ts';
import { bodiesOf, objectionUrl, satisfactionUrl } from '../../mail/message.ts';
import { filledIn, valuesOf } from '../../mail/text.ts';
import { repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, staff, type Call } from '../route.ts';
import { basedOn, customerId, list, page, text, timestamp } from '../schemas/common.ts';
import { invalid } from '../validation.ts';
import { orBroken, told } from '../written-text.ts';

const ofTemplate = z.strictObject({ templateId: text(50) });
const version = z.coerce.number().int().min(1);

const templateVersionSchema = z
  .strictObject({
    templateId: z.string().meta({ example: 'ask-back' }),
    version: z.int().min(1),
    title: z.string(),
    createdAt: timestamp,
    fromFile: z.boolean().meta({ description: 'it came with a file, and not through the API' }),
    texts: z.unknown().meta({ description: 'subject and body in each language' }),
    yaml: z.string().meta({ description: 'the same as a file would have it' }),
  })
  .meta({ id: 'Template' });

function templateJson(record: TemplateRecord): z.output<typeof templateVersionSchema> {
  const { templateId, version, createdAt, fromFile, content } = record;
  const { title, texts } = content;
  return { templateId, version, title, createdAt, fromFile, texts, yaml: templateYaml(content) };
}

/** A template as YAML or as JSON. */
const templateText = {
  yaml: z.string().min(1).max(100_000).optional().meta({
    description: 'one template as a file would have it; errors name the line',
  }),
  template: templateSchema.optional(),
};
type GivenText = { yaml?: string | undefined; template?: TemplateContent | undefined };

function contentOf({ yaml, template }: GivenText): TemplateContent {
  if ((yaml === undefined) === (template === undefined)) {
    throw invalid([{ field: 'yaml', rule: 'either yaml or template must be given, not both' }]);
  }
  const all = template ? [template] : parseTemplates(yaml!, 'The template');
  if (all.length > 1) throw invalid([{ field: 'yaml', rule: 'must hold a single template' }]);
  return all[0]!;
}

async function theTemplate(
  { db, params }: Call<{ templateId: string }>,
  version?: number,
): Promise<TemplateRecord> {
  const record = await getTemplate(db, params.templateId, version);
  if (!record) throw new DomainError('not-found', 'There is no such template.');
  return record;
}

/** Nobody: for a look at a template. */
const sample: Addressee = {
  name: 'Erika Mustermann',
  language: null,
  lastPurchaseAt: '2026-03-24T16:30:00.000Z',
  offer: {
    title: 'Gutschrift für die nächste Bestellung',
    names: { en: 'A credit for your next order' },
    ...{ code: 'WB-7KQ4-M2XP', expiresAt: '2026-05-24T16:30:00.000Z' },
  },
};

async function addressee({ db, at }: Call, customerId: string | undefined): Promise<Addressee> {
  if (customerId === undefined) return sample;
  const customer = await getCustomer(db, customerId);
  if (!customer) throw new DomainError('not-found', 'There is no such customer.');
  return { ...customer, offer: await offerToName(db, { customerId }, at) };
}

export const templateRoutes = [
  route({
    method: 'get',
    path: '/api/v1/templates',
    name: 'listTemplates',
    summary: 'What mails and letters are written from: the newest version of each, by ID',
    roles: staff,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of templates', schema: list(templateVersionSchema) } },
    handle: async ({ db, query }) => {
      const all = (await listTemplates(db)).map(templateJson);
      return { status: 200, body: pageOfAll(all, ({ templateId }) => templateId, query) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/templates/{templateId}',
    name: 'getTemplate',
    summary: 'A template in its newest version, or another',
    roles: staff,
    params: ofTemplate,
    query: z.strictObject({ version: version.optional() }),
    answers: { 200: { description: 'The version', schema: templateVersionSchema } },
    problems: ['not-found'],
    handle: async (call) => ({
      status: 200,
      body: templateJson(await theTemplate(call, call.query.version)),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/templates/{templateId}/versions',
    name: 'listTemplateVersions',
    summary: 'Every version of a template, the newest first',
    roles: staff,
    params: ofTemplate,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of versions', schema: list(templateVersionSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const { templateId } = await theTemplate(call);
      const all = (await listTemplates(call.db, { templateId })).map(templateJson);
      return { status: 200, body: pageOfAll(all, ({ version }) => String(version), call.query) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/templates',
    name: 'publishTemplate',
    summary: 'Publish a template, or the next version of one',
    description: 'Mails and letters are written from the newest version from now on.',
    roles: managers,
    body: z.strictObject({
      ...templateText,
      basedOn: basedOn.optional(),
    }),
    answers: { 201: { description: 'The version', schema: templateVersionSchema } },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, body, at, actor, idempotencyKey } = call;
      const content = contentOf(body);
      const before = await repeated(call, { action: 'template.publish', request: body });
      const [, published] = before?.target.split('@') ?? [];
      const asked = { actor, request: body, idempotencyKey };
      const record = published
        ? (await getTemplate(db, content.templateId, Number(published)))!
        : await publishTemplate(db, content, { asked, basedOn: body.basedOn, at });
      const Location = `/api/v1/templates/${record.templateId}?version=${record.version}`;
      return { status: 201, headers: { Location }, body: templateJson(record) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/templates/{templateId}/preview',
    name: 'previewTemplate',
    summary: 'What a mail by the template would say; sends and changes nothing',
    description: 'By its newest version, another, or a text that is not published yet.',
    roles: managers,
    params: ofTemplate,
    body: z.strictObject({
      ...templateText,
      version: version.optional(),
      customerId: customerId.optional(),
      language: z
        .enum(languages)
        .optional()
        .meta({ description: 'left out: the language of the customer' }),
    }),
    example: { language: 'en' },
    answers: {
      200: {
        description:
          'The mail, for nobody in particular if no customer is named; or what stands against it',
        schema: orBroken(
          z
            .strictObject({
              language: z.enum(languages),
              subject: z.string(),
              text: z.string(),
              html: z.string(),
            })
            .meta({ id: 'TemplatePreview' }),
        ),
      },
    },
    problems: ['not-found'],
    handle: (call) =>
      told(call, async () => {
        const { body, mail, policy } = call;
        const isGiven = body.yaml !== undefined || body.template !== undefined;
        const content = isGiven ? contentOf(body) : (await theTemplate(call, body.version)).content;
        const to = await addressee(call, body.customerId);
        const { language, text } = textFor(content, body.language ?? to.language);
        const { timeZone } = policy;
        const links = { satisfactionUrl: satisfactionUrl(mail, 'preview') };
        const how = { language, timeZone, ...links };
        const filled = filledIn(text, valuesOf(to, mail.sender, how));
        const written = { ...filled, language, objectionUrl: objectionUrl(mail, 'preview') };
        const bodies = bodiesOf(written, mail);
        return { status: 200, body: { language, subject: filled.subject, ...bodies } };
      }),
  }),
];

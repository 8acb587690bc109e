import * as z from 'zod';
import { getCase } from '../../db/cases.ts';
import { offerToName } from '../../db/offers.ts';
import { getCustomer, postalAddress } from '../../db/customers.ts';
import { getTask, listTasks } from '../../db/tasks.ts';
import { getTemplate } from '../../db/templates.ts';
import { DomainError } from '../../domain/errors.ts';
import { textFor } from '../../domain/mails.ts';
import type { TaskRecord } from '../../domain/records.ts';
import { lettersPdf, type Letter } from '../../mail/letter.ts';
import { filledIn, valuesOf } from '../../mail/text.ts';
import { route, staff, type Answer, type Call } from '../route.ts';
import { taskId, time } from '../schemas/common.ts';

/** What a letter is written from whose measure names nothing. */
const ordinary = 'letter';
/** Of one batch: a PDF of so many is made in a second or two. */
const lettersAtMost = 200;

/** Undefined as long as nobody knows where to send it. */
async function letterOf(call: Call, task: TaskRecord): Promise<Letter | undefined> {
  const { db, mail, policy, at } = call;
  const address = await postalAddress(db, task.customerId);
  if (!address) return undefined;
  const customer = (await getCustomer(db, task.customerId))!;
  const template = await getTemplate(db, await templateOf(call, task));
  if (!template) throw new DomainError('conflict', 'The template of the letter does not exist.');
  const { language, text } = textFor(template.content, customer.language);
  const { timeZone } = policy;
  const to = { ...customer, offer: await offerToName(db, task, at) };
  const filled = filledIn(text, valuesOf(to, mail.sender, { language, timeZone }));
  return { ...filled, language, address: address.lines };
}

async function templateOf({ db }: Call, { caseId, measureId }: TaskRecord): Promise<string> {
  const plan = caseId === null ? null : (await getCase(db, caseId))?.plan;
  const measure = plan?.find(({ id }) => id === measureId);
  const letter = [measure, measure?.instead].find((doing) => doing?.kind === 'letter');
  return letter?.template ?? ordinary;
}

async function pdf(
  { mail, policy, at }: Call,
  letters: Letter[],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = await lettersPdf(letters, mail.sender, { date: at, timeZone: policy.timeZone });
  return { status: 200, type: 'application/pdf', headers, body };
}

export const letterRoutes = [
  route({
    method: 'get',
    path: '/api/v1/tasks/{taskId}/letter.pdf',
    name: 'getLetter',
    summary: 'The letter of a task, ready to print',
    description:
      'The address comes from `street`, `postalCode` and `city` of `customer.updated`: 409 without street and city.',
    roles: staff,
    params: z.strictObject({ taskId }),
    answers: { 200: { description: 'The letter', type: 'application/pdf' } },
    problems: ['not-found', 'conflict'],
    handle: async (call) => {
      const task = await getTask(call.db, call.params.taskId);
      if (!task?.type.endsWith('letter')) {
        throw new DomainError('not-found', 'There is no such task for a letter.');
      }
      const letter = await letterOf(call, task);
      if (!letter) throw new DomainError('conflict', 'No postal address of the customer is known.');
      return pdf(call, [letter]);
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/letters.pdf',
    name: 'getLetters',
    summary: 'The letters of open tasks in one PDF, in the order of the inbox',
    description: `At most ${lettersAtMost} of each type of letter. The header \`Winback-Letters-Left-Out\` says how many have no known address.`,
    roles: staff,
    query: z.strictObject({
      dueBefore: time.optional().meta({ description: 'now, if left out' }),
    }),
    answers: { 200: { description: 'The letters', type: 'application/pdf' } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, at } = call;
      const { dueBefore = at } = call.query;
      const lists = (['letter', 'prevention-letter'] as const).map((type) =>
        listTasks(db, { dueBefore, status: 'open', type }, { limit: lettersAtMost }),
      );
      const tasks = (await Promise.all(lists)).flatMap(({ items }) => items);
      tasks.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
      const written = await Promise.all(tasks.map((task) => letterOf(call, task)));
      const letters = written.filter((letter) => letter !== undefined);
      if (letters.length === 0) throw new DomainError('not-found', 'There is no such letter.');
      const leftOut = String(written.length - letters.length);
      return pdf(call, letters, { 'Winback-Letters-Left-Out': leftOut });
    },
  }),
];

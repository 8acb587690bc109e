import * as z from 'zod';
import { getCase } from '../../db/cases.ts';
import { relianceOfTask } from '../../db/contacts.ts';
import { offerToName } from '../../db/offers.ts';
import { getCustomer, postalAddress } from '../../db/customers.ts';
import { listTasks } from '../../db/tasks.ts';
import { getTemplate } from '../../db/templates.ts';
import { DomainError, refused } from '../../domain/errors.ts';
import { textFor } from '../../domain/mails.ts';
import type { TaskRecord } from '../../domain/records.ts';
import { lettersPdf, type Letter } from '../../mail/letter.ts';
import { filledIn, valuesOf } from '../../mail/text.ts';
import { mustBePermitted } from '../permission.ts';
import { route, staff, type Answer, type Call } from '../route.ts';
import { caseId, customerId, list, taskId, time, timestamp } from '../schemas/common.ts';
import { sightOfCaller } from '../sight.ts';
import { theTask } from '../tasks.ts';

/** What a letter is written from whose measure names nothing. */
const ordinary = 'letter';
/** Of one batch: a PDF of so many is made in a second or two. */
const lettersAtMost = 200;

/** Why a letter is not printed. */
const obstacles = ['not-permitted', 'no-address', 'no-template'] as const;
type Obstacle = (typeof obstacles)[number];

/** The letter as it is to be printed now, or what is in its way. */
async function letterOf(call: Call, task: TaskRecord): Promise<Letter | Obstacle> {
  const { db, mail, policy, at } = call;
  if (!(await isPermitted(call, task))) return 'not-permitted';
  const address = await postalAddress(db, task.customerId);
  if (!address) return 'no-address';
  const customer = (await getCustomer(db, task.customerId))!;
  const template = await getTemplate(db, await templateOf(call, task));
  if (!template) return 'no-template';
  const { language, text } = textFor(template.content, customer.language);
  const { timeZone } = policy;
  const to = { ...customer, offer: await offerToName(db, task, at) };
  const filled = filledIn(text, valuesOf(to, mail.sender, { language, timeZone }));
  return { ...filled, language, address: address.lines };
}

/** A task that is done is a letter that was sent: it can be looked at again. */
async function isPermitted({ db, policy, at }: Call, task: TaskRecord): Promise<boolean> {
  if (task.status !== 'open') return true;
  return (await relianceOfTask(db, task, { policy, at }))?.permitted !== false;
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

const batch = z.strictObject({
  dueBefore: time.optional().meta({ description: 'now, if left out' }),
});

/** The letters of open tasks, in the order of the inbox, each with its task. */
async function lettersOf(call: Call<unknown, z.output<typeof batch>>) {
  const { db, at, query } = call;
  const { dueBefore = at } = query;
  const sight = sightOfCaller(call);
  const lists = (['letter', 'prevention-letter'] as const).map((type) =>
    listTasks(db, { dueBefore, status: 'open', type, sight }, { limit: lettersAtMost }),
  );
  const tasks = (await Promise.all(lists)).flatMap(({ items }) => items);
  tasks.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
  return Promise.all(tasks.map(async (task) => ({ task, letter: await letterOf(call, task) })));
}

const batchLetterSchema = z
  .strictObject({
    taskId,
    caseId: caseId.nullable(),
    customerId,
    dueAt: timestamp,
    leftOut: z.enum(obstacles).nullable().meta({ description: 'null: it is printed' }),
  })
  .meta({ id: 'BatchLetter' });

export const letterRoutes = [
  route({
    method: 'get',
    path: '/api/v1/tasks/{taskId}/letter.pdf',
    name: 'getLetter',
    summary: 'The letter of a task, ready to print',
    description:
      'The address comes from `street`, `postalCode` and `city` of `customer.updated`: 409 without street and city, and of a task that was cancelled.',
    roles: staff,
    params: z.strictObject({ taskId }),
    answers: { 200: { description: 'The letter', type: 'application/pdf' } },
    problems: ['not-found', 'conflict', 'contact-not-permitted'],
    handle: async (call) => {
      const task = await theTask(call);
      if (!task.type.endsWith('letter')) {
        throw new DomainError('not-found', 'There is no such task for a letter.');
      }
      if (task.status === 'cancelled') {
        throw refused('letter-over');
      }
      await mustBePermitted(call, task);
      const letter = await letterOf(call, task);
      if (typeof letter === 'string') throw refused(letter);
      return pdf(call, [letter]);
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/letters',
    name: 'listLetters',
    summary: 'Which letters a batch would print now, and which not, with the reason',
    description: `Of open tasks, in the order of the inbox; at most ${lettersAtMost} of each type of letter.`,
    roles: staff,
    query: batch,
    answers: { 200: { description: 'The letters', schema: list(batchLetterSchema) } },
    handle: async (call) => {
      const items = (await lettersOf(call)).map(({ task, letter }) => {
        const { taskId, caseId, customerId, dueAt } = task;
        const leftOut = typeof letter === 'string' ? letter : null;
        return { taskId, caseId, customerId, dueAt, leftOut };
      });
      return { status: 200, body: { items, nextCursor: null } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/letters.pdf',
    name: 'getLetters',
    summary: 'The letters of open tasks in one PDF, in the order of the inbox',
    description: `At most ${lettersAtMost} of each type of letter. The header \`Winback-Letters-Left-Out\` says how many are not in it, and \`Winback-Letters-Left-Out-Because\` how many for which reason, like \`no-address=2, not-permitted=1\`; \`GET /api/v1/letters\` says which.`,
    roles: staff,
    query: batch,
    answers: { 200: { description: 'The letters', type: 'application/pdf' } },
    problems: ['not-found'],
    handle: async (call) => {
      const all = (await lettersOf(call)).map(({ letter }) => letter);
      const letters = all.filter((letter) => typeof letter !== 'string');
      const leftOut = all.filter((letter) => typeof letter === 'string');
      const because = obstacles
        .map((one) => [one, leftOut.filter((obstacle) => obstacle === one).length] as const)
        .filter(([, number]) => number > 0)
        .map(([one, number]) => `${one}=${number}`)
        .join(', ');
      if (letters.length === 0) {
        const why = because && ` Left out: ${because}.`;
        throw new DomainError('not-found', `There is no letter to print.${why}`);
      }
      return pdf(call, letters, {
        'Winback-Letters-Left-Out': String(leftOut.length),
        ...(because && { 'Winback-Letters-Left-Out-Because': because }),
      });
    },
  }),
];

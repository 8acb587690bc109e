import * as z from 'zod';
import { getCommand, undoCommand } from '../../db/commands.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CommandRecord } from '../../domain/records.ts';
import { everyone, managers, route, staff, type Call } from '../route.ts';
import { commandJson, commandSchema } from '../schemas/case.ts';

const params = z.strictObject({ commandId: z.string() });

async function theCommand({
  db,
  actor,
  params: { commandId },
}: Call<z.output<typeof params>>): Promise<CommandRecord> {
  const command = await getCommand(db, commandId);
  const seesAll = (managers as readonly string[]).includes(actor.role);
  if (!command || !(seesAll || command.actor === actor.actorId)) {
    throw new DomainError('not-found', 'There is no such command.');
  }
  return command;
}

export const commandRoutes = [
  route({
    method: 'get',
    path: '/api/v1/commands/{commandId}',
    name: 'getCommand',
    summary: 'What became of a command',
    description: 'Agents and the sales system see their own commands, managers all.',
    roles: everyone,
    params,
    answers: { 200: { description: 'The command', schema: commandSchema } },
    problems: ['not-found'],
    handle: async (call) => ({ status: 200, body: commandJson(await theCommand(call)) }),
  }),
  route({
    method: 'post',
    path: '/api/v1/commands/{commandId}/undo',
    name: 'undoCommand',
    summary: 'Take back what you have just told, before the engine hears of it',
    description:
      'A result that was sent with `undoForSeconds`, until then. Once is as good as twice.',
    roles: staff,
    params,
    answers: { 200: { description: 'Undone: nothing has happened', schema: commandSchema } },
    problems: ['not-found', 'conflict'],
    handle: async (call) => {
      const { commandId } = await theCommand(call);
      const undone = await undoCommand(call.db, { commandId, clock: call.clock });
      return { status: 200, body: commandJson(undone) };
    },
  }),
];

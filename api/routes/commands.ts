import * as z from 'zod';
import { getCommand } from '../../db/commands.ts';
import { DomainError } from '../../domain/errors.ts';
import { everyone, managers, route } from '../route.ts';
import { commandJson, commandSchema } from '../schemas/case.ts';

export const commandRoutes = [
  route({
    method: 'get',
    path: '/api/v1/commands/{commandId}',
    name: 'getCommand',
    summary: 'What became of a command',
    description: 'Agents and the sales system see their own commands, managers all.',
    roles: everyone,
    params: z.strictObject({ commandId: z.string() }),
    answers: { 200: { description: 'The command', schema: commandSchema } },
    problems: ['not-found'],
    handle: async ({ db, actor, params }) => {
      const command = await getCommand(db, params.commandId);
      const seesAll = (managers as readonly string[]).includes(actor.role);
      if (!command || !(seesAll || command.actor === actor.actorId)) {
        throw new DomainError('not-found', 'There is no such command.');
      }
      return { status: 200, body: commandJson(command) };
    },
  }),
];

import * as z from 'zod';
import { listStaff } from '../../db/keys.ts';
import { identityKinds } from '../../domain/users.ts';
import { pageOfAll } from '../paging.ts';
import { route, staff } from '../route.ts';
import { list, page } from '../schemas/common.ts';
import { userRole } from '../schemas/user.ts';

const staffSchema = z
  .strictObject({
    keyId: z.string().meta({ description: 'of a key or a user' }),
    name: z.string(),
    role: userRole,
    kind: z.enum(identityKinds),
  })
  .meta({ id: 'StaffMember' });

export const staffRoutes = [
  route({
    method: 'get',
    path: '/api/v1/staff',
    name: 'listStaff',
    summary: 'List who can be given work, by name',
    roles: staff,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of people and keys', schema: list(staffSchema) } },
    handle: async ({ db, query }) => ({
      status: 200,
      body: pageOfAll(await listStaff(db), ({ keyId }) => keyId, query),
    }),
  }),
];

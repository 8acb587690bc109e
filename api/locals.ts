import type { Response } from 'express';
import type { KeyRecord } from '../domain/records.ts';
import type { SessionRecord } from '../domain/users.ts';
import type { Route } from './route.ts';

/** Whose request it is: a key, a user, or whoever signed it. */
export type Caller = Pick<KeyRecord, 'keyId' | 'role'>;

/** What a request has been found to be, for those who handle it later. */
export type Locals = {
  requestId: string;
  route?: Route;
  key?: Caller;
  /** of a user */
  session?: SessionRecord;
};

export function localsOf(res: Response): Locals {
  return res.locals as Locals;
}

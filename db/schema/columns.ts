import { integer, text } from 'drizzle-orm/sqlite-core';

export const json = <T>() => text({ mode: 'json' }).$type<T>();
export const flag = () => integer({ mode: 'boolean' }).notNull().default(false);

/* Every table, by subject. */

export * from './schema/customers.ts';
export * from './schema/events.ts';
export * from './schema/cases.ts';
export * from './schema/tasks.ts';
export * from './schema/measures.ts';
export * from './schema/company.ts';
export * from './schema/people.ts';
export * from './schema/prevention.ts';
export * from './schema/recontacts.ts';
export * from './schema/imports.ts';

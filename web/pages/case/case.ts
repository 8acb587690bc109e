import type { components } from '../../api/schema.d.ts';

export type Case = components['schemas']['Case'];
export type Task = components['schemas']['Task'];
export type Plan = components['schemas']['Plan'];

export const tabs = ['timeline', 'plan', 'money', 'documents'] as const;
export type Tab = (typeof tabs)[number];

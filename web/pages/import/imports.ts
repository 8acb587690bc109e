import type { components } from '../../api/schema.d.ts';

export type Import = components['schemas']['Import'];

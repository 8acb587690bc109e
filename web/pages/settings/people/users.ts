import type { components } from '../../../api/schema.d.ts';

export type User = components['schemas']['User'];
/** with the link where no mail leaves the installation */
export type Invited = components['schemas']['InvitedUser'];

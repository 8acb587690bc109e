import type { Route } from '../route.ts';
import { calendarRoutes } from './calendar.ts';
import { caseRoutes } from './cases.ts';
import { commandRoutes } from './commands.ts';
import { customerRoutes } from './customers.ts';
import { detectionRoutes } from './detection.ts';
import { eventRoutes } from './events.ts';
import { keyRoutes } from './keys.ts';
import { noteRoutes } from './notes.ts';
import { operationRoutes } from './operations.ts';
import { playbookRoutes } from './playbooks.ts';
import { reportRoutes } from './reports.ts';
import { signingSecretRoutes } from './signing-secrets.ts';
import { scanRoutes } from './scans.ts';
import { taskRoutes } from './tasks.ts';
import { teamRoutes } from './teams.ts';
import { webhookRoutes } from './webhooks.ts';

/** The one table: Express, the OpenAPI document and the tests read it. */
export const routes: readonly Route[] = [
  ...eventRoutes,
  ...customerRoutes,
  ...caseRoutes,
  ...taskRoutes,
  ...teamRoutes,
  ...calendarRoutes,
  ...noteRoutes,
  ...commandRoutes,
  ...playbookRoutes,
  ...scanRoutes,
  ...detectionRoutes,
  ...reportRoutes,
  ...keyRoutes,
  ...signingSecretRoutes,
  ...webhookRoutes,
  ...operationRoutes,
];

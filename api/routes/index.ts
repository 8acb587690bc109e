import type { Route } from '../route.ts';
import { armRoutes } from './arms.ts';
import { calendarRoutes } from './calendar.ts';
import { caseRoutes } from './cases.ts';
import { causeRoutes } from './causes.ts';
import { commandRoutes } from './commands.ts';
import { customerRoutes } from './customers.ts';
import { detectionRoutes } from './detection.ts';
import { duplicateRoutes } from './duplicates.ts';
import { eventRoutes } from './events.ts';
import { forecastRoutes } from './forecast.ts';
import { judgementRoutes } from './judgements.ts';
import { keyRoutes } from './keys.ts';
import { ledgerRoutes } from './ledgers.ts';
import { letterRoutes } from './letters.ts';
import { mailRoutes } from './mails.ts';
import { monthlyReportRoutes } from './monthly-report.ts';
import { noteRoutes } from './notes.ts';
import { objectionRoutes } from './objections.ts';
import { campaignRoutes } from './campaigns.ts';
import { satisfactionRoutes } from './satisfaction.ts';
import { offerRoutes } from './offers.ts';
import { operationRoutes } from './operations.ts';
import { planRoutes } from './plans.ts';
import { playbookRoutes } from './playbooks.ts';
import { pointRoutes } from './points.ts';
import { preventionRoutes } from './prevention.ts';
import { reportRoutes } from './reports.ts';
import { secondLifeRoutes } from './second-life.ts';
import { signingSecretRoutes } from './signing-secrets.ts';
import { scanRoutes } from './scans.ts';
import { successReportRoutes } from './success-report.ts';
import { taskRoutes } from './tasks.ts';
import { templateRoutes } from './templates.ts';
import { teamRoutes } from './teams.ts';
import { webhookRoutes } from './webhooks.ts';

/** The one table: Express, the OpenAPI document and the tests read it. */
export const routes: readonly Route[] = [
  ...eventRoutes,
  // Before the customers, one of whom `duplicates` would be.
  ...duplicateRoutes,
  ...customerRoutes,
  ...caseRoutes,
  ...ledgerRoutes,
  ...judgementRoutes,
  ...taskRoutes,
  ...causeRoutes,
  ...teamRoutes,
  ...calendarRoutes,
  ...noteRoutes,
  ...commandRoutes,
  ...playbookRoutes,
  ...planRoutes,
  ...offerRoutes,
  ...templateRoutes,
  ...mailRoutes,
  ...letterRoutes,
  ...objectionRoutes,
  ...satisfactionRoutes,
  ...campaignRoutes,
  ...scanRoutes,
  ...detectionRoutes,
  ...reportRoutes,
  ...monthlyReportRoutes,
  ...preventionRoutes,
  ...pointRoutes,
  ...successReportRoutes,
  ...armRoutes,
  ...secondLifeRoutes,
  ...forecastRoutes,
  ...keyRoutes,
  ...signingSecretRoutes,
  ...webhookRoutes,
  ...operationRoutes,
];

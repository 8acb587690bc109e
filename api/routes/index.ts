import type { Route } from '../route.ts';
import { auditRoutes } from './audit.ts';
import { armRoutes } from './arms.ts';
import { assignmentRoutes } from './assignment.ts';
import { boardRoutes } from './board.ts';
import { calendarRoutes } from './calendar.ts';
import { caseRoutes } from './cases.ts';
import { causeRoutes } from './causes.ts';
import { changeRoutes } from './changes.ts';
import { commandRoutes } from './commands.ts';
import { consequenceRoutes } from './consequences.ts';
import { customerRoutes } from './customers.ts';
import { detectionRoutes } from './detection.ts';
import { duplicateRoutes } from './duplicates.ts';
import { eventRoutes } from './events.ts';
import { forecastRoutes } from './forecast.ts';
import { importRoutes } from './imports.ts';
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
import { openIdRoutes } from './openid.ts';
import { operationRoutes } from './operations.ts';
import { passwordLinkRoutes } from './password-links.ts';
import { planRoutes } from './plans.ts';
import { playbookRoutes } from './playbooks.ts';
import { policyRoutes } from './policies.ts';
import { pointRoutes } from './points.ts';
import { preventionRoutes } from './prevention.ts';
import { reportCaseRoutes } from './report-cases.ts';
import { reportMailRoutes } from './report-mails.ts';
import { reportRoutes } from './reports.ts';
import { secondLifeRoutes } from './second-life.ts';
import { sessionRoutes } from './session.ts';
import { setUpRoutes } from './set-up.ts';
import { settingRoutes } from './settings.ts';
import { signingSecretRoutes } from './signing-secrets.ts';
import { staffRoutes } from './staff.ts';
import { scanRoutes } from './scans.ts';
import { startRoutes } from './start.ts';
import { successReportRoutes } from './success-report.ts';
import { teamReportRoutes } from './team-report.ts';
import { taskRoutes } from './tasks.ts';
import { templateRoutes } from './templates.ts';
import { teamRoutes } from './teams.ts';
import { userRoutes } from './users.ts';
import { webhookRoutes } from './webhooks.ts';

/** The one table: Express, the OpenAPI document and the tests read it. */
export const routes: readonly Route[] = [
  ...eventRoutes,
  // Before the customers, one of whom `duplicates` would be.
  ...duplicateRoutes,
  ...customerRoutes,
  ...importRoutes,
  ...startRoutes,
  ...caseRoutes,
  ...boardRoutes,
  ...changeRoutes,
  ...ledgerRoutes,
  ...judgementRoutes,
  ...taskRoutes,
  ...assignmentRoutes,
  ...consequenceRoutes,
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
  ...reportCaseRoutes,
  ...monthlyReportRoutes,
  ...reportMailRoutes,
  ...preventionRoutes,
  ...policyRoutes,
  ...pointRoutes,
  ...successReportRoutes,
  ...teamReportRoutes,
  ...armRoutes,
  ...secondLifeRoutes,
  ...forecastRoutes,
  ...sessionRoutes,
  ...setUpRoutes,
  ...userRoutes,
  ...passwordLinkRoutes,
  ...openIdRoutes,
  ...staffRoutes,
  ...settingRoutes,
  ...auditRoutes,
  ...keyRoutes,
  ...signingSecretRoutes,
  ...webhookRoutes,
  ...operationRoutes,
];

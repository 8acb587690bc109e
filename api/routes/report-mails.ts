import * as z from 'zod';
import { listReportMails, reportMailId } from '../../db/report-mails.ts';
import {
  monthPattern,
  reportMailStatuses,
  type ReportMailRecord,
} from '../../domain/monthly-report.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route } from '../route.ts';
import { list, page, timestamp } from '../schemas/common.ts';

const reportMailSchema = z
  .strictObject({
    mailId: z.string().meta({ example: 'monthly-report-2026-10-3f9a0c5d21be' }),
    month: z.string().meta({ example: '2026-10' }),
    recipient: z.string(),
    status: z.enum(reportMailStatuses).meta({
      description:
        'unclear: it may have been sent, and is not sent again by itself; failed: given up, or the address was taken out',
    }),
    attempts: z.int(),
    nextAttemptAt: timestamp.nullable(),
    lastAttemptAt: timestamp.nullable(),
    lastError: z.string().nullable().meta({ description: 'what the mail server said' }),
    finishedAt: timestamp.nullable(),
  })
  .meta({ id: 'ReportMail' });

function reportMailJson({
  notBefore,
  ...mail
}: ReportMailRecord): z.output<typeof reportMailSchema> {
  const nextAttemptAt = mail.status === 'queued' ? notBefore : null;
  return { mailId: reportMailId(mail), ...mail, nextAttemptAt };
}

export const reportMailRoutes = [
  route({
    method: 'get',
    path: '/api/v1/report-mails',
    name: 'listReportMails',
    summary: 'Monthly reports to management: which were sent to whom, the newest month first',
    roles: managers,
    query: z.strictObject({
      month: z.string().regex(monthPattern, 'must be a month like 2026-03').optional(),
      status: z.enum(reportMailStatuses).optional(),
      ...page,
    }),
    answers: { 200: { description: 'A page of mails', schema: list(reportMailSchema) } },
    handle: async ({ db, query }) => {
      const all = (await listReportMails(db, query)).map(reportMailJson);
      return { status: 200, body: pageOfAll(all, ({ mailId }) => mailId, query) };
    },
  }),
];

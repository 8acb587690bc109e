import { queueMail, type NewMail } from '../db/mails.ts';
import type { MailAnswer } from '../domain/mails.ts';
import type { ActivityDeps } from './deps.ts';

export function mailActivities({ db, clock }: ActivityDeps) {
  return {
    /** Once for each measure, however often it is asked for; what is in the mail stays here. */
    async queueMail(mail: Omit<NewMail, 'at'>): Promise<MailAnswer> {
      return queueMail(db, { ...mail, at: clock() });
    },
  };
}

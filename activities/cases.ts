import type { CaseProjection } from '../domain/case.ts';
import { latest } from '../domain/duration.ts';
import type { CustomerFacts } from '../domain/identification.ts';
import { choosePlaybook, type Playbook, type PlaybookChoice } from '../domain/playbooks.ts';
import { completed, type StoredPolicy } from '../domain/policy.ts';
import type { Cause, Trigger } from '../domain/words.ts';
import { customerFacts, projectCase } from '../db/cases.ts';
import { planContact, type ContactRequest, type PlannedContact } from '../db/contacts.ts';
import { currentPlaybooks } from '../db/playbooks.ts';
import type { ActivityDeps } from './deps.ts';
import { knowHolidays } from './holidays.ts';

export function caseActivities({ db, clock }: ActivityDeps) {
  return {
    async collectFacts(request: {
      customerId: string;
      caseId: string;
      episode: number;
      trigger: Trigger;
      cause: Cause | null;
      policy: StoredPolicy;
    }): Promise<CustomerFacts> {
      return customerFacts(db, { ...request, policy: completed(request.policy), at: clock() });
    },

    async chooseMeasures(choice: PlaybookChoice): Promise<Playbook | null> {
      return choosePlaybook(await currentPlaybooks(db), choice) ?? null;
    },

    /**
     * When the contact is due on the company's calendar and within the limits, and whether law and customer let us.
     * Asked again it plans again: an hour is taken once for each customer.
     */
    async planContact(request: ContactRequest): Promise<PlannedContact> {
      const { region } = request.contact;
      const at = clock();
      if (region) await knowHolidays(db, region, latest(request.notBefore, at));
      return planContact(db, request, at);
    },

    async projectCase(projection: CaseProjection): Promise<void> {
      await projectCase(db, projection, clock());
    },
  };
}

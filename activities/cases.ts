import type { CaseProjection } from '../domain/case.ts';
import { nextContactMoment } from '../domain/calendar.ts';
import type { CustomerFacts } from '../domain/identification.ts';
import { withoutContent } from '../domain/measure-plan.ts';
import { choosePlaybook, type Playbook, type PlaybookChoice } from '../domain/playbooks.ts';
import type { OfferLimits } from '../domain/offers.ts';
import { completed, standardPolicy, type Policy, type StoredPolicy } from '../domain/policy.ts';
import type { Cause, Channel, Trigger } from '../domain/words.ts';
import { customerFacts, projectCase } from '../db/cases.ts';
import { currentPermissions, getCustomer } from '../db/customers.ts';
import { proposeOffer, type OfferAnswer, type OfferRequest } from '../db/offers.ts';
import { currentPlaybooks } from '../db/playbooks.ts';
import type { ActivityDeps } from './deps.ts';

/** A playbook, which traits of the case it names, and which others fitted. */
export type ChosenPlaybook = { playbook: Playbook; because: string; alsoFitted: string };

export type ContactRequest = {
  customerId: string;
  timeZone: string;
  contact: Policy['contact'];
  /** null for work that reaches no customer */
  channel: Channel | null;
  notBefore: string;
  /** from 1; each attempt takes the next time of day */
  attempt: number;
  /** agreed with the customer to the minute: moved by nothing */
  agreed: boolean;
};

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

    /** Without what to say: that stays here. */
    async chooseMeasures(
      about: PlaybookChoice & { customerId: string },
    ): Promise<ChosenPlaybook | Playbook | null> {
      const customer = await getCustomer(db, about.customerId);
      const to = { ...about, customerKind: customer?.kind ?? null };
      const choice = choosePlaybook(await currentPlaybooks(db), to);
      if (!choice) return null;
      const { playbook, because, alsoFitted } = choice;
      return {
        playbook: { ...playbook, measures: playbook.measures.map(withoutContent) },
        because: because.join(', '),
        alsoFitted: alsoFitted.join(', '),
      };
    },

    /**
     * When the contact is due on the company's calendar, and whether the customer lets us: a channel is closed by a
     * recorded refusal.
     */
    async planContact(request: ContactRequest): Promise<{ dueAt: string; permitted: boolean }> {
      const permissions = request.channel ? await currentPermissions(db, request.customerId) : [];
      const permitted =
        permissions.find((permission) => permission.channel === request.channel)?.granted ?? true;
      const dueAt = request.agreed
        ? request.notBefore
        : nextContactMoment(request.notBefore, request, request);
      return { dueAt, permitted };
    },

    /** Under an old policy without limits for offers those of the standard hold. */
    async prepareOffer({
      limits = standardPolicy.offers,
      ...request
    }: Omit<OfferRequest, 'limits'> & { limits?: OfferLimits | undefined }): Promise<
      OfferAnswer & Pick<OfferLimits, 'approveWithin'>
    > {
      const answer = await proposeOffer(db, { ...request, limits }, clock());
      return { ...answer, approveWithin: limits.approveWithin };
    },

    async projectCase(projection: CaseProjection): Promise<void> {
      await projectCase(db, projection, clock());
    },
  };
}

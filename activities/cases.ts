import type { CaseProjection } from '../domain/case.ts';
import { latest } from '../domain/duration.ts';
import type { CustomerFacts } from '../domain/identification.ts';
import { withoutContent } from '../domain/measure-plan.ts';
import { choosePlaybook, type Playbook, type PlaybookChoice } from '../domain/playbooks.ts';
import type { OfferLimits } from '../domain/offers.ts';
import type { OptimisationPolicy } from '../domain/policy.ts';
import { completed, standardPolicy, type StoredPolicy } from '../domain/standard-policy.ts';
import type { Cause, Trigger } from '../domain/words.ts';
import { customerFacts, projectCase } from '../db/cases.ts';
import { planContact, type ContactRequest, type PlannedContact } from '../db/contact-plan.ts';
import { getCustomer } from '../db/customers.ts';
import { proposeOffer, type OfferAnswer, type OfferRequest } from '../db/offers.ts';
import { currentPlaybooks } from '../db/playbooks.ts';
import type { ActivityDeps } from './deps.ts';
import { knowHolidays } from './holidays.ts';
import { tryOne, type Tried } from './trial.ts';

/** A playbook, which traits of the case it names, which others fitted, and how it was taken among its equals. */
export type ChosenPlaybook = {
  playbook: Playbook;
  because: string;
  alsoFitted: string;
  tried?: Tried;
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
    async chooseMeasures({
      customerId,
      caseId,
      optimisation,
      ...about
    }: PlaybookChoice & {
      customerId: string;
      caseId: string;
      optimisation?: OptimisationPolicy | undefined;
    }): Promise<ChosenPlaybook | Playbook | null> {
      const customer = await getCustomer(db, customerId);
      const to = { ...about, customerKind: customer?.kind ?? null };
      const choice = choosePlaybook(await currentPlaybooks(db), to);
      if (!choice) return null;
      const { because, equals } = choice;
      const { cause, tier } = about;
      const taken: { playbook: Playbook; tried?: Tried } =
        optimisation && equals.length > 1
          ? await tryOne(db, equals, { caseId, cause, tier, policy: optimisation, at: clock() })
          : choice;
      const { playbook, tried } = taken;
      const fitted = [choice.playbook.playbookId, ...choice.alsoFitted];
      return {
        playbook: { ...playbook, measures: playbook.measures.map(withoutContent) },
        because: because.join(', '),
        alsoFitted: fitted.filter((id) => id !== playbook.playbookId).join(', '),
        ...(tried && { tried }),
      };
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

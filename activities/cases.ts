import type { CaseProjection } from '../domain/case.ts';
import { workingTimeAfter } from '../domain/calendar.ts';
import { latest, type Duration } from '../domain/duration.ts';
import type { CustomerFacts } from '../domain/identification.ts';
import { withoutContent } from '../domain/measure-plan.ts';
import type { Tried } from '../domain/optimisation.ts';
import { choosePlaybook, type Playbook, type PlaybookChoice } from '../domain/playbooks.ts';
import type { OfferLimits } from '../domain/offers.ts';
import type { OptimisationPolicy, Policy } from '../domain/policy.ts';
import { completed, standardPolicy, type StoredPolicy } from '../domain/standard-policy.ts';
import type { Cause, Trigger } from '../domain/words.ts';
import { customerFacts, projectCase } from '../db/cases.ts';
import { planContact, type ContactRequest, type PlannedContact } from '../db/contact-plan.ts';
import { getCustomer } from '../db/customers.ts';
import { catchUp } from '../db/events.ts';
import { companyHours } from '../db/holidays.ts';
import { proposeOffer, type OfferAnswer, type OfferRequest } from '../db/offers.ts';
import { currentPlaybooks } from '../db/playbooks.ts';
import type { ActivityDeps } from './deps.ts';
import { knowHolidays } from './holidays.ts';
import { tryOne } from './trial.ts';

/** A playbook, which traits of the case it names, which others fitted, and how it was taken among its equals. */
export type ChosenPlaybook = {
  playbook: Playbook;
  because: string;
  alsoFitted: string;
  tried?: Tried;
};

/** When the company works. */
type Company = Pick<Policy, 'timeZone' | 'contact'>;

type OfferPreparation = Omit<OfferRequest, 'limits'> & {
  limits?: OfferLimits | undefined;
  company: Company;
};

export function caseActivities({ db, clock }: ActivityDeps) {
  /** The end of so much working time from now on. */
  const workedUntil = async (company: Company, within: Duration): Promise<string> => {
    const at = clock();
    const { region } = company.contact;
    if (region) await knowHolidays(db, region, at);
    return workingTimeAfter(at, within, companyHours(db, company));
  };

  return {
    /** With when a manager who is asked must have decided, in working time; facts of old lack it. */
    async collectFacts(request: {
      customerId: string;
      caseId: string;
      episode: number;
      trigger: Trigger;
      cause: Cause | null;
      policy: StoredPolicy & Company;
    }): Promise<CustomerFacts & { decideUntil?: string }> {
      const { policy } = request;
      await catchUp(db, clock);
      const at = clock();
      const facts = await customerFacts(db, { ...request, policy: completed(policy), at });
      const { managerDecidesWithin } = policy.identification;
      return { ...facts, decideUntil: await workedUntil(policy, managerDecidesWithin) };
    },

    /** Without what to say: that stays here. */
    async chooseMeasures({
      customerId,
      caseId,
      optimisation: policy,
      currency = standardPolicy.currency,
      ...about
    }: PlaybookChoice & {
      customerId: string;
      caseId: string;
      optimisation?: OptimisationPolicy | undefined;
      /** of the policy; left out by cases whose choice was begun before it was asked for */
      currency?: string;
    }): Promise<ChosenPlaybook | Playbook | null> {
      const customer = await getCustomer(db, customerId);
      const to = { ...about, customerKind: customer?.kind ?? null };
      const choice = choosePlaybook(await currentPlaybooks(db), to);
      if (!choice) return null;
      const { because, equals } = choice;
      const { cause, tier } = about;
      const taken: { playbook: Playbook; tried?: Tried } =
        policy && equals.length > 1
          ? await tryOne(db, equals, { caseId, cause, tier, policy, currency, at: clock() })
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

    /**
     * Under an old policy without limits for offers those of the standard hold. A manager who is asked has until
     * `approveUntil`, in working time; answers of old name the window alone.
     */
    async prepareOffer({
      limits = standardPolicy.offers,
      company,
      ...request
    }: OfferPreparation): Promise<
      OfferAnswer & Pick<OfferLimits, 'approveWithin'> & { approveUntil?: string }
    > {
      const { approveWithin } = limits;
      const answer = await proposeOffer(db, { ...request, limits }, clock());
      if (answer.kind !== 'approval') return { ...answer, approveWithin };
      return { ...answer, approveWithin, approveUntil: await workedUntil(company, approveWithin) };
    },

    async projectCase(projection: CaseProjection): Promise<void> {
      await projectCase(db, projection, clock());
    },
  };
}

import { sql } from 'drizzle-orm';

/**
 * Offers that were made to the customer, as `case_id`, `measure_id`, `offer_id` and `at`: granted, or named in a contact in
 * which they answered. What was only prepared, or waited for a manager, was not.
 */
export const offersMade = sql`select o.case_id, o.measure_id, o.offer_id, coalesce(o.granted_at, (select min(t.closed_at) from tasks t where t.case_id = o.case_id and t.measure_id = o.measure_id and t.status = 'done' and t.type <> 'approve-offer' and t.result ->> '$.outcome' in ('accepted', 'refused', 'not-now', 'do-not-contact'))) as at from case_offers o where o.code is not null`;

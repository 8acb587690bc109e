import { randomUUID } from 'node:crypto';
import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  lte,
  not,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import { DomainError, refused } from '../domain/errors.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { Topic } from '../domain/prevention.ts';
import type {
  CampaignProgress,
  CampaignRecord,
  RecontactRecord,
  RecontactRefusal,
} from '../domain/recontacts.ts';
import type { Page, PageOf } from '../domain/records.ts';
import { channels, type Cause } from '../domain/words.ts';
import { openCaseIn } from './case-opening.ts';
import { countOpen } from './cases.ts';
import { isTheOne } from './cause-report.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { permissionOf } from './contacts.ts';
import { hasWithdrawn } from './late-returns.ts';
import { productOfLoss, regionOfCustomer } from './losses.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { campaigns, caseCauses, caseFigures, cases, customers, recontacts } from './schema.ts';

/** What a case must have come to for its customer to be turned to once more. */
const reopened = ['lost', 'lost-again', 'not-pursued', 'closed-by-manager'] as const;

type Wanted = { title: string; causes: Cause[] } & Omit<Topic, 'cause'>;

/**
 * Puts every customer in line whom these causes have cost us for good, one case each, the last. They get their cases
 * as places of the team become free.
 * @throws DomainError `conflict` when there is nobody
 */
export async function startCampaign(
  db: Db,
  wanted: Wanted,
  { asked, at }: { asked: Asked; at: string },
): Promise<CampaignProgress> {
  const campaignId = randomUUID();
  return writing(db, (tx) => {
    if (putInLine(tx, wanted, { campaignId, at }) === 0) {
      throw refused('nobody-to-try-again');
    }
    const createdBy = asked.actor.actorId;
    tx.insert(campaigns)
      .values({ ...wanted, campaignId, createdAt: at, createdBy })
      .run();
    insertDone(tx, asked, { action: 'campaign.start', target: campaignId, caseId: null, at });
    return progressOf(tx, campaignId)!;
  });
}

/** How many customers a campaign would put in line. */
export async function countForCampaign(db: Db, wanted: Omit<Wanted, 'title'>): Promise<number> {
  const { customers } = db.get<{ customers: number }>(
    sql`select count(*) as customers from ${lostBy(wanted)}`,
  );
  return customers;
}

/** All in one statement: there may be very many. @returns how many */
function putInLine(
  tx: Db,
  wanted: Omit<Wanted, 'title'>,
  { campaignId, at }: { campaignId: string; at: string },
): number {
  return tx.run(
    sql`insert into recontacts (case_id, customer_id, origin, campaign_id, due_at, expected_gain, status) select ${cases.caseId}, ${cases.customerId}, 'campaign', ${campaignId}, ${at}, coalesce(${cases.expectedGain}, 0), 'waiting' from ${lostBy(wanted)} on conflict (case_id) do update set origin = excluded.origin, campaign_id = excluded.campaign_id, due_at = excluded.due_at, expected_gain = excluded.expected_gain, status = excluded.status, left_out = null, opened_case_id = null, settled_at = null`,
  ).changes;
}

/** Who has come back for all that is known now, be it that we heard of it only after the end; of the lost again in between. */
const cameBack = sql`exists (select 1 from case_figures where case_figures.case_id = ${cases.caseId} and regained_at is not null)`;

/** Whose last case has one of the causes, and has ended without them. */
function lostBy({ causes, category, product, region }: Omit<Wanted, 'title'>): SQL {
  const where = and(
    eq(cases.status, 'closed'),
    inArray(cases.cause, causes),
    inArray(cases.outcome, [...reopened]),
    sql`${cases.endReason} is not 'was-not-lost'`,
    isNull(customers.objectedAt),
    isNull(customers.deceasedAt),
    or(isNull(customers.lastPurchaseAt), sql`${customers.lastPurchaseAt} <= ${cases.closedAt}`),
    not(hasWithdrawn),
    or(eq(cases.outcome, 'lost-again'), not(cameBack)),
    category === null
      ? undefined
      : sql`exists (select 1 from ${caseCauses} where ${caseCauses.caseId} = ${cases.caseId} and ${isTheOne} and ${caseCauses.category} = ${category})`,
    product === null ? undefined : eq(productOfLoss, product),
    region === null ? undefined : eq(regionOfCustomer, region),
    sql`not exists (select 1 from cases later where later.customer_id = ${cases.customerId} and later.episode > ${cases.episode})`,
    // Who waits already keeps their place.
    sql`not exists (select 1 from recontacts r where r.case_id = ${cases.caseId} and r.status = 'waiting')`,
  );
  return sql`${cases} join ${customers} on ${customers.customerId} = ${cases.customerId} where ${where}`;
}

/**
 * Ends a campaign: whom it has not reached yet gets no case by it.
 * @throws DomainError `not-found`
 */
export async function stopCampaign(
  db: Db,
  campaignId: string,
  { asked, at }: { asked: Asked; at: string },
): Promise<CampaignProgress> {
  return writing(db, (tx) => {
    if (!progressOf(tx, campaignId))
      throw new DomainError('not-found', 'There is no such campaign.');
    const unstopped = and(eq(campaigns.campaignId, campaignId), isNull(campaigns.stoppedAt));
    tx.update(campaigns).set({ stoppedAt: at }).where(unstopped).run();
    tx.update(recontacts)
      .set({ status: 'left-out', leftOut: 'campaign-stopped', settledAt: at })
      .where(and(eq(recontacts.campaignId, campaignId), eq(recontacts.status, 'waiting')))
      .run();
    insertDone(tx, asked, { action: 'campaign.stop', target: campaignId, caseId: null, at });
    return progressOf(tx, campaignId)!;
  });
}

/**
 * Opens cases for those whose time has come, at most `limit`, as far as the team has room: what was agreed first, then
 * by expected gain. What has come in between counts: whoever bought, objected or may not be contacted is left out.
 * @returns `left`: whether more would have room
 */
export async function openRecontacts(
  db: Db,
  { policy, at, limit }: { policy: VersionedPolicy; at: string; limit: number },
): Promise<{ opened: number; left: boolean }> {
  const nobody = { opened: 0, left: false };
  if (!dueOnes(db, at, 1)[0]) return nobody;
  return writing(db, (tx) => {
    const room = Math.min(limit, policy.team.capacity - countOpen(tx));
    if (room <= 0) return nobody;
    const due = dueOnes(tx, at, room);
    let opened = 0;
    for (const one of due) {
      const leftOut = refusalOf(tx, one, { policy, at });
      const openedCaseId = leftOut ? null : reopen(tx, one, { policy, at });
      if (openedCaseId) opened += 1;
      const status = openedCaseId ? 'opened' : 'left-out';
      tx.update(recontacts)
        .set({ status, leftOut, openedCaseId, settledAt: at })
        .where(eq(recontacts.caseId, one.caseId))
        .run();
    }
    return { opened, left: due.length === room };
  });
}

function dueOnes(db: Db, at: string, limit: number): RecontactRecord[] {
  return (
    db
      .select()
      .from(recontacts)
      // Written out, so that SQLite recognises the partial index.
      .where(and(sql`${recontacts.status} = 'waiting'`, lte(recontacts.dueAt, at)))
      .orderBy(asc(recontacts.origin), desc(recontacts.expectedGain), desc(recontacts.caseId))
      .limit(limit)
      .all()
  );
}

function refusalOf(
  tx: Db,
  { caseId, customerId }: RecontactRecord,
  { policy, at }: { policy: VersionedPolicy; at: string },
): RecontactRefusal | null {
  const customer = tx.select().from(customers).where(eq(customers.customerId, customerId)).get();
  const closed = tx.select().from(cases).where(eq(cases.caseId, caseId)).get();
  const later = tx
    .select({ caseId: cases.caseId })
    .from(cases)
    .where(and(eq(cases.customerId, customerId), gt(cases.episode, closed?.episode ?? 0)))
    .get();
  if (!customer || !closed || later) return 'case-since';
  if (customer.deceasedAt) return 'deceased';
  if (customer.objectedAt) return 'objected';
  if (withdrewSince(tx, caseId)) return 'withdrew-since';
  const isBackSince = closed.outcome !== 'lost-again' && isBack(tx, caseId);
  if ((customer.lastPurchaseAt ?? '') > closed.closedAt! || isBackSince) return 'bought-since';
  const purpose = 'recovery';
  const permitted = channels.some(
    (channel) => permissionOf(tx, { customerId, channel, purpose, at }, policy.contact).permitted,
  );
  return permitted ? null : 'no-channel';
}

function withdrewSince(tx: Db, caseId: string): boolean {
  const found = tx
    .select({ caseId: cases.caseId })
    .from(cases)
    .innerJoin(customers, eq(customers.customerId, cases.customerId))
    .where(and(eq(cases.caseId, caseId), hasWithdrawn))
    .get();
  return found !== undefined;
}

function isBack(tx: Db, caseId: string): boolean {
  const of = { regainedAt: caseFigures.regainedAt };
  const figures = tx.select(of).from(caseFigures).where(eq(caseFigures.caseId, caseId)).get();
  return Boolean(figures?.regainedAt);
}

/** The new case knows why the customer left. */
function reopen(
  tx: Db,
  { caseId, customerId, campaignId }: RecontactRecord,
  { policy, at }: { policy: VersionedPolicy; at: string },
): string {
  const { cause } = tx
    .select({ cause: cases.cause })
    .from(cases)
    .where(eq(cases.caseId, caseId))
    .get()!;
  const { record } = openCaseIn(tx, {
    ...{ customerId, trigger: 'manual', statedCause: cause, statedReason: null },
    ...{ effectiveAt: null, openedBy: campaignId ?? 'recontact', policy, at },
  });
  return record.caseId;
}

const byDue: Listing<RecontactRecord> = {
  name: 'recontacts',
  keyOf: ({ dueAt, caseId }) => [dueAt, caseId],
  keyParts: 2,
  order: 'ascending',
};

/** Whose turn is next first. */
export async function listRecontacts(
  db: Db,
  { status, campaignId }: { status: RecontactRecord['status']; campaignId?: string | undefined },
  page: Page,
): Promise<PageOf<RecontactRecord>> {
  const from = startOf(byDue, page);
  const rows = db
    .select()
    .from(recontacts)
    .where(
      and(
        eq(recontacts.status, status),
        campaignId === undefined ? undefined : eq(recontacts.campaignId, campaignId),
        from && sql`(${recontacts.dueAt}, ${recontacts.caseId}) > (${from[0]}, ${from[1]})`,
      ),
    )
    .orderBy(asc(recontacts.dueAt), asc(recontacts.caseId))
    .limit(page.limit + 1)
    .all();
  return pageOf(byDue, rows, page);
}

/** The newest first. */
export async function listCampaigns(db: Db): Promise<CampaignProgress[]> {
  const known = db.select().from(campaigns).orderBy(desc(campaigns.createdAt)).all();
  return known.map((one) => withProgress(db, one));
}

export async function getCampaign(
  db: Db,
  campaignId: string,
): Promise<CampaignProgress | undefined> {
  return progressOf(db, campaignId);
}

function progressOf(db: Db, campaignId: string): CampaignProgress | undefined {
  const record = db.select().from(campaigns).where(eq(campaigns.campaignId, campaignId)).get();
  return record && withProgress(db, record);
}

function withProgress(db: Db, record: CampaignRecord): CampaignProgress {
  const counted = db
    .select({ status: recontacts.status, number: count() })
    .from(recontacts)
    .where(eq(recontacts.campaignId, record.campaignId))
    .groupBy(recontacts.status)
    .all();
  const none = { waiting: 0, opened: 0, 'left-out': 0 };
  return {
    ...record,
    ...none,
    ...Object.fromEntries(counted.map((one) => [one.status, one.number])),
  };
}

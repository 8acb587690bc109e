import { heartbeat, sleep } from '@temporalio/activity';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { PastCustomer } from '../domain/backtest.ts';
import { fitAtMost, fitCompany, type CompanyFit } from '../domain/company-fit.ts';
import { after } from '../domain/duration.ts';
import { dayOf } from '../domain/models/history.ts';
import type { Policy } from '../domain/policy.ts';
import { buyers, countBuyers } from '../db/customers.ts';
import { newestFit } from '../db/fits.ts';
import type { Db } from '../db/open.ts';

type Occasion = { detection: Policy['detection']; at: string };

/** So many times the customers of the last fit are another company. */
const growth = 1.5;

export async function isFitGoodEnough(db: Db, { detection, at }: Occasion): Promise<boolean> {
  const fit = await newestFit(db);
  if (!fit || after(fit.fittedAt, detection.refitEvery) <= at) return false;
  return (await countBuyers(db)) <= fit.customers * growth;
}

const pageSize = 2_000;
/** The same customers and draws from the same database, so that a fit can be repeated. */
const seed = 19_970_930;

/** Goes through all purchases, page by page; heartbeats. */
export async function fitOf(db: Db, { detection, at }: Occasion): Promise<CompanyFit> {
  const generator = xoroshiro128plus(seed);
  const pick = (below: number) => uniformInt(generator, 0, below - 1);
  const sample: PastCustomer[] = [];
  let customers = 0;
  for (let after: string | null = null; ;) {
    const { past, last }: Awaited<ReturnType<typeof buyers>> = await buyers(db, {
      after,
      limit: pageSize,
    });
    if (last === null) break;
    for (const one of past) {
      customers += 1;
      // Vitter (1985), algorithm R: everybody has the same chance to be in the sample.
      const place = sample.length < fitAtMost ? sample.length : pick(customers);
      if (place < fitAtMost) sample[place] = one;
    }
    after = last;
    heartbeat();
    await sleep(0);
  }
  return fitCompany(sample, { customers, today: dayOf(at), policy: detection, pick });
}

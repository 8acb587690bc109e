import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { PastCustomer } from '../../domain/backtest.ts';
import {
  detectionOf,
  fitCompany,
  valueModelsOf,
  type CompanyFit,
} from '../../domain/company-fit.ts';
import { detectionRules } from '../../domain/detection.ts';
import { dayOf } from '../../domain/models/history.ts';
import type { Policy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { cdnowUntil } from '../support/cdnow.ts';

const policy: Policy['detection'] = { ...standardPolicy.detection, judgedOver: '180d' };
const end = dayOf('1998-06-30');

function fit(sample: PastCustomer[], today: number, change: Partial<typeof policy> = {}) {
  const generator = xoroshiro128plus(1);
  return fitCompany(sample, {
    customers: sample.length,
    today,
    policy: { ...policy, ...change },
    pick: (below) => uniformInt(generator, 0, below - 1),
  });
}

const cdnow = cdnowUntil('1998-06-30');
const good = fit(cdnow, end);
const of = (change: Partial<typeof policy>, from: CompanyFit | null = good) =>
  detectionOf({ ...policy, ...change }, from);

describe('a fit of the company', () => {
  it('holds models, rhythm and a backtest whose split lies within the past', () => {
    expect(good.customers).toBe(2_357);
    expect(good.models['bg-nbd']).toMatchObject({ fitted: true, customers: 2_357 });
    expect(good.models['mbg-nbd'].fitted).toBe(true);
    expect(good.spend.fitted).toBe(true);
    expect(good.backtest).toMatchObject({ split: end - 180, horizonDays: 90, customers: 2_357 });
    expect(good.backtest!.rules.map(({ rule }) => rule)).toEqual(detectionRules);
    expect(good.backtest!.recommended).not.toBeNull();
  });

  it('halves a past that is shorter than the policy would judge by', () => {
    const early = fit(cdnowUntil('1997-04-30'), dayOf('1997-05-01'), { judgedOver: '365d' });
    expect(early.backtest!.split).toBe(dayOf('1997-03-02'));
  });

  it('of hardly anybody is no good, and says why', () => {
    const few = fit(cdnow.slice(0, 50), end);
    expect(few.models['bg-nbd']).toMatchObject({ fitted: false, reason: 'too-few-customers' });
    expect(few.spend.fitted).toBe(false);
    expect(valueModelsOf(few)).toEqual({ purchases: {}, spend: null });
    expect(fit([{ days: [end], spend: [1] }], end).backtest).toBeNull();
  });
});

describe('the detection of a policy', () => {
  it('is the rule that the policy names, with its threshold', () => {
    for (const rule of detectionRules) {
      expect(of({ rule })).toMatchObject({
        rule,
        threshold: policy.threshold[rule],
        fallback: null,
      });
    }
    expect(of({ rule: 'mbg-nbd' }).basis).toMatchObject({ rhythm: good.rhythm, horizonDays: 90 });
  });

  it('can be the one that the backtest recommends, with the horizon it was tried with', () => {
    const { recommended } = good.backtest!;
    expect(of({ rule: 'recommended' })).toMatchObject({ ...recommended, fallback: null });
    const short = fit(cdnow, end, { judgedOver: '60d' });
    expect(of({ rule: 'recommended' }, short).basis.horizonDays).toBe(60);
    expect(of({ rule: 'mbg-nbd' }, short).basis.horizonDays).toBe(90);
  });

  const fallback = { rule: 'own-rhythm', threshold: policy.threshold['own-rhythm'] };

  it('falls back to the own rhythm without a fit, and says so', () => {
    for (const rule of ['recommended', 'bg-nbd', 'mbg-nbd'] as const) {
      expect(of({ rule }, null)).toMatchObject({ ...fallback, fallback: 'no-fit-yet' });
    }
    expect(of({ rule: 'fixed-days' }, null)).toMatchObject({ rule: 'fixed-days', fallback: null });
  });

  it('falls back when the fit is bad, and says why', () => {
    const few = fit(cdnow.slice(0, 50), end);
    const why = { ...fallback, fallback: 'too-few-customers' };
    expect(of({ rule: 'bg-nbd' }, few)).toMatchObject(why);
    expect(of({ rule: 'mbg-nbd' }, few)).toMatchObject(why);
    // BG/NBD leaves first-time buyers to MBG/NBD, and cannot do without it.
    const detail = 'the search found no end';
    const half: CompanyFit = {
      ...good,
      models: {
        ...good.models,
        'mbg-nbd': { ...good.models['mbg-nbd'], fitted: false, reason: 'no-convergence', detail },
      },
    };
    expect(of({ rule: 'bg-nbd' }, half)).toMatchObject({ ...fallback, fallback: 'no-convergence' });
  });

  it('falls back when the backtest recommends nothing', () => {
    const why = { ...fallback, fallback: 'nothing-recommended' };
    const undecided = { ...good, backtest: { ...good.backtest!, recommended: null } };
    expect(of({ rule: 'recommended' }, undecided)).toMatchObject(why);
    expect(of({ rule: 'recommended' }, { ...good, backtest: null })).toMatchObject(why);
  });
});

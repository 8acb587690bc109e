import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  expectedPurchases,
  fitPurchaseModel,
  likelihoodOf,
  probabilityAlive,
  probabilityOfPurchase,
  purchaseModels,
  type PurchaseParameters,
} from '../../../domain/models/beta-geometric.ts';
import { buyingHistory, dayOf, groupHistories } from '../../../domain/models/history.ts';
import { cdnowUntil } from '../../support/cdnow.ts';

const calibrationEnd = '1997-09-30';
const cdnow = cdnowUntil(calibrationEnd).map(({ days }) =>
  buyingHistory(days, dayOf(calibrationEnd)),
);

const published: PurchaseParameters = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const others: PurchaseParameters = { r: 1.7, alpha: 11, a: 2.5, b: 0.6 };
const histories = {
  once: { frequency: 0, recency: 0, age: 38.86 },
  thrice: { frequency: 2, recency: 30.43, age: 38.86 },
  often: { frequency: 26, recency: 30.86, age: 31 },
  silent: { frequency: 7, recency: 5, age: 39 },
  hundreds: { frequency: 300, recency: 150, age: 156 },
};

describe('the most likely parameters for CDNOW, first 39 weeks', () => {
  it('are those that Fader, Hardie and Lee published for BG/NBD', () => {
    const fit = fitPurchaseModel('bg-nbd', groupHistories(cdnow));
    expect(fit).toMatchObject({ fitted: true, customers: 2357, firstTimeBuyers: 1411 });
    // Marketing Science 24 (2), 2005, table 2.
    expect(fit.logLikelihood.toFixed(1)).toBe('-9582.4');
    if (!fit.fitted) throw new Error(fit.detail);
    const { r, alpha, a, b } = fit.parameters;
    expect([r, alpha, a, b].map((p) => p.toFixed(3))).toEqual(['0.243', '4.414', '0.793', '2.426']);
  });

  it('are those of the Python package lifetimes for MBG/NBD', () => {
    // lifetimes 0.11.3, ModifiedBetaGeoFitter, same histories; by scipy as well: test/reference/purchases.py.
    const fit = fitPurchaseModel('mbg-nbd', groupHistories(cdnow));
    expect(fit.logLikelihood).toBeCloseTo(-9582.135715553766, 5);
    if (!fit.fitted) throw new Error(fit.detail);
    expect(fit.parameters.r).toBeCloseTo(0.524843, 4);
    expect(fit.parameters.alpha).toBeCloseTo(6.18308, 4);
    expect(fit.parameters.a).toBeCloseTo(0.89136, 4);
    expect(fit.parameters.b).toBeCloseTo(1.614, 4);
  });

  it('do not depend on how often each history occurs, only on the shares', () => {
    const groups = groupHistories(cdnow);
    const tenfold = groups.map((group) => ({ ...group, customers: group.customers * 10 }));
    const [once, ten] = [groups, tenfold].map((g) => fitPurchaseModel('bg-nbd', g));
    expect(ten!.logLikelihood).toBeCloseTo(once!.logLikelihood * 10, 4);
  });
});

// P(alive) and the purchases expected in 13 and in 39 weeks: lifetimes 0.11.3 on scipy 1.17.1,
// conditional_probability_alive and conditional_expected_number_of_purchases_up_to_time. Without their closed forms, by
// integration: test/reference/purchases.py.
const reference = [
  ['bg-nbd', published, 'once', null, 0.06992659460176161, 0.19509805201125396],
  ['bg-nbd', published, 'thrice', 0.726578570080673, 0.45720978654671607, 1.226028174767135],
  ['bg-nbd', published, 'often', 0.968915649717525, 8.277487447512138, 20.7497261408577],
  [
    'bg-nbd',
    published,
    'silent',
    0.0001651849036316929,
    0.00032826672000122625,
    0.0008566787817308162,
  ],
  ['bg-nbd', published, 'hundreds', 0.004049893301575499, 0.09553874988927047, 0.27081553311823886],
  ['bg-nbd', others, 'thrice', 0.2438699591727311, 0.18031891143596748, 0.3649816724047706],
  ['bg-nbd', others, 'hundreds', 0.0019212066532846958, 0.04110169726228419, 0.10439692054789868],
  ['mbg-nbd', published, 'once', null, 0.045000750278485865, 0.12746138254565825],
  ['mbg-nbd', published, 'thrice', 0.7744192426236461, 0.4924322599070424, 1.3404974284912061],
  ['mbg-nbd', published, 'often', 0.9699763365609563, 8.316195077887116, 20.93321911900689],
  ['mbg-nbd', others, 'silent', 0.0001505265185707376, 0.0002643413133182149, 0.000542469145554399],
  ['mbg-nbd', others, 'hundreds', 0.001927606864640341, 0.04125077927378837, 0.10482482398676757],
] as const;

describe('a purchase model', () => {
  it.each(reference)(
    '%s agrees with lifetimes at %j for who bought %s',
    (model, parameters, who, alive, in13, in39) => {
      const fitted = { model, ...parameters };
      const history = histories[who];
      const near = (expected: number) => expected * 1e-10;
      if (alive === null) expect(probabilityAlive(fitted, history)).toBeNull();
      else expect(Math.abs(probabilityAlive(fitted, history)! - alive)).toBeLessThan(near(alive));
      for (const [weeks, expected] of [
        [13, in13],
        [39, in39],
      ] as const) {
        const difference = expectedPurchases(fitted, history, weeks) - expected;
        expect(Math.abs(difference)).toBeLessThan(near(expected));
      }
    },
  );

  it.each([
    ['bg-nbd', published, -61.361671538894086],
    ['bg-nbd', others, -72.04243231876382],
    ['mbg-nbd', published, -61.64400285716651],
    ['mbg-nbd', others, -71.2063687328275],
  ] as const)('%s has the log-likelihood of lifetimes at %j', (model, parameters, expected) => {
    const { once, thrice, often, silent } = histories;
    const groups = groupHistories([once, thrice, often, silent]);
    expect(likelihoodOf(model, groups)(parameters).value).toBeCloseTo(expected, 9);
  });

  it.each(purchaseModels)('%s says nothing about whether a first-time buyer has left', (model) => {
    expect(probabilityAlive({ model, ...published }, histories.once)).toBeNull();
  });

  it('bg-nbd would take almost everybody for alive, so no rule may rest on that', () => {
    const fitted = { model: 'bg-nbd', ...published } as const;
    const presumedLost = cdnow.filter((h) => (probabilityAlive(fitted, h) ?? 1) < 0.5);
    expect(presumedLost.length / cdnow.length).toBeLessThan(0.2);
  });

  const anyModel = fc.record({
    model: fc.constantFrom(...purchaseModels),
    r: fc.double({ min: 0.05, max: 20, noNaN: true }),
    alpha: fc.double({ min: 0.5, max: 100, noNaN: true }),
    // a = 1 is where the closed form of the expectation divides by zero.
    a: fc.oneof(fc.constant(1), fc.double({ min: 0.05, max: 20, noNaN: true })),
    b: fc.double({ min: 0.05, max: 20, noNaN: true }),
  });
  const anyHistory = fc
    .tuple(fc.nat(800), fc.double({ min: 0, max: 300, noNaN: true }), fc.nat(200))
    .map(([frequency, recency, silence]) => ({
      frequency,
      recency: frequency === 0 ? 0 : Math.max(recency, frequency / 7),
      age: (frequency === 0 ? 0 : Math.max(recency, frequency / 7)) + silence,
    }));

  it('stays within what can be, up to hundreds of purchases', () => {
    fc.assert(
      fc.property(
        anyModel,
        anyHistory,
        fc.integer({ min: 1, max: 156 }),
        (model, history, weeks) => {
          const likely = probabilityOfPurchase(model, history, weeks);
          const expected = expectedPurchases(model, history, weeks);
          const { value, gradient } = likelihoodOf(model.model, groupHistories([history]))(model);
          expect([value, ...gradient].every(Number.isFinite)).toBe(true);
          expect(likely).toBeGreaterThanOrEqual(0);
          expect(likely).toBeLessThanOrEqual(1);
          // At least one purchase is no likelier than the purchases expected (Markov).
          expect(expected).toBeGreaterThanOrEqual(likely * (1 - 1e-9));
          const limit = ((model.r + history.frequency) * weeks) / (model.alpha + history.age);
          expect(expected).toBeLessThanOrEqual(limit * (1 + 1e-9));
          // The last bit of a double may be lost, as above.
          const later = expectedPurchases(model, history, weeks + 1);
          expect(later).toBeGreaterThanOrEqual(expected * (1 - 1e-12));
          const alive = probabilityAlive(model, history);
          if (alive !== null) expect(likely).toBeLessThanOrEqual(alive * (1 + 1e-12));
        },
      ),
    );
  });

  it('has the gradient of its own likelihood', () => {
    fc.assert(
      fc.property(anyModel, fc.array(anyHistory, { minLength: 1, maxLength: 4 }), (model, some) => {
        const likelihood = likelihoodOf(model.model, groupHistories(some));
        const { value, gradient } = likelihood(model);
        (['r', 'alpha', 'a', 'b'] as const).forEach((name, i) => {
          const h = model[name] * 1e-5;
          const up = likelihood({ ...model, [name]: model[name] + h }).value;
          const down = likelihood({ ...model, [name]: model[name] - h }).value;
          const rounding = (Math.abs(value) * 1e-12) / h;
          const slack = 1e-4 * Math.abs(gradient[i]!) + rounding + 1e-6;
          expect(Math.abs((up - down) / (2 * h) - gradient[i]!)).toBeLessThan(slack);
        });
      }),
    );
  });
});

describe('a bad fit', () => {
  it('of a few customers is named', () => {
    const fit = fitPurchaseModel('bg-nbd', groupHistories(cdnow.slice(0, 60)));
    expect(fit).toMatchObject({ fitted: false, reason: 'too-few-customers', customers: 60 });
  });

  it('of first-time buyers alone is named', () => {
    const once = cdnow.filter(({ frequency }) => frequency === 0);
    expect(fitPurchaseModel('mbg-nbd', groupHistories(once))).toMatchObject({
      fitted: false,
      reason: 'too-few-customers',
    });
  });

  it('of customers of whom nobody ever stays away is named, with the parameter', () => {
    const steady = Array.from({ length: 400 }, (_, i) => {
      const frequency = 5 + (i % 7);
      return { frequency, recency: 50 + (i % 3), age: 53 };
    });
    const fit = fitPurchaseModel('bg-nbd', groupHistories(steady));
    expect(fit.fitted).toBe(false);
    if (!fit.fitted) expect(fit.reason).toBe('at-boundary');
  });
});

import { describe, expect, it } from '@jest/globals';
import { expectedSpend, fitSpendModel } from '../../../domain/models/gamma-gamma.ts';
import { cdnowUntil } from '../../support/cdnow.ts';

const spend = cdnowUntil('1997-09-30').map((customer) => {
  const repeat = customer.spend.slice(1);
  const total = repeat.reduce((sum, amount) => sum + amount, 0);
  return { frequency: repeat.length, averageSpend: total / Math.max(1, repeat.length) };
});

describe('the spend model', () => {
  it('finds the parameters for CDNOW that Fader and Hardie published', () => {
    const fit = fitSpendModel(spend);
    expect(fit.customers).toBe(946);
    if (!fit.fitted) throw new Error(fit.detail);
    // "The Gamma-Gamma Model of Monetary Value" (2013): p = 6.25, q = 3.74, v = 15.44.
    expect(fit.parameters.p).toBeCloseTo(6.25, 2);
    expect(fit.parameters.q).toBeCloseTo(3.74, 2);
    expect(fit.parameters.v).toBeCloseTo(15.44, 2);
  });

  it('does not care whether money is counted in cents', () => {
    const cents = spend.map((h) => ({ ...h, averageSpend: h.averageSpend * 100 }));
    const [dollars, inCents] = [fitSpendModel(spend), fitSpendModel(cents)];
    if (!dollars.fitted || !inCents.fitted) throw new Error('not fitted');
    expect(inCents.parameters.q).toBeCloseTo(dollars.parameters.q, 4);
    expect(inCents.parameters.v).toBeCloseTo(dollars.parameters.v * 100, 1);
  });

  it.each([
    // lifetimes 0.11.3, GammaGammaFitter.conditional_expected_average_profit; test/reference/purchases.py
    ['a first-time buyer', 0, 0, 35.170371330453996],
    ['who spent 50 once', 1, 50, 45.47512211717989],
    ['who spent 10 five times', 5, 10, 12.03203633780967],
  ])('expects of %s what lifetimes expects', (_who, frequency, averageSpend, expected) => {
    const parameters = { p: 6.249572, q: 3.744225, v: 15.443521 };
    expect(expectedSpend(parameters, { frequency, averageSpend })).toBeCloseTo(expected, 4);
  });

  it('names what it cannot fit', () => {
    expect(fitSpendModel(spend.slice(0, 20))).toMatchObject({ reason: 'too-few-customers' });
    const same = Array.from({ length: 200 }, () => ({ frequency: 3, averageSpend: 20 }));
    expect(fitSpendModel(same).fitted).toBe(false);
  });
});

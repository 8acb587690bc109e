import type { Names } from '../../../domain/causes.ts';
import type { components } from '../../api/schema.d.ts';

export type Offer = components['schemas']['Offer'];

/** An offer as it is written: money in whole units, numbers perhaps not yet typed to their end. */
export type Draft = Pick<
  Offer,
  'offerId' | 'title' | 'kind' | 'causes' | 'tiers' | 'forAnyCause' | 'fallback'
> & {
  names: Partial<Names>;
  cost: number | string;
  monthlyBudget: number | string | null;
  marginFloorPercent: number | string;
  validDays: number | string;
};

export const newOffer: Draft = {
  offerId: '',
  title: '',
  names: {},
  kind: 'credit',
  causes: [],
  tiers: [],
  forAnyCause: false,
  fallback: null,
  cost: 0,
  monthlyBudget: null,
  marginFloorPercent: 0,
  validDays: 42,
};

/** Money is typed in whole units and stored in minor ones. */
export function minorUnits(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2);
}

import type { Cause } from './words.ts';

/** Why a lost customer is turned to once more. */
export const recontactOrigins = ['agreed', 'campaign'] as const;

export const recontactStatuses = ['waiting', 'opened', 'left-out'] as const;

/** Why there is no new case for who was to be turned to once more. */
export const recontactRefusals = [
  'deceased',
  'objected',
  'bought-since',
  'withdrew-since',
  'case-since',
  'no-channel',
  'campaign-stopped',
] as const;
export type RecontactRefusal = (typeof recontactRefusals)[number];

/** A closed case whose customer gets a new one when it is due, the team has a place and nothing speaks against it. */
export type RecontactRecord = {
  /** the closed one */
  caseId: string;
  customerId: string;
  origin: (typeof recontactOrigins)[number];
  /** null: agreed with the customer */
  campaignId: string | null;
  dueAt: string;
  /** of the closed case, minor units: ranks those who wait */
  expectedGain: number;
  status: (typeof recontactStatuses)[number];
  leftOut: RecontactRefusal | null;
  openedCaseId: string | null;
  settledAt: string | null;
};

/** Cases that a cause had closed, opened again since it is gone. */
export type CampaignRecord = {
  campaignId: string;
  title: string;
  causes: Cause[];
  /** as of a topic of prevention; null: whichever */
  category: string | null;
  product: string | null;
  region: string | null;
  createdAt: string;
  createdBy: string;
  stoppedAt: string | null;
};

export type CampaignProgress = CampaignRecord & Record<(typeof recontactStatuses)[number], number>;

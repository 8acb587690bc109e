/** Every enumeration of the product, written once. zod, Drizzle, OpenAPI and the web take them from here. */

export const triggers = ['cancellation', 'dormancy', 'manual'] as const;
export type Trigger = (typeof triggers)[number];

export const steps = [
  'identification',
  'cause-analysis',
  'measures',
  'success-control',
  'second-loyalty',
] as const;
export type Step = (typeof steps)[number];

export const outcomes = [
  'loyal-again',
  'lost-again',
  'lost',
  'not-pursued',
  'control-group',
  'stopped',
  'closed-by-manager',
] as const;
export type Outcome = (typeof outcomes)[number];

export const caseStatuses = ['open', 'closed'] as const;
export type CaseStatus = (typeof caseStatuses)[number];

export const taskStatuses = ['open', 'done', 'cancelled'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

export const tiers = ['A', 'B', 'C', 'D'] as const;
export type Tier = (typeof tiers)[number];

export const decisions = ['pursue', 'pursue-light', 'do-not-pursue'] as const;
export type Decision = (typeof decisions)[number];

export const channels = ['phone', 'email', 'letter', 'visit'] as const;
export type Channel = (typeof channels)[number];

/** What a contact is for: to win somebody back is advertising; a word on an order or a remedy is not. */
export const purposes = ['recovery', 'service'] as const;
export type Purpose = (typeof purposes)[number];

/** What a contact can rest on. */
export const legalBases = [
  'express-consent',
  'presumed-consent',
  'existing-customer',
  'contract',
  'none-needed',
] as const;
export type LegalBasis = (typeof legalBases)[number];

export const customerKinds = ['consumer', 'business'] as const;
export type CustomerKind = (typeof customerKinds)[number];

export const targetGroups = ['Z0', 'Z1', 'Z2', 'Z3', 'Z4'] as const;
export type TargetGroup = (typeof targetGroups)[number];

export const phases = [
  'acquisition',
  'socialisation',
  'growth',
  'maturity',
  'termination',
  'abstinence',
  'revitalisation',
] as const;
export type Phase = (typeof phases)[number];

/** Why customers leave (product.md, step 2). A group and its detail are joined by a hyphen. */
export const causes = [
  'no-need',
  'better-offer-price',
  'better-offer-product',
  'better-offer-convenience',
  'disappointed-product',
  'disappointed-service',
  'disappointed-complaint',
  'disappointed-contact',
  'neglected',
  'pushed-away-unintended',
  'pushed-away-intended',
  'life-change',
  'never-started',
  'unknown',
] as const;
export type Cause = (typeof causes)[number];

export const roles = ['agent', 'manager', 'sales-system', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What the sales system may report (`POST /api/v1/events`). */
export const eventTypes = [
  'customer.updated',
  'purchase.recorded',
  'cancellation.received',
  'cancellation.withdrawn',
  'permission.changed',
  'customer.objected',
  'customer.deceased',
  'complaint.recorded',
  'order.delivered',
  'satisfaction.answered',
  'order.returned',
  'cancellation.considered',
  'offer.redeemed',
  'mail.bounced',
] as const;
export type EventType = (typeof eventTypes)[number];

/** What a customer shows before the loss (domain/early-signs.ts). */
export const earlySigns = [
  'declining-rhythm',
  'complaint-unanswered',
  'permission-withdrawn',
  'cancellation-considered',
  'low-satisfaction',
] as const;
export type EarlySign = (typeof earlySigns)[number];

/** Judgements of the strict rule (domain/strict-regain.ts). `half-return`: has bought again, but far less than before. */
export const strictRegains = ['regained', 'half-return', 'pending', 'not'] as const;
export type StrictRegain = (typeof strictRegains)[number];

export function isCause(value: unknown): value is Cause {
  return causes.includes(value as Cause);
}

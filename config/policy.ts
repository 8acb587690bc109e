import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { opensBeforeCloses } from '../domain/calendar.ts';
import { durationMs, durationPattern, type Duration } from '../domain/duration.ts';
import { detectionRules } from '../domain/detection.ts';
import { DomainError } from '../domain/errors.ts';
import { currencyPattern } from '../domain/money.ts';
import { permissionModes } from '../domain/permission.ts';
import { afterCareTasks, objectives, patternMeasures, type Policy } from '../domain/policy.ts';
import { demoPolicy, standardPolicy } from '../domain/standard-policy.ts';
import { causes, decisions, earlySigns, roles, tiers, triggers } from '../domain/words.ts';
import { code, distinct, group, list, money, oneOf, wholeNumber } from './fields.ts';
import { validated } from './validate.ts';
import { parseYaml } from './yaml.ts';

const builtIn: Record<string, Policy> = { standard: standardPolicy, demo: demoPolicy };

const longest: Duration = '36500d';
const durationRule = `must be a length of time like 20s, 15m, 4h or 90d, more than 0 and at most ${longest}`;
const duration = z.templateLiteral([z.number(), z.enum(['s', 'm', 'h', 'd'])], durationRule).refine(
  (text) =>
    durationPattern.test(text) && durationMs(text) > 0 && durationMs(text) <= durationMs(longest),
  // The rules across fields must not run on what is no duration.
  { error: durationRule, abort: true },
);

const probabilityRule = 'must be a probability above 0 and below 1';
const probability = z.number(probabilityRule).gt(0, probabilityRule).lt(1, probabilityRule);
const factorRule = 'must be a number from 1 to 100';
const factor = z.number(factorRule).min(1, factorRule).max(100, factorRule);
const percent = wholeNumber(0, 100);
const shareRule = 'must be a number from 0 to 100';
const share = z.number(shareRule).min(0, shareRule).max(100, shareRule);
const chanceFactorRule = 'must be a number from 0 to 10';
const chanceFactor = z.number(chanceFactorRule).min(0, chanceFactorRule).max(10, chanceFactorRule);
const hoursRule = 'must be a number of hours from 0.01 to 1000';
const hours = z.number(hoursRule).min(0.01, hoursRule).max(1_000, hoursRule);
const minutes = wholeNumber(0, 1_440);
const effort = group({ cost: money, hours, chanceShare: share });
const points = wholeNumber(0, 1_000_000);
const weight = wholeNumber(0, 1_000);
const timeRule = 'must be a time of day like 09:30';
const timeOfDay = z
  .string(timeRule)
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: timeRule, abort: true });

/** An IANA name. No offsets like `+01:00`, which know no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const callRhythm = group({
  firstAfter: duration,
  attempts: wholeNumber(1, 20),
  retryAfter: list(duration, { least: 1, most: 20 }),
  window: duration,
  postponements: wholeNumber(0, 20),
  postponeAtMost: duration,
});

const regainRule = group({
  withdrawal: z.boolean('must be true or false'),
  sharePercent: share,
  of: oneOf(patternMeasures),
});

/** The hours in which a company or a person works. */
export const businessHours = group({
  workDays: list(wholeNumber(1, 7), { least: 1, most: 7 }).refine(
    distinct,
    'must name each day once (1 is Monday)',
  ),
  opensAt: timeOfDay,
  closesAt: timeOfDay,
}).refine(opensBeforeCloses, { path: ['closesAt'], error: 'must be later than opensAt' });

export const policySchema = group({
  name: code,
  timeZone: z
    .string('must be a text')
    .refine(isTimeZone, 'must be a known IANA time zone like Europe/Berlin'),
  currency: z
    .string('must be a text')
    .regex(currencyPattern, 'must be a currency of ISO 4217: three capital letters like EUR'),
  team: group({ id: code, capacity: wholeNumber(0, 1_000_000) }),
  contact: group({
    hours: businessHours.nullable(),
    timesOfDay: list(timeOfDay, { most: 20 }),
    permission: oneOf(permissionModes).optional(),
    region: z
      .string('must be a text')
      .regex(
        /^[A-Z]{2}(-[A-Z0-9]{1,3}){0,2}$/,
        'must be a country or region like DE, DE-BY or CH-ZH',
      )
      .optional(),
    customerHours: group({ opensAt: timeOfDay, closesAt: timeOfDay })
      .refine(opensBeforeCloses, { path: ['closesAt'], error: 'must be later than opensAt' })
      .optional(),
    limits: group({
      perDay: wholeNumber(1, 100),
      perWeek: wholeNumber(1, 700),
      perCase: wholeNumber(1, 1_000),
      teamPerHour: wholeNumber(1, 100_000),
    }).optional(),
  }).superRefine(({ hours, timesOfDay }, context) => {
    timesOfDay.forEach((time, i) => {
      if (!hours || (time >= hours.opensAt && time < hours.closesAt)) return;
      context.addIssue({
        code: 'custom',
        path: ['timesOfDay', i],
        message: `must be within the working hours, ${hours.opensAt} to ${hours.closesAt}`,
      });
    });
  }),
  playbookDay: duration,
  detection: group({
    rule: oneOf(['recommended', ...detectionRules]),
    threshold: group({
      'fixed-days': wholeNumber(1, 3_650),
      'own-rhythm': factor,
      'bg-nbd': probability,
      'mbg-nbd': probability,
    }),
    horizon: duration,
    secondPurchaseShare: z.literal([10, 20, 30, 40, 50, 60, 70, 80, 90], 'must be 10, 20 … or 90'),
    minimumSilence: duration,
    maximumSilence: duration,
    refitEvery: duration,
    judgedOver: duration,
  }).refine(
    ({ minimumSilence, maximumSilence }) => durationMs(minimumSilence) < durationMs(maximumSilence),
    {
      path: ['minimumSilence'],
      error: 'must be shorter than maximumSilence, or nobody would ever count as lost',
    },
  ),
  scan: group({
    at: timeOfDay,
    startsPerMinute: wholeNumber(6, 100_000),
    refillEvery: duration,
    waitAtMost: duration,
  }),
  identification: group({
    valueHorizon: duration,
    paceOverAtLeast: duration,
    marginPercent: percent,
    discountPercent: percent,
    tierFrom: group({ A: money, B: money, C: money }).refine(
      ({ A, B, C }) => A >= B && B >= C,
      'must not rise from A to C',
    ),
    chance: group({
      byTrigger: group({ cancellation: share, dormancy: share, manual: share }),
      tierFactor: group({ A: chanceFactor, B: chanceFactor, C: chanceFactor, D: chanceFactor }),
      causeFactor: z.partialRecord(
        z.enum(causes),
        chanceFactor,
        `must give numbers from 0 to 10 for some of: ${causes.join(', ')}`,
      ),
      halvesEvery: duration,
      judgedAfter: duration,
      measuredFrom: wholeNumber(10, 1_000_000),
    }),
    effort: group({ pursue: effort, 'pursue-light': effort }),
    doubtPercent: wholeNumber(0, 99),
    naturalLossCauses: list(oneOf(causes)),
    wantedLossCauses: list(oneOf(causes)),
    managerDecidesTiers: list(oneOf(tiers)),
    managerDecidesWithin: duration,
    onManagerSilence: oneOf(decisions),
    controlGroupPercent: percent,
    controlGroupTriggers: list(oneOf(triggers)),
    controlGroupBeforeEffective: z.boolean('must be true or false').optional(),
  }),
  causeAnalysis: group({ call: callRhythm }),
  measures: group({ call: callRhythm, window: duration, urgentWithin: duration }),
  offers: group({
    approveAbove: money,
    approveWithin: duration,
    monthlyBudget: money.nullable(),
    noRewardWithin: duration,
  }),
  successControl: group({
    observation: duration,
    regained: group({
      cancellation: regainRule,
      dormancy: regainRule,
      manual: regainRule,
    }).optional(),
  }),
  optimisation: group({
    objective: oneOf(objectives).optional(),
    floorPercent: wholeNumber(1, 50),
    stopAtPercent: wholeNumber(50, 100),
    casesAtMost: wholeNumber(20, 1_000_000),
    judgedAfter: duration,
  }).exactOptional(),
  secondLoyalty: group({
    afterCare: list(
      group({
        task: oneOf(afterCareTasks),
        after: duration,
      }),
      { most: 20 },
    ),
    call: callRhythm,
    afterDelivery: duration.optional(),
    makeUpToScore: wholeNumber(0, 10).optional(),
    earlyWarning: group({
      intervals: z.number().min(1).max(20),
      purchaseDaysAtLeast: wholeNumber(2, 1_000),
    }).optional(),
    referralFromScore: wholeNumber(0, 10),
    referralAfter: duration,
    observation: duration,
  }).superRefine(({ afterCare, observation }, context) => {
    const broken = (i: number, message: string) =>
      context.addIssue({ code: 'custom', path: ['afterCare', i, 'after'], message });
    afterCare.forEach(({ after }, i) => {
      const before = afterCare[i - 1];
      if (before && durationMs(after) <= durationMs(before.after)) {
        broken(i, 'must be later than the entry before it');
      }
      if (durationMs(after) > durationMs(observation)) {
        broken(i, `must be within the observation of ${observation}`);
      }
    });
  }),
  earlySigns: group({
    actOn: list(oneOf(earlySigns)).refine(distinct, 'must name each sign once'),
    openAtMost: wholeNumber(0, 1_000_000),
    oncePer: duration,
    purchaseDaysAtLeast: wholeNumber(0, 1_000),
    freshFor: duration,
    dueAfter: duration,
    window: duration,
    complaintAnsweredWithin: duration,
    decline: group({
      purchaseDaysAtLeast: wholeNumber(3, 1_000),
      longestFactor: factor,
      silenceAtLeast: duration,
    }),
  }),
  costs: group({
    hour: money,
    minutes: group({
      call: minutes,
      unansweredCall: minutes,
      letter: minutes,
      visit: minutes,
      remedy: minutes,
      decision: minutes,
    }),
    contact: group({ phone: money, email: money, letter: money, visit: money }),
  }).optional(),
  rescheduleAtMost: duration,
  pauseAtMost: duration,
  overdueAfter: duration,
  escalateAfter: duration.exactOptional(),
  prevention: group({
    lookEvery: duration,
    period: duration,
    threshold: group({
      cases: wholeNumber(1, 1_000_000).optional(),
      lostRevenue: money.optional(),
    }).refine(
      ({ cases, lostRevenue }) => cases !== undefined || lostRevenue !== undefined,
      'must name cases, lostRevenue or both',
    ),
    causeKnownAfter: duration,
    measuredOver: duration,
    judgedAfter: duration,
    judgedFrom: wholeNumber(1, 1_000_000),
    rises: group({
      period: duration,
      casesAtLeast: wholeNumber(2, 1_000_000),
      falseShare: probability,
    }),
  })
    .refine(
      ({ judgedAfter, measuredOver }) => durationMs(judgedAfter) <= durationMs(measuredOver),
      { path: ['judgedAfter'], error: 'must not be longer than measuredOver' },
    )
    .exactOptional(),
  incentives: group({
    points: group({ regained: points, averted: points, prevented: points }),
    halfReturnPercent: wholeNumber(0, 100).optional(),
    weights: group({ task: weight, reached: weight, last: weight }).refine(
      ({ task, reached, last }) => task + reached + last > 0,
      'must not all be 0',
    ),
    roles: list(oneOf(roles), { least: 1 }).refine(distinct, 'must name each role once'),
  }).exactOptional(),
  recognisedWithin: duration.exactOptional(),
}) satisfies z.ZodType<Policy>;

/**
 * The policy that `source` names: `standard`, `demo`, or the path of a JSON file. A file holds a whole policy, or
 * with `"extends": "standard"` (or `"demo"`) only what differs: objects are merged, lists replaced. A file that gives
 * itself no name is named after the file.
 * @throws DomainError `invalid` that names the file, each bad field and its rule
 */
export async function loadPolicy(source: string): Promise<Policy> {
  if (Object.hasOwn(builtIn, source)) return builtIn[source]!;
  const what = `policy file ${source}`;
  const { extends: base, ...given } = await readObject(source, what);
  if (base !== undefined && !(typeof base === 'string' && Object.hasOwn(builtIn, base))) {
    const rule = `must be one of: ${Object.keys(builtIn).join(', ')}`;
    throw new DomainError('invalid', `${what}: extends ${rule}`, [{ field: 'extends', rule }]);
  }
  const named = { name: nameOf(source), ...given };
  return validated(ownSchema, base === undefined ? named : merge(builtIn[base]!, named), what);
}

// Cases name the version of their policy, and `standard-2` would pass for ours.
const ownSchema = policySchema.refine(({ name }) => !Object.hasOwn(builtIn, name), {
  path: ['name'],
  error: `must not be that of a built-in policy (${Object.keys(builtIn).join(', ')})`,
});

/**
 * Reads a whole policy from a YAML text, which may be JSON.
 * @throws DomainError `invalid` that names every broken field, its rule and its line
 */
export function parsePolicy(yaml: string): Policy {
  const what = 'The policy';
  const [policy, ...more] = parseYaml(yaml, {
    what,
    name: 'policy',
    schema: ownSchema,
    id: 'name',
  });
  if (more.length > 0) throw new DomainError('invalid', `${what}: must be a single one`);
  return policy!;
}

/** The policy as an editor shows it. */
export function policyYaml(policy: Policy): string {
  return stringify(policy, { lineWidth: 0, blockQuote: 'literal' });
}

/**
 * A policy that was stored by an older release, as one that may govern now.
 * @throws DomainError `invalid` that names what it lacks by now
 */
export function stillComplete(policy: Policy, version: string): Policy {
  return validated(policySchema, policy, `The policy ${version}`);
}

function nameOf(file: string): string {
  return basename(file, '.json')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 50);
}

async function readObject(file: string, what: string): Promise<Record<string, unknown>> {
  const fail = (rule: string) => new DomainError('invalid', `${what}: ${rule}`);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fail(`cannot be read (${error.code}); give standard, demo or the path of a JSON file`);
  });
  try {
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (isObject(content)) return content;
  } catch (error) {
    throw fail(`is not JSON (${(error as Error).message})`);
  }
  throw fail('must hold one JSON object');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(base: object, given: Record<string, unknown>): Record<string, unknown> {
  const bases = base as Record<string, unknown>;
  // `fromEntries`, because an assignment to a key `__proto__` would vanish instead of being refused.
  return Object.fromEntries([
    ...Object.entries(bases),
    ...Object.entries(given).map(([key, value]): [string, unknown] => {
      const own = Object.hasOwn(bases, key) ? bases[key] : undefined;
      return [key, isObject(own) && isObject(value) ? merge(own, value) : value];
    }),
  ]);
}

import { describe, expect, it } from '@jest/globals';
import { opensBeforeCloses } from '../../domain/calendar.ts';
import { bestEffort } from '../../domain/gain.ts';
import { durationMs, type Duration } from '../../domain/duration.ts';
import { openingPace } from '../../domain/policy.ts';
import { demoPolicy, standardPolicy } from '../../domain/standard-policy.ts';
import { decisions, tiers } from '../../domain/words.ts';

/** Every length of time in a policy, by its path. */
function durations(value: unknown, path = ''): [string, Duration][] {
  if (typeof value === 'string' && /^[\d.e+-]+[a-z]$/i.test(value)) {
    return [[path, value as Duration]];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    durations(part, path ? `${path}.${key}` : key),
  );
}

describe.each([standardPolicy, demoPolicy])('the policy $name', (policy) => {
  const { identification, detection, secondLoyalty, contact } = policy;
  const rhythms = {
    causeAnalysis: policy.causeAnalysis.call,
    measures: policy.measures.call,
    secondLoyalty: secondLoyalty.call,
  };

  it('has nothing but readable lengths of time, each more than none', () => {
    const all = durations(policy);
    expect(all.map(([path]) => path)).toEqual(
      expect.arrayContaining(['playbookDay', 'measures.call.retryAfter.0', 'overdueAfter']),
    );
    expect(all.filter(([, duration]) => !(durationMs(duration) > 0))).toEqual([]);
  });

  it('orders the tiers by value, and never spends more on a lower one', () => {
    const { A, B, C } = identification.tierFrom;
    expect(A > B && B > C && C > 0).toBe(true);
    const smallest = [A, B, C].map((value) => {
      const percent = identification.chance.byTrigger.manual;
      return decisions.indexOf(bestEffort(value, percent, identification.effort).decision);
    });
    // `decisions` are in the order of falling effort.
    expect(smallest.toSorted((a, b) => a - b)).toEqual(smallest);
    expect(decisions[smallest[0]!]).toBe('pursue');
  });

  it('has a manager decide about the most valuable tiers, none left out between', () => {
    const { managerDecidesTiers } = identification;
    expect(managerDecidesTiers.length).toBeGreaterThan(0);
    expect(managerDecidesTiers).toEqual(tiers.slice(0, managerDecidesTiers.length));
  });

  it('calls no cause both a natural and a wanted loss', () => {
    const { naturalLossCauses, wantedLossCauses } = identification;
    expect(naturalLossCauses.filter((cause) => wantedLossCauses.includes(cause))).toEqual([]);
  });

  it('keeps shares between 0 and 100 percent, and most cases out of the control group', () => {
    expect(identification.marginPercent).toBeGreaterThan(0);
    expect(identification.marginPercent).toBeLessThanOrEqual(100);
    expect(identification.controlGroupPercent).toBeGreaterThanOrEqual(0);
    expect(identification.controlGroupPercent).toBeLessThan(50);
  });

  it('lets customers become dormant before they are cold', () => {
    const { minimumSilence, maximumSilence, threshold } = detection;
    expect(durationMs(minimumSilence)).toBeLessThan(durationMs(maximumSilence));
    expect(threshold['fixed-days']).toBeLessThan(durationMs(maximumSilence) / 86_400_000);
    expect(threshold['own-rhythm']).toBeGreaterThan(1);
  });

  it('tries calls at different times of day, all within working hours', () => {
    const { hours, timesOfDay } = contact;
    expect([...new Set(timesOfDay)]).toEqual(timesOfDay);
    expect(hours === null || opensBeforeCloses(hours)).toBe(true);
    expect(
      timesOfDay.filter((time) => hours && (time < hours.opensAt || time >= hours.closesAt)),
    ).toEqual([]);
  });

  it.each(Object.entries(rhythms))(
    'in %s, has a pause for each retry and no more',
    (_step, call) => {
      expect(call.attempts).toBeGreaterThanOrEqual(2);
      expect(call.retryAfter).toHaveLength(call.attempts - 1);
      const pauses = call.retryAfter.map(durationMs);
      expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
    },
  );

  it.each(Object.entries(rhythms))(
    'in %s, lets a customer put us off for longer than we would wait anyway',
    (_step, call) => {
      expect(call.postponements).toBeGreaterThanOrEqual(1);
      const put = durationMs(call.postponeAtMost);
      expect(put).toBeGreaterThan(Math.max(...call.retryAfter.map(durationMs)));
      expect(put).toBeGreaterThan(durationMs(call.window));
    },
  );

  it('begins after-care with the welcome and goes on in order, within the observation', () => {
    const times = secondLoyalty.afterCare.map(({ after }) => durationMs(after));
    expect(secondLoyalty.afterCare[0]?.task).toBe('welcome-call');
    expect([...new Set(times)].toSorted((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeLessThan(durationMs(secondLoyalty.observation));
    expect(durationMs(secondLoyalty.call.postponeAtMost)).toBeLessThan(
      durationMs(secondLoyalty.observation),
    );
  });

  it('asks for a referral only where satisfaction was asked for', () => {
    expect(secondLoyalty.afterCare.map(({ task }) => task)).toContain('satisfaction-call');
    expect(secondLoyalty.referralFromScore).toBeGreaterThan(5);
    expect(secondLoyalty.referralFromScore).toBeLessThanOrEqual(10);
  });
});

describe('the demo', () => {
  it('has seconds wherever a case waits; only purchases are judged, and scans repeated, in days', () => {
    const inDays = [
      'offers.noRewardWithin',
      'detection.',
      'identification.valueHorizon',
      'identification.paceOverAtLeast',
      'identification.chance.',
      'earlySigns.decline.',
      'scan.',
    ];
    const waits = durations(demoPolicy).filter(([path]) => !inDays.some((p) => path.startsWith(p)));
    expect(waits.filter(([, duration]) => durationMs(duration) > 60_000)).toEqual([]);
  });

  it('has the same after-care as the standard, only sooner', () => {
    const tasks = (policy: typeof demoPolicy) =>
      policy.secondLoyalty.afterCare.map(({ task }) => task);
    expect(tasks(demoPolicy)).toEqual(tasks(standardPolicy));
  });

  it('cannot be taken for the standard', () => {
    expect(demoPolicy.name).not.toBe(standardPolicy.name);
  });
});

describe('the pace at which waiting candidates get their cases', () => {
  it.each([6, 60, 119, 600, 6_000, 100_000])(
    'is %i a minute, in small steps',
    (startsPerMinute) => {
      const { limit, pauseMs } = openingPace({ startsPerMinute });
      expect((limit / pauseMs) * 60_000).toBeCloseTo(startsPerMinute);
      expect(limit).toBeGreaterThanOrEqual(1);
      expect(limit).toBeLessThanOrEqual(20);
      expect(pauseMs).toBeLessThanOrEqual(10_000);
    },
  );
});

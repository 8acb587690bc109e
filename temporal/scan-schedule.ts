import {
  isGrpcServiceError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
} from '@temporalio/client';
import { DomainError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';

/** When the nightly scan runs. */
export type ScanSchedule = {
  /** local time, `HH:MM` */
  at: string;
  timeZone: string;
  paused: boolean;
  /** null while paused */
  nextAt: string | null;
  lastAt: string | null;
};

const scheduleId = 'dormancy-scan';
/** A night that was missed is caught up when the engine is back by the next evening. */
const catchupWindow = '18h';

/** The schedule's note tells whose time it is. */
const byPolicy = 'at the time of the policy';
const byManager = 'moved by a manager';
const patienceMs = 10_000;

/** The one way to the nightly scan's Temporal Schedule, for the worker and the API. */
export type ScanSchedules = ReturnType<typeof createScanSchedules>;

export function createScanSchedules({ client, taskQueue }: { client: Client; taskQueue: string }) {
  const handle = client.schedule.getHandle(scheduleId);
  const specOf = (at: string, timezone: string) => ({
    calendars: [{ hour: Number(at.slice(0, 2)), minute: Number(at.slice(3)) }],
    timezone,
  });

  /** @throws DomainError `unavailable` while Temporal is away or no worker has ever run */
  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await client.withDeadline(Date.now() + patienceMs, work);
    } catch (error) {
      const away = isGrpcServiceError(error) || isGrpcServiceError((error as Error).cause);
      if (!away && !(error instanceof ScheduleNotFoundError)) throw error;
      throw new DomainError('unavailable', 'The engine does not answer: try again in a moment.');
    }
  }

  async function described(): Promise<ScanSchedule> {
    const { spec, state, info } = await handle.describe();
    const [calendar] = spec.calendars ?? [];
    const two = (ranges: { start: number }[] | undefined) =>
      String(ranges?.[0]?.start ?? 0).padStart(2, '0');
    return {
      at: `${two(calendar?.hour)}:${two(calendar?.minute)}`,
      timeZone: spec.timezone ?? 'UTC',
      paused: state.paused,
      nextAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
      lastAt: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
    };
  }

  return {
    /** @throws DomainError `unavailable` */
    get: () => patiently(described),

    /** Has the scan run nightly as the policy says, unless somebody has moved it. */
    async ensure({ scan, timeZone }: Pick<Policy, 'scan' | 'timeZone'>): Promise<void> {
      try {
        await client.schedule.create({
          scheduleId,
          spec: specOf(scan.at, timeZone),
          action: {
            type: 'startWorkflow',
            workflowType: 'dormancyScan',
            workflowId: scheduleId,
            taskQueue,
            args: [null],
          },
          policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
          state: { note: byPolicy },
        });
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        const { state } = await handle.describe();
        const { at, timeZone: zone } = await described();
        if (state.note !== byPolicy || (at === scan.at && zone === timeZone)) return;
        await handle.update((schedule) => ({ ...schedule, spec: specOf(scan.at, timeZone) }));
      }
    },

    /** @throws DomainError `unavailable` */
    async change(wanted: { at?: string | undefined; paused?: boolean | undefined }) {
      return patiently(async () => {
        await handle.update(({ spec, state, ...schedule }) => ({
          ...schedule,
          spec: wanted.at === undefined ? spec : specOf(wanted.at, spec.timezone ?? 'UTC'),
          state: {
            ...state,
            note: wanted.at === undefined ? state.note : byManager,
            paused: wanted.paused ?? state.paused,
          },
        }));
        return described();
      });
    },
  };
}

import type { components } from '../../api/schema.d.ts';

export type Task = components['schemas']['Task'];

/** What the address says is shown. */
export type View = 'mine' | 'team' | 'all' | 'agreed';
export const views: View[] = ['mine', 'team', 'agreed', 'all'];

export type Filters = { view: View; type?: Task['type']; overdue?: 'true' };

/** The request that shows a view. */
export function queryOf({ view, type, overdue }: Filters) {
  const whose = { mine: 'me', team: 'none', agreed: undefined, all: undefined }[view];
  return {
    status: 'open' as const,
    limit: 50,
    ...(whose && { assignee: whose }),
    ...(view === 'agreed' && { agreed: 'true' as const }),
    ...(type && { type }),
    ...(overdue && { overdue }),
  };
}

/** Those due today that were agreed with the customer, however many others are due before them. */
export function agreedQueryOf(filters: Filters, now: Date) {
  return {
    ...queryOf(filters),
    limit: 200,
    agreed: 'true' as const,
    dueBefore: tomorrow(now).toISOString(),
  };
}

/** What stands in both stands once. */
export function together(agreed: Task[], all: Task[]): Task[] {
  const first = new Set(agreed.map(({ taskId }) => taskId));
  return [...agreed, ...all.filter(({ taskId }) => !first.has(taskId))];
}

function tomorrow(now: Date): Date {
  const midnight = new Date(now);
  midnight.setHours(24, 0, 0, 0);
  return midnight;
}

export type Section = 'agreed' | 'overdue' | 'today' | 'later';

/** Where a task stands in the day: callbacks agreed with a customer come before everything else. */
function sectionOf({ agreed, overdue, dueAt, pausedUntil }: Task, now: Date): Section {
  const isToday = pausedUntil === null && new Date(dueAt) < tomorrow(now);
  if (!isToday) return 'later';
  if (agreed) return 'agreed';
  return overdue ? 'overdue' : 'today';
}

/** In the order to do them; within a section as the server has them, the earliest due first. */
export function inSections(tasks: Task[], now: Date): { section: Section; tasks: Task[] }[] {
  const order: Section[] = ['agreed', 'overdue', 'today', 'later'];
  return order.flatMap((section) => {
    const those = tasks.filter((task) => sectionOf(task, now) === section);
    return those.length > 0 ? [{ section, tasks: those }] : [];
  });
}

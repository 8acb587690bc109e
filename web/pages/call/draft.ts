import { useEffect, useState } from 'react';
import { latestTime } from '../../../domain/duration.ts';
import { taskTypes, type TaskType } from '../../../domain/tasks.ts';
import { useKept } from './kept.ts';

/** What somebody has entered of a result: by the fields of `taskTypes`, as the inputs have it. */
export type Draft = { outcome: string | null; values: Record<string, unknown> };

export const nothing: Draft = { outcome: null, values: {} };
const keyOf = (taskId: string) => `draft ${taskId}`;

/** Kept until the result counts for good: whoever undoes it finds what they had entered. */
export function useDraft(taskId: string) {
  return useKept(keyOf(taskId), nothing);
}

export function forgetDraft(taskId: string): void {
  sessionStorage.removeItem(keyOf(taskId));
}

type Field = {
  kind: string;
  values?: readonly string[];
  when?: readonly string[];
  optional?: true;
};

/** The fields that a result with this outcome has, as `domain/tasks.ts` says, without the note and the minutes. */
export function fieldsOf(
  type: TaskType,
  outcome: string | null,
): (Field & { name: string; required: boolean })[] {
  const fields: Record<string, Field> = taskTypes[type].result;
  return Object.entries(fields)
    .filter(([name]) => !['outcome', 'note', 'minutes'].includes(name))
    .filter(([, { when }]) => outcome !== null && (!when || when.includes(outcome)))
    .map(([name, field]) => ({
      ...field,
      name,
      required: field.when !== undefined && field.optional !== true,
    }));
}

/** What stands in a field of text. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Why the API would not take a field as it stands. */
export function faultOf(
  { name, kind, required }: ReturnType<typeof fieldsOf>[number],
  { [name]: value }: Record<string, unknown>,
): 'needed' | 'past' | 'far' | undefined {
  if (required && (value === undefined || value === '' || value === null)) return 'needed';
  const at = kind === 'time' ? inUtc(value) : undefined;
  if (at === undefined || ahead(value)) return undefined;
  return Date.parse(at) > Date.now() ? 'far' : 'past';
}

/** What was written in words, a field a line. */
export function wordsIn(type: TaskType, { values }: Draft): string {
  const fields: Record<string, Field> = taskTypes[type].result;
  const texts = Object.keys(fields).filter((name) => fields[name]!.kind === 'text');
  return texts
    .map((name) => textIn(values[name]).trim())
    .filter((text) => text !== '')
    .join('\n');
}

/** The result as the API takes it: times in UTC, and nothing that its outcome does not have. */
export function resultOf(type: TaskType, { outcome, values }: Draft, minutes: number) {
  const fields = fieldsOf(type, outcome).flatMap(({ name, kind }) => {
    const value = values[name];
    const isEmpty = value === undefined || value === '' || value === null;
    if (isEmpty || (Array.isArray(value) && value.length === 0)) return [];
    return [[name, kind === 'time' ? inUtc(value) : value] as const];
  });
  const note = textIn(values['note']).trim();
  return { outcome, ...Object.fromEntries(fields), minutes, ...(note && { note }) };
}

/** Of what a browser calls a local date and time; undefined while it is none. */
function inUtc(local: unknown): string | undefined {
  const at = new Date(typeof local === 'string' ? local : NaN);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Of a time that is still to come, and that the API takes. */
export function ahead(local: unknown): string | undefined {
  const at = inUtc(local);
  const ms = at === undefined ? NaN : Date.parse(at);
  return ms > Date.now() && ms <= Date.parse(latestTime) ? at : undefined;
}

/** As `<input type="datetime-local">` wants it. */
export function localTime(at: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Seconds since somebody began to look at the task in this tab, also after the page was loaded again. */
export function useTimer(taskId: string, running: boolean): number {
  const [since] = useState(() => {
    const key = `begun ${taskId}`;
    const begun = sessionStorage.getItem(key) ?? String(Date.now());
    sessionStorage.setItem(key, begun);
    return Number(begun);
  });
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    const beat = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(beat);
  }, [running]);
  return Math.max(0, Math.floor((now - since) / 1_000));
}

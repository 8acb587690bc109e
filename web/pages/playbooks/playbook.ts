import { measureIdOf } from '../../../domain/measure-plan.ts';
import {
  measureResults,
  type Measure,
  type MeasureResult,
  type PlaybookContent,
} from '../../../domain/playbooks.ts';
import type { components } from '../../api/schema.d.ts';

/** The document of the API leaves a playbook's content to `domain/playbooks.ts`. */
export type PlaybookVersion = Omit<components['schemas']['Playbook'], 'playbook'> & {
  playbook: PlaybookContent;
};

export function withContent(version: components['schemas']['Playbook']): PlaybookVersion {
  return { ...version, playbook: version.playbook as PlaybookContent };
}

/** Where a measure's results lead: the place of a later measure, or of what follows the last. */
export type Way = { to: number; results: MeasureResult[] };

export function waysOf({ measures }: Pick<PlaybookContent, 'measures'>, place: number): Way[] {
  const measure = measures[place]!;
  const ways = new Map<number, MeasureResult[]>();
  for (const result of resultsOf(measure)) {
    const leadsTo = measure.on?.[result] ?? (result === 'accepted' ? 'end' : 'next');
    const to =
      leadsTo === 'end'
        ? measures.length
        : leadsTo === 'next'
          ? place + 1
          : measures.findIndex((one, at) => measureIdOf(one, at) === leadsTo);
    ways.set(to, [...(ways.get(to) ?? []), result]);
  }
  return [...ways].map(([to, results]) => ({ to, results })).sort((a, b) => a.to - b.to);
}

function resultsOf({ kind, instead }: Measure): MeasureResult[] {
  const kinds = instead ? [kind, instead.kind] : [kind];
  return [...new Set(kinds.flatMap((one): readonly MeasureResult[] => measureResults[one]))];
}

/** An arrow that passes over measures, in a lane of its own beside those that it overlaps. */
export type Arrow = { from: number; to: number; lane: number };

/** All that lead to the end share the outermost lane. */
export function arrowsOf(playbook: Pick<PlaybookContent, 'measures'>): Arrow[] {
  const end = playbook.measures.length;
  const jumps = playbook.measures
    .flatMap((_, from) => waysOf(playbook, from).map(({ to }) => ({ from, to })))
    .filter(({ from, to }) => to > from + 1);
  const inner: Arrow[] = [];
  for (const jump of jumps.filter(({ to }) => to < end)) {
    const isFree = (lane: number) =>
      !inner.some((one) => one.lane === lane && one.from < jump.to && jump.from < one.to);
    let lane = 0;
    while (!isFree(lane)) lane += 1;
    inner.push({ ...jump, lane });
  }
  const outer = Math.max(-1, ...inner.map(({ lane }) => lane)) + 1;
  const ends = jumps.filter(({ to }) => to === end).map((jump) => ({ ...jump, lane: outer }));
  return [...inner, ...ends];
}

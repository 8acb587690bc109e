import { basename } from 'node:path';
import { importKinds } from '../../domain/imports.ts';
import type { ImportPlan, ImportSummary } from '../../imports/files.ts';

const separatorNames = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };
const notationNames = {
  ...{ de: 'German numbers', en: 'English numbers' },
  ...{ 'day-first': 'the day first', 'month-first': 'the month first' },
};

/** Prints what was (or would be) done with each file. Returns the exit code. */
export function printSummary(
  plan: ImportPlan,
  summary: ImportSummary,
  { dryRun, openCases }: { dryRun: boolean; openCases: boolean },
): number {
  const be = dryRun ? 'would be ' : '';
  let changed = 0;
  let unchanged = 0;
  let bad = 0;
  for (const kind of importKinds) {
    const file = plan[kind];
    if (!file) continue;
    const counts = { updated: 0, casesOpened: 0, ...summary[kind] };
    const added = 'created' in counts ? counts.created : counts.inserted;
    const said = [
      `${added} ${be}new`,
      ...(kind === 'customers' ? [`${counts.updated} ${be}updated`] : []),
      `${counts.unchanged} ${kind === 'customers' ? 'unchanged' : 'already there'}`,
      ...(kind === 'cancellations' && openCases ? [`${counts.casesOpened} cases ${be}opened`] : []),
      `${counts.badLines} bad ${counts.badLines === 1 ? 'line' : 'lines'}`,
    ];
    console.log(`${kind[0]!.toUpperCase()}${kind.slice(1)}: ${said.join(', ')}`);
    console.log(`  ${readAs(file)}`);
    changed += added + counts.updated + counts.casesOpened;
    unchanged += counts.unchanged;
    bad += counts.badLines;
  }
  if (changed === 0) console.log(dryRun ? 'Nothing would change.' : 'Nothing has changed.');
  if (dryRun) console.log('This was a dry run: nothing was imported.');
  return bad > 0 && changed + unchanged === 0 ? 1 : 0;
}

function readAs({ path, layout, notations, ignored }: ImportPlan[keyof ImportPlan] & {}): string {
  const read = [
    `${layout.encoding} with ${separatorNames[layout.separator]}`,
    ...Object.entries(notations).map(([column, name]) => `${column} with ${notationNames[name]}`),
  ];
  const names = ignored.map((name) => `"${name}"`).join(', ');
  return `${basename(path)} was read as ${read.join(', ')}${names && `; ignored the columns ${names}`}`;
}

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { holidaysOf } from '../activities/holidays.ts';
import { parsePlaybooks } from '../config/playbooks.ts';
import { loadPolicy } from '../config/policy.ts';
import { DomainError } from '../domain/errors.ts';
import { queuesOf, type PlaybookContent } from '../domain/playbooks.ts';
import type { Policy } from '../domain/policy.ts';
import { channels, type Channel } from '../domain/words.ts';
import { simulated, type SimulatedMeasure } from './playbook/simulation.ts';

const help = `Checks playbooks, and shows what would happen when.

  npm run playbook -- check FILE …
  npm run playbook -- simulate FILE [--id PLAYBOOK] [--from TIME] [--policy NAME] [--refused CHANNEL …] [--json]

  check            says that files are right, or what is wrong in which line
  simulate         walks a playbook through its possible answers and prints the calendar
  --id PLAYBOOK    which one, where a file holds several (default: all)
  --from TIME      when its measures begin, like 2026-03-24T09:00:00Z (default: now)
  --policy NAME    working hours and cadence: standard, demo or a policy file (default: standard)
  --refused CHANNEL  the customer wants no phone, email, letter or visit; may be given several times
  --json           prints JSON and nothing else
  -h, --help       shows this

Exit code 0: done. 2: wrong usage, or a file that cannot be read or is not right.
`;

const { positionals, values: given } = parsed();
try {
  await main();
} catch (error) {
  const { message } = error as Error;
  console.error(message);
  process.exitCode = 2;
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        id: { type: 'string' },
        from: { type: 'string' },
        policy: { type: 'string', default: 'standard' },
        refused: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\nFor help: npm run playbook -- --help`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const [verb, ...files] = positionals;
  if (given.help) return void process.stdout.write(help);
  if ((verb !== 'check' && verb !== 'simulate') || files.length === 0) {
    throw new DomainError('invalid', 'For help: npm run playbook -- --help');
  }
  const read = await Promise.all(
    files.map(async (file) => parsePlaybooks(await readFile(file, 'utf8'), file)),
  );
  const playbooks = read.flat();
  if (verb === 'check') return void console.log(verdictOn(playbooks));

  const chosen = playbooks.filter(({ playbookId }) => (given.id ?? playbookId) === playbookId);
  if (chosen.length === 0) throw new DomainError('invalid', `There is no playbook ${given.id}`);
  const terms = await loadPolicy(given.policy);
  const at = beginning(given.from);
  const refused = given.refused.map(channelNamed);
  const isHoliday = await holidaysFrom(terms.contact.region, at);
  const walks = chosen.map((playbook) => ({
    playbook,
    first: simulated(playbook, { terms, at, refused, isHoliday }),
  }));
  if (given.json) {
    const told = walks.map(({ playbook: { playbookId }, first }) => ({ playbookId, first }));
    console.log(JSON.stringify(told, null, 2));
  } else {
    for (const { playbook, first } of walks) console.log(calendarOf(playbook, first, terms));
  }
}

function verdictOn(playbooks: PlaybookContent[]): string {
  const right = `${playbooks.length} playbooks, all right`;
  const queues = new Set(playbooks.flatMap((playbook) => [...queuesOf(playbook).keys()])).values();
  const named = [...queues].toSorted().join(', ');
  if (named === '') return right;
  return `${right}\nTeams that they name: ${named}; where nobody is in one, the recovery team does its work`;
}

function beginning(from: string | undefined): string {
  const moment = from === undefined ? Date.now() : Date.parse(from);
  if (Number.isNaN(moment)) {
    throw new DomainError('invalid', '--from must be a time like 2026-03-24T09:00:00Z');
  }
  return new Date(moment).toISOString();
}

/** Public holidays of the region in this year and the two after it. */
async function holidaysFrom(
  region: string | undefined,
  at: string,
): Promise<(day: string) => boolean> {
  if (!region) return () => false;
  const year = Number(at.slice(0, 4));
  const known = await Promise.all([0, 1, 2].map((ahead) => holidaysOf(region, year + ahead)));
  const days = new Set(known.flat().map(({ day }) => day));
  return (day) => days.has(day);
}

function channelNamed(name: string): Channel {
  const channel = channels.find((one) => one === name);
  if (channel) return channel;
  throw new DomainError('invalid', `--refused must be one of: ${channels.join(', ')}`);
}

function calendarOf(
  { playbookId, title }: PlaybookContent,
  first: SimulatedMeasure | null,
  { timeZone }: Pick<Policy, 'timeZone'>,
): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...{ weekday: 'short', day: '2-digit', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit' },
  });
  const shown = (at: string) => format.format(new Date(at));
  const heading = `${playbookId}: ${title} (times in ${timeZone})`;
  const leftOut =
    '  (without the limits of contacts per day, week and hour, and the haste of cancellations)';
  if (!first) return `${heading}\n  more ways than can be told\n`;
  return [heading, leftOut, ...linesOf(first, shown, '  ')].join('\n').concat('\n');
}

/** Results that lead to the same stand in one line. */
function linesOf(
  { measureId, kind, queue, dueAt, results }: SimulatedMeasure,
  shown: (at: string) => string,
  indent: string,
): string[] {
  const [first, ...more] = dueAt;
  const again = more.length > 0 ? `, again ${more.map(shown).join('; ')}` : '';
  const when = first ? `${shown(first)}${again}` : 'not permitted';
  const lines = [`${indent}${measureId} (${kind}${queue ? `, by ${queue}` : ''}): ${when}`];
  for (const way of Map.groupBy(results, ({ then }) => JSON.stringify(then)).values()) {
    const { then } = way[0]!;
    const named = way.map(({ result }) => result).join(', ');
    lines.push(`${indent}  ${named} → ${then ? '' : 'the measures end'}`.trimEnd());
    if (then) lines.push(...linesOf(then, shown, `${indent}    `));
  }
  return lines;
}

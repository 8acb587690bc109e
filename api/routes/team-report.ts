import * as z from 'zod';
import { companyHours } from '../../db/holidays.ts';
import { openWork } from '../../db/open-work.ts';
import { successFigures } from '../../db/reports.ts';
import { workingTimeBefore } from '../../domain/calendar.ts';
import { ranked } from '../../domain/success-figures.ts';
import { definitionsSchema, draws, period, periodOf } from '../report.ts';
import { route, staff } from '../route.ts';
import { count, timestamp } from '../schemas/common.ts';
import { figuresJson, successDefinitions, successFields } from '../schemas/success.ts';

const definitions = {
  ...successDefinitions,
  openTasks: {
    de: 'Aufgaben, die jetzt offen sind, in der Warteschlange des Teams oder bei der Person',
    en: 'Tasks that are open now, in the queue of the team or with the person',
  },
  overdueTasks: {
    de: 'Davon jene, die länger fällig sind, als das Regelwerk erlaubt (`overdueAfter`)',
    en: 'Of these, those that have been due for longer than the policy allows (`overdueAfter`)',
  },
};

const member = z.strictObject({
  group: z.string().nullable().meta({ description: 'null: tasks that are nobody’s yet' }),
  label: z.string().nullable(),
  rank: z.int().min(1).nullable(),
  openTasks: count,
  overdueTasks: count,
  success: z
    .strictObject(successFields)
    .nullable()
    .meta({ description: 'null: no result in the period had a part of theirs' }),
});

export const teamReportRoutes = [
  route({
    method: 'get',
    path: '/api/v1/reports/team',
    name: 'reportTeam',
    summary:
      'What teams and agents have open and overdue, and what came of the cases they worked on',
    description:
      'The success report by team and by agent, with the work that waits just now. Agents see figures of single people for themselves alone.',
    roles: staff,
    query: z.strictObject(period),
    answers: {
      200: {
        description: 'Teams and agents, with definitions',
        schema: z
          .strictObject({
            from: timestamp.nullable(),
            to: timestamp.nullable(),
            teams: z.array(member),
            agents: z.array(member),
            definitions: definitionsSchema,
          })
          .meta({ id: 'TeamReport' }),
      },
    },
    handle: async ({ db, actor, policy, query, at }) => {
      const { from, to } = periodOf(query);
      const recoveryTeam = policy.team.id;
      const hours = companyHours(db, policy);
      const overdueBefore = workingTimeBefore(at, policy.overdueAfter, hours);
      const report = async (by: 'team' | 'agent') => {
        const asked = { filter: { from, to }, recoveryTeam, at, pick: draws() };
        const groups = ranked(await successFigures(db, by, asked), by);
        const work = await openWork(db, by, { recoveryTeam, overdueBefore });
        const nothing = { openTasks: 0, overdueTasks: 0 };
        const withoutResult = work.filter(
          (one) => !groups.some(({ group }) => group === one.group),
        );
        return [
          ...groups.map((one) => {
            const { group, label, rank } = one;
            const { openTasks, overdueTasks } =
              work.find((other) => other.group === group) ?? nothing;
            const success = figuresJson(one, policy.currency);
            return { group, label, rank, openTasks, overdueTasks, success };
          }),
          ...withoutResult.map((one) => ({ ...one, rank: null, success: null })),
        ];
      };
      const agents = await report('agent');
      const isShown = ({ group }: { group: string | null }) =>
        actor.role !== 'agent' || group === actor.actorId;
      const body = {
        ...{ from: from ?? null, to: to ?? null, teams: await report('team') },
        ...{ agents: agents.filter(isShown), definitions },
      };
      return { status: 200, body };
    },
  }),
];

import { Anchor, Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { usePathPart } from '../../app/address.ts';
import { notifications } from '@mantine/notifications';
import { IconArrowLeft, IconClock } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { taskTypes, type TaskOutcome } from '../../../domain/tasks.ts';
import { causes } from '../../../domain/words.ts';
import { api, http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { useStaff } from '../../app/staff.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { agreedQueryOf, inSections, queryOf, together, type Task } from '../inbox/tasks.ts';
import './call.css';
import { useDraft } from './draft.ts';
import { Help, Limits } from './Help.tsx';
import { useKept } from './kept.ts';
import { Left } from './Left.tsx';
import { Notes } from './Notes.tsx';
import { ResultForm, type Completed } from './ResultForm.tsx';
import { Standing } from './Standing.tsx';
import { Story } from './Story.tsx';
import { offerUndo } from './undo.tsx';
import { Who } from './Who.tsx';
import { useCallWords } from './words.ts';

const Snooze = lazy(() => import('../inbox/Snooze.tsx'));

/** Everything for one task on one screen: calls above all. */
export default function CallPage() {
  const taskId = usePathPart('taskId');
  const app = useAppWords();
  const task = api.useQuery('get', '/api/v1/tasks/{taskId}', { params: { path: { taskId } } });
  const t = useCallWords();
  if (task.error) {
    return (
      <Stack>
        <PageTitle>{`${t('page')} ${taskId}`}</PageTitle>
        <ProblemAlert error={task.error} onAgain={() => void task.refetch()} />
      </Stack>
    );
  }
  if (!task.data) {
    return (
      <Stack role="status" aria-label={app('loading')}>
        <Skeleton height={40} width={320} />
        <Skeleton height={220} />
        <Skeleton height={220} />
      </Stack>
    );
  }
  return <TheTask key={taskId} task={task.data} />;
}

function TheTask({ task }: { task: Task }) {
  const user = useUser();
  const t = useCallWords();
  const names = useNames();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { nameOf } = useStaff();
  const { taskId, caseId, customerId, type, status } = task;
  const customer = api.useQuery('get', '/api/v1/customers/{customerId}', {
    params: { path: { customerId } },
  });
  const theCase = api.useQuery(
    'get',
    '/api/v1/cases/{caseId}',
    { params: { path: { caseId: caseId! } } },
    { enabled: caseId !== null },
  ).data;
  const [draft, setDraft] = useDraft(taskId);
  const [note, setNote] = useKept(`note ${caseId}`, '');
  const [snoozing, setSnoozing] = useState(false);
  const mayDecide = taskTypes[type].role === 'agent' || isManager(user);
  const isOpen = status === 'open' && task.keptResult === null && mayDecide;
  const name = task.customer.name ?? customerId;
  const claim = useClaim(task);
  useShortcuts({
    c: () => isOpen && claim(),
    s: () => isOpen && setSnoozing(true),
    p: () => document.getElementById('dial')?.click(),
  });

  const completed = async (done: Completed, outcome: TaskOutcome) => {
    const back = () => void navigate({ to: '/tasks/$taskId', params: { taskId } });
    const said = names.taskOutcomes[outcome];
    if (done === 'done') tell(t('undo.saved', { name, outcome: said }));
    else offerUndo({ ...done, taskId, name, outcome: said, onUndone: back }, t);
    const next = await nextOfMine(taskId);
    if (next) return navigate({ to: '/tasks/$taskId', params: { taskId: next } });
    tell(t('undo.nextNone'));
    return navigate({ to: '/' });
  };
  const late = async () => {
    const { data } = await http.GET('/api/v1/tasks/{taskId}', { params: { path: { taskId } } });
    const by = data?.keptResult?.by ?? data?.completedBy;
    const told = data?.keptResult?.outcome ?? data?.result?.['outcome'];
    const message = by
      ? t('state.quicker', { name: nameOf(by), outcome: names.taskOutcomes[told as TaskOutcome] })
      : t('state.closedNow');
    notifications.show({ message, color: 'orange', autoClose: 8_000 });
    await queries.invalidateQueries();
  };
  const suggestions = theCase?.causeSuggestions.map(({ cause }) => cause) ?? [];
  const stated = theCase?.causes.stated?.cause;
  const likely = [...new Set([...(stated ? [stated] : []), ...suggestions])].slice(0, 3);
  const chosenCause = causes.find((one) => one === draft.values['cause']);

  return (
    <Stack gap="sm" maw={1440}>
      <Header
        task={task}
        name={name}
        isOpen={isOpen}
        onClaim={claim}
        onSnooze={() => setSnoozing(true)}
      />
      <Standing task={task} />
      <Left task={task} draft={draft} setDraft={setDraft} setNote={setNote} />
      <div className="call">
        <div className="call-column call-facts">
          {customer.error ? (
            <ProblemAlert error={customer.error} onAgain={() => void customer.refetch()} />
          ) : (
            customer.data && <Who task={task} customer={customer.data} theCase={theCase} />
          )}
          <Story task={task} theCase={theCase} customer={customer.data} />
          <Limits task={task} cause={chosenCause ?? likely[0]} />
        </div>
        {isOpen && (
          <div className="call-result">
            <ResultForm
              task={task}
              draft={draft}
              setDraft={setDraft}
              likely={likely}
              onCompleted={(done, outcome) => void completed(done, outcome)}
              onLate={late}
            />
          </div>
        )}
        <div className="call-column call-help">
          <Help
            task={task}
            onCause={(cause) =>
              setDraft(({ values }) => ({ outcome: 'answered', values: { ...values, cause } }))
            }
          />
          {caseId && <Notes caseId={caseId} text={note} setText={setNote} />}
        </div>
      </div>
      <Suspense>{snoozing && <Snooze task={task} onClose={() => setSnoozing(false)} />}</Suspense>
    </Stack>
  );
}

/** Of my own tasks of today, in the order of the inbox, the first that has no result yet. */
async function nextOfMine(done: string): Promise<string | undefined> {
  const now = new Date();
  const mine = { view: 'mine' } as const;
  const [agreed, all] = await Promise.all(
    [agreedQueryOf(mine, now), queryOf(mine)].map((query) =>
      http.GET('/api/v1/tasks', { params: { query } }),
    ),
  );
  const open = together(agreed?.data?.items ?? [], all?.data?.items ?? []).filter(
    ({ taskId, keptResult }) => taskId !== done && keptResult === null,
  );
  const [first] = inSections(open, now);
  return first?.section === 'later' ? undefined : first?.tasks[0]?.taskId;
}

function useClaim({ taskId }: Task): () => void {
  const app = useAppWords();
  const ask = api.useMutation('post', '/api/v1/tasks/{taskId}/claim', {
    onError: (error) => tellProblem(error, app('problem.no-answer')),
  });
  return () => ask.mutate({ params: { path: { taskId }, header: idempotencyKey() } });
}

type HeaderProps = {
  task: Task;
  name: string;
  isOpen: boolean;
  onClaim: () => void;
  onSnooze: () => void;
};

function Header({ task, name, isOpen, onClaim, onSnooze }: HeaderProps) {
  const t = useCallWords();
  const names = useNames();
  const formats = useFormats();
  const user = useUser();
  const { taskId, type, dueAt, agreed, attempt, assignee, status } = task;
  return (
    <Group justify="space-between" align="flex-end">
      <div>
        <PageTitle>{name}</PageTitle>
        <Text c="dimmed" className="figures">
          <Anchor component={Link} to="/" className="call-back">
            <IconArrowLeft size={14} aria-hidden />
            {t('back')}
          </Anchor>
          {' · '}
          {names.taskTypes[type]} · {t(agreed ? 'agreed' : 'due', { at: formats.soon(dueAt) })}
          {attempt > 1 && ` · ${t('attempt', { count: attempt })}`}
        </Text>
      </div>
      {status === 'open' && (
        <Group gap="xs">
          {isManager(user) && <Assign taskId={taskId} assignee={assignee} />}
          {isOpen && assignee === null && (
            <Button variant="default" onClick={onClaim} title={`${t('claim')} (c)`}>
              {t('claim')}
            </Button>
          )}
          {isOpen && (
            <Button
              variant="default"
              leftSection={<IconClock size={16} />}
              onClick={onSnooze}
              title={`${t('snooze')} (s)`}
            >
              {t('snooze')}
            </Button>
          )}
        </Group>
      )}
    </Group>
  );
}

function Assign({ taskId, assignee }: Pick<Task, 'taskId' | 'assignee'>) {
  const t = useCallWords();
  const app = useAppWords();
  const { everybody, nameOf } = useStaff();
  const give = api.useMutation('post', '/api/v1/tasks/{taskId}/assign', {
    onSuccess: ({ assignee: to }) =>
      tell(t('assigned', { name: to === null ? t('queue') : nameOf(to) })),
    onError: (error) => tellProblem(error, app('problem.no-answer')),
  });
  return (
    <Select
      aria-label={t('assign')}
      placeholder={t('assign')}
      searchable
      clearable
      w={190}
      value={assignee}
      data={everybody
        .filter(({ kind, keyId }) => kind === 'user' || keyId === assignee)
        .map(({ keyId, name }) => ({ value: keyId, label: name }))}
      onChange={(to) =>
        give.mutate({
          params: { path: { taskId }, header: idempotencyKey() },
          body: { assignee: to },
        })
      }
    />
  );
}

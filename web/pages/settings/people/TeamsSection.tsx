import { Button, Modal, Select, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { assignments, type Assignment } from '../../../../domain/teams.ts';
import { api } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { useShortcuts } from '../../../app/shortcuts.ts';
import { ListLoading } from '../../../parts/Paged.tsx';
import { Nothing, ProblemAlert } from '../../../parts/PageStates.tsx';
import { useAct } from '../act.ts';
import { Form, Heading } from '../frames.tsx';
import { useSettingsWords } from '../words.ts';
import { TeamPanel } from './TeamPanel.tsx';
import { useTeamWords } from './team-words.ts';

/** Who does which work. */
export default function TeamsSection() {
  const t = useTeamWords();
  const settings = useSettingsWords();
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/teams', {
    params: { query: { limit: 200 } },
  });
  useShortcuts({ n: () => setMaking(true) });
  return (
    <>
      <Heading
        title={settings('section.team')}
        intro={t('intro')}
        action={
          <Button
            leftSection={<IconPlus size={16} />}
            title={`${t('new')} (n)`}
            onClick={() => setMaking(true)}
          >
            {t('new')}
          </Button>
        }
      />
      {error ? (
        <ProblemAlert error={error} onAgain={() => void refetch()} />
      ) : !data ? (
        <ListLoading rows={2} height={140} />
      ) : data.items.length === 0 ? (
        <Nothing title={t('none')}>{t('noneHint')}</Nothing>
      ) : (
        data.items.map((team) => <TeamPanel key={team.teamId} team={team} />)
      )}
      {making && <MakeTeam onClose={() => setMaking(false)} />}
    </>
  );
}

function MakeTeam({ onClose }: { onClose: () => void }) {
  const t = useTeamWords();
  const act = useAct();
  const make = api.useMutation('post', '/api/v1/teams', {
    onSuccess: () => {
      act.done();
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('new')}>
      <Form
        onSubmit={({ teamId = '', name = '', assignment }) =>
          make.mutate({
            params: { header: idempotencyKey() },
            body: { teamId, name, assignment: assignment as Assignment },
          })
        }
      >
        {make.error && <ProblemAlert error={make.error} />}
        <TextInput name="name" label={t('name')} maxLength={200} required data-autofocus />
        <TextInput
          name="teamId"
          label={t('id')}
          description={t('idHint')}
          placeholder="service"
          required
        />
        <Select
          name="assignment"
          label={t('rule')}
          data={assignments.map((value) => ({ value, label: t(`rules.${value}`) }))}
          defaultValue={'continuity' satisfies Assignment}
          allowDeselect={false}
        />
        <Button type="submit" loading={make.isPending}>
          {t('make')}
        </Button>
      </Form>
    </Modal>
  );
}

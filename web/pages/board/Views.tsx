import { ActionIcon, Button, Group, Popover, Text, TextInput } from '@mantine/core';
import { IconBookmark, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { countedInViewAtMost } from '../../../domain/board.ts';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { useFormats } from '../../words/format.ts';
import { sameFilter, type Filter } from './board.ts';
import { useBoardWords } from './words.ts';

const path = '/api/v1/board/views';

/** The filters that this manager has named, and a place to name those of now. */
export function Views({ filter, onShow }: { filter: Filter; onShow: (filter: Filter) => void }) {
  const t = useBoardWords();
  const app = useAppWords();
  const formats = useFormats();
  const queries = useQueryClient();
  const views = api.useQuery('get', path);
  const readAgain = () => void queries.invalidateQueries({ queryKey: ['get', path] });
  const onError = (error: unknown) => tellProblem(error, app('problem.no-answer'));
  const remove = api.useMutation('delete', '/api/v1/board/views/{viewId}', {
    onSuccess: readAgain,
    onError,
  });
  const shown = views.data?.items ?? [];
  const isNew = !sameFilter(filter, {}) && !shown.some((view) => sameFilter(view.filter, filter));
  return (
    <Group gap="xs" role="group" aria-label={t('views.title')}>
      <Button
        size="xs"
        variant={sameFilter(filter, {}) ? 'light' : 'default'}
        aria-pressed={sameFilter(filter, {})}
        onClick={() => onShow({})}
      >
        {t('views.all')}
      </Button>
      {shown.map((view) => (
        <Group key={view.viewId} gap={0} wrap="nowrap">
          <Button
            size="xs"
            variant={sameFilter(view.filter, filter) ? 'light' : 'default'}
            aria-pressed={sameFilter(view.filter, filter)}
            onClick={() => onShow(view.filter)}
          >
            {view.name}{' '}
            <Text span size="xs" c="dimmed" ml={4} className="figures">
              {view.cases < countedInViewAtMost
                ? formats.number(view.cases)
                : t('views.atLeast', { count: countedInViewAtMost - 1 })}
            </Text>
          </Button>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('views.remove', { name: view.name })}
            onClick={() => remove.mutate({ params: { path: { viewId: view.viewId } } })}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
      {isNew && (
        <Saving
          filter={filter}
          onSaved={(name) => {
            tell(t('views.saved', { name }));
            readAgain();
          }}
        />
      )}
    </Group>
  );
}

function Saving({ filter, onSaved }: { filter: Filter; onSaved: (name: string) => void }) {
  const t = useBoardWords();
  const app = useAppWords();
  const [name, setName] = useState('');
  const save = api.useMutation('post', path, {
    onSuccess: (view) => onSaved(view.name),
    onError: (error) => tellProblem(error, app('problem.no-answer')),
  });
  return (
    <Popover trapFocus position="bottom-start">
      <Popover.Target>
        <Button size="xs" variant="subtle" leftSection={<IconBookmark size={14} />}>
          {t('views.save')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate({ params: { header: idempotencyKey() }, body: { name, filter } });
          }}
        >
          <Group align="end" gap="xs">
            <TextInput
              label={t('views.name')}
              required
              maxLength={60}
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <Button type="submit" loading={save.isPending}>
              {t('views.keep')}
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

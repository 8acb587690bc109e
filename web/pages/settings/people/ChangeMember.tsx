import { Button, Chip, Group, Input, Modal, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { tiers, type Tier } from '../../../../domain/words.ts';
import { api } from '../../../api/client.ts';
import type { components } from '../../../api/schema.d.ts';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useAct } from '../act.ts';
import { Form } from '../frames.tsx';
import { useWeekdays } from '../weekdays.ts';
import { useSettingsWords } from '../words.ts';
import { useTeamWords } from './team-words.ts';

export type Member = components['schemas']['Member'];

/** `de, en` as a list. */
function listed(text = ''): string[] {
  return [...new Set(text.split(',').flatMap((one) => one.trim() || []))];
}

/** What somebody can do, and when they work. */
export function ChangeMember({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useTeamWords();
  const settings = useSettingsWords();
  const act = useAct();
  const days = useWeekdays();
  const { teamId, keyId, name, skills, hours } = member;
  const [chosenTiers, setTiers] = useState<string[]>(skills.tiers);
  const [own, setOwn] = useState(hours !== null);
  const [workDays, setDays] = useState((hours?.workDays ?? [1, 2, 3, 4, 5]).map(String));
  const save = api.useMutation('patch', '/api/v1/teams/{teamId}/members/{keyId}', {
    onSuccess: () => {
      act.done(settings('saved'));
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={settings('changeNamed', { name })}>
      <Form
        onSubmit={({ languages, products, opensAt = '', closesAt = '' }) =>
          save.mutate({
            params: { path: { teamId, keyId } },
            body: {
              skills: {
                languages: listed(languages),
                products: listed(products),
                tiers: chosenTiers as Tier[],
              },
              hours: own ? { workDays: workDays.map(Number).sort(), opensAt, closesAt } : null,
            },
          })
        }
      >
        {save.error && <ProblemAlert error={save.error} />}
        <TextInput
          name="languages"
          label={t('languages')}
          description={t('languagesHint')}
          defaultValue={skills.languages.join(', ')}
          data-autofocus
        />
        <Input.Wrapper label={t('tiers')} description={t('tiersHint')} labelElement="div">
          <Chip.Group multiple value={chosenTiers} onChange={setTiers}>
            <Group gap="xs" mt={4} role="group" aria-label={t('tiers')}>
              {tiers.map((tier) => (
                <Chip key={tier} value={tier} size="xs">
                  {tier}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </Input.Wrapper>
        <TextInput
          name="products"
          label={t('products')}
          description={t('productsHint')}
          defaultValue={skills.products.join(', ')}
        />
        <Switch
          label={t('hours')}
          description={t('hoursHint')}
          checked={own}
          onChange={({ currentTarget }) => setOwn(currentTarget.checked)}
        />
        {own && (
          <>
            <Chip.Group multiple value={workDays} onChange={setDays}>
              <Group gap="xs" role="group" aria-label={t('days')}>
                {days.map((day, index) => (
                  <Chip key={day} value={String(index + 1)} size="xs">
                    {day}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
            <Group grow>
              <TextInput
                name="opensAt"
                type="time"
                label={t('from')}
                defaultValue={hours?.opensAt ?? '09:00'}
                required
              />
              <TextInput
                name="closesAt"
                type="time"
                label={t('until')}
                defaultValue={hours?.closesAt ?? '17:00'}
                required
              />
            </Group>
          </>
        )}
        <Button type="submit" loading={save.isPending}>
          {settings('save')}
        </Button>
      </Form>
    </Modal>
  );
}

import { Anchor, Stack, Tabs, Text } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { OfferList } from '../offers/OfferList.tsx';
import { TemplateList } from '../templates/TemplateList.tsx';
import { PlaybookList } from './PlaybookList.tsx';
import { usePlaybookWords } from './words.ts';

const tabs = { playbooks: PlaybookList, templates: TemplateList, offers: OfferList };
type Tab = keyof typeof tabs;
const names = Object.keys(tabs) as Tab[];

/** What is done for whom, what it says and what it offers. */
export default function PlaybooksPage() {
  const t = usePlaybookWords();
  const navigate = useNavigate();
  const search: { tab?: string } = useSearch({ strict: false });
  const tab = names.find((one) => one === search.tab) ?? 'playbooks';
  return (
    <Stack gap="md" maw={1080}>
      <div>
        <PageTitle>{t('title')}</PageTitle>
        <Text c="dimmed">{t('about')}</Text>
        <Anchor component={Link} to="/policy" size="sm">
          {t('policy')}
        </Anchor>
      </div>
      <Tabs
        value={tab}
        onChange={(value) =>
          void navigate({ to: '/playbooks', search: value === 'playbooks' ? {} : { tab: value } })
        }
        keepMounted={false}
      >
        <Tabs.List>
          {names.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {names.map((one) => {
          const List = tabs[one];
          return (
            <Tabs.Panel key={one} value={one} pt="md">
              <List />
            </Tabs.Panel>
          );
        })}
      </Tabs>
    </Stack>
  );
}

import { Alert, Button, Group, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { useFilters } from '../../app/address.ts';
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks';
import { IconFileImport, IconInfoCircle, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { useStart } from '../../app/start.ts';
import { CandidateList } from './CandidateList.tsx';
import { CustomerList } from './CustomerList.tsx';
import { DuplicateList } from './DuplicateList.tsx';
import './customers.css';
import { useCustomerWords } from './words.ts';

const views = ['all', 'waiting', 'duplicates'] as const;
type View = (typeof views)[number];

/** Everybody we know, whoever waits for a place of the team, and who may be the same person. */
export default function CustomersPage() {
  const t = useCustomerWords();
  const isNarrow = useMediaQuery('(max-width: 36em)');
  const user = useUser();
  const navigate = useNavigate();
  const params = useFilters();
  const shownViews = views.filter((view) => view === 'all' || isManager(user));
  const view = shownViews.find((one) => one === params['view']) ?? 'all';
  const search = params['search'] ?? '';
  const [typed, setTyped] = useState(search);
  const field = useRef<HTMLInputElement>(null);
  const show = (change: { view?: View; search?: string }) => {
    const next = { view, search, ...change };
    const kept = {
      ...(next.view !== 'all' && { view: next.view }),
      ...(next.search.trim() !== '' && { search: next.search.trim() }),
    };
    void navigate({ to: '/customers', search: kept, replace: true });
  };
  const lookFor = useDebouncedCallback((text: string) => show({ search: text }), 200);
  useShortcuts({ s: () => field.current?.focus() });
  const { data: start } = useStart();

  return (
    <Stack gap="md" maw={1080}>
      <Group justify="space-between">
        <PageTitle>{t('title')}</PageTitle>
        {isManager(user) && (
          <Button
            component={Link}
            to="/import"
            variant="default"
            leftSection={<IconFileImport size={18} />}
          >
            {t('import')}
          </Button>
        )}
      </Group>
      {start?.exampleSince && (
        <Alert icon={<IconInfoCircle />} color="gray" variant="light">
          {t('example')}
        </Alert>
      )}
      {shownViews.length > 1 && (
        <SegmentedControl
          w="fit-content"
          maw="100%"
          orientation={isNarrow ? 'vertical' : 'horizontal'}
          value={view}
          onChange={(next) => show({ view: next })}
          data={shownViews.map((value) => ({ value, label: t(`views.${value}`) }))}
        />
      )}
      {view === 'waiting' ? (
        <CandidateList />
      ) : view === 'duplicates' ? (
        <DuplicateList />
      ) : (
        <>
          <TextInput
            ref={field}
            className="customer-search"
            type="search"
            aria-label={t('search')}
            placeholder={t('search')}
            title={`${t('search')} (s)`}
            leftSection={<IconSearch size={18} />}
            value={typed}
            onChange={({ currentTarget: { value } }) => {
              setTyped(value);
              lookFor(value);
            }}
          />
          <CustomerList search={search} />
        </>
      )}
    </Stack>
  );
}

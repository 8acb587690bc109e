import { Box, NavLink, Select, Stack } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { Link, useNavigate } from '@tanstack/react-router';
import { usePathPart } from '../../app/address.ts';
import { Suspense } from 'react';
import { useUser } from '../../app/session.ts';
import { PageLoading, PageNotFound } from '../../parts/PageStates.tsx';
import { sectionsFor } from './sections.ts';
import './settings.css';
import { useSettingsWords } from './words.ts';

/** What somebody may set, each section at an address of its own. */
export default function SettingsPage() {
  const t = useSettingsWords();
  const sections = sectionsFor(useUser());
  const navigate = useNavigate();
  const section = usePathPart('section') || 'account';
  const current = sections.find(({ name }) => name === section);
  if (!current) return <PageNotFound />;
  return (
    <Stack gap="md">
      <PageTitle>{t('title')}</PageTitle>
      <Select
        hiddenFrom="md"
        aria-label={t('sections')}
        data={sections.map(({ name }) => ({ value: name, label: t(`section.${name}`) }))}
        value={current.name}
        onChange={(name) => name && void navigate({ to: `/settings/${name}` })}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
      />
      <div className="settings">
        <Box component="nav" aria-label={t('sections')} visibleFrom="md">
          {sections.map(({ name, icon: Icon }) => (
            <NavLink
              key={name}
              component={Link}
              to={`/settings/${name}`}
              label={t(`section.${name}`)}
              leftSection={<Icon size={18} stroke={1.7} />}
              active={name === current.name}
              aria-current={name === current.name ? 'page' : undefined}
              className="nav-link"
            />
          ))}
        </Box>
        <Stack gap="lg" className="settings-content">
          <Suspense fallback={<PageLoading />}>
            <current.Content key={current.name} />
          </Suspense>
        </Stack>
      </div>
    </Stack>
  );
}

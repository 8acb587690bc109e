import {
  ActionIcon,
  Alert,
  AppShell,
  Avatar,
  Burger,
  Group,
  Menu,
  NavLink,
  Text,
  UnstyledButton,
  VisuallyHidden,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconPlugConnectedX,
  IconSearch,
  IconSun,
} from '@tabler/icons-react';
import { Link, Outlet, useMatches, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { http } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { ForManagers } from '../parts/PageStates.tsx';
import { speak } from '../words/i18n.ts';
import { useMenu } from './menu.ts';
import { isManager, sessionIs, useSignOut, useUser } from './session.ts';
import { useShortcuts } from './shortcuts.ts';
import { useAppWords } from './words.ts';

const Palette = lazy(() => import('./Palette.tsx'));
const KeyList = lazy(() => import('./KeyList.tsx'));

/** What is around every page: where one can go, who one is, and whether the server is there. */
export function Shell() {
  const t = useAppWords();
  const connected = useLive();
  const navigate = useNavigate();
  const forManagers = useMatches({
    select: (matches) => matches.some(({ staticData }) => staticData.managersOnly),
  });
  const isClosed = !isManager(useUser()) && forManagers;
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [menuOpen, { toggle: toggleMenu, close: closeMenu }] = useDisclosure();
  const [asked, setAsked] = useState<'palette' | 'keys' | null>(null);
  const places = useMenu();

  useEffect(closeMenu, [path, closeMenu]);
  useShortcuts({
    ...Object.fromEntries(
      places.map(({ key, path: to }) => [`g ${key}`, () => void navigate({ to })]),
    ),
    '$mod+k': () => setAsked('palette'),
    '/': () => setAsked('palette'),
    '?': () => setAsked('keys'),
  });

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 212, breakpoint: 'sm', collapsed: { mobile: !menuOpen } }}
      padding={{ base: 'sm', sm: 'lg' }}
      transitionDuration={0}
    >
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={menuOpen}
              onClick={toggleMenu}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('menu.open')}
            />
            <UnstyledButton component={Link} to="/" className="brand">
              <img src="/icon.svg" alt="" width={24} height={24} />
              <Text fw={700}>{t('product')}</Text>
            </UnstyledButton>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('menu.search')}
              title={`${t('menu.search')} (/)`}
              onClick={() => setAsked('palette')}
            >
              <IconSearch size={18} />
            </ActionIcon>
            <AccountMenu onKeys={() => setAsked('keys')} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav">
        {places.map(({ path: to, name, key, icon: Icon }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={t(`nav.${name}`)}
            leftSection={<Icon size={18} stroke={1.7} />}
            active={to === '/' ? path === '/' : path.startsWith(to)}
            variant="light"
            className="nav-link"
            title={`${t(`nav.${name}`)} (g ${key})`}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {!connected && (
          <Alert color="orange" icon={<IconPlugConnectedX />} mb="md" role="status">
            {t('away')}
          </Alert>
        )}
        {isClosed ? <ForManagers /> : <Outlet />}
      </AppShell.Main>
      <Suspense>
        {asked === 'palette' && <Palette onClose={() => setAsked(null)} />}
        {asked === 'keys' && <KeyList onClose={() => setAsked(null)} />}
      </Suspense>
    </AppShell>
  );
}

function AccountMenu({ onKeys }: { onKeys: () => void }) {
  const t = useAppWords();
  const { name, role, language } = useUser();
  const signOut = useSignOut();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme() === 'dark';
  const other = language === 'de' ? 'en' : 'de';
  const changeLanguage = async () => {
    const { data } = await http.PATCH('/api/v1/session/user', { body: { language: other } });
    if (!data) return;
    sessionIs(data);
    speak(other);
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton title={t('menu.account', { name })}>
          <Avatar name={name} color="brand" variant="filled" size={32} alt="" />
          <VisuallyHidden>{t('menu.account', { name })}</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name} · {t(`role.${role}`)}
        </Menu.Label>
        <Menu.Item leftSection={<IconKeyboard size={16} />} rightSection="?" onClick={onKeys}>
          {t('menu.keys')}
        </Menu.Item>
        <Menu.Item
          leftSection={isDark ? <IconSun size={16} /> : <IconMoon size={16} />}
          onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
        >
          {t(isDark ? 'menu.light' : 'menu.dark')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLanguage size={16} />}
          lang={other}
          onClick={() => void changeLanguage()}
        >
          {t('menu.language')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t('menu.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

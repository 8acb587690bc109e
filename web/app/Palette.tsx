import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconFolders, IconScale, IconUser } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api } from '../api/client.ts';
import { useMenu } from './menu.ts';
import { useAppWords } from './words.ts';

/** Too many names begin with one letter. */
const leastToSearch = 2;

/** Pages that have no place in everybody's menu. */
const further = [
  { path: '/policy', name: 'policy', icon: IconScale },
  { path: '/cases', name: 'cases', icon: IconFolders },
] as const;

/** Goes to any page, and to any customer. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const t = useAppWords();
  const menu = useMenu();
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  // One of its own, opened here: one that is open from the beginning never says that it closes.
  const [[store, spotlight]] = useState(createSpotlight);
  useEffect(() => spotlight.open(), [spotlight]);
  const wanted = query.trim().toLowerCase();
  const others = further.filter(({ path }) => !menu.some((place) => place.path === path));
  const found = [...menu, ...others]
    .map((place) => ({ ...place, label: t(`nav.${place.name}`) }))
    .filter(({ label }) => label.toLowerCase().includes(wanted));
  const customers = api.useQuery(
    'get',
    '/api/v1/customers',
    { params: { query: { search: query.trim(), limit: 5 } } },
    { enabled: wanted.length >= leastToSearch },
  );
  const people = wanted.length >= leastToSearch ? (customers.data?.items ?? []) : [];
  const go = (path: string) => {
    onClose();
    void navigate({ to: path });
  };
  return (
    <Spotlight.Root
      store={store}
      onSpotlightClose={onClose}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
    >
      <Spotlight.Search placeholder={t('menu.search')} aria-label={t('menu.search')} />
      <Spotlight.ActionsList>
        {found.map(({ path, icon: Icon, label }) => (
          <Spotlight.Action
            key={path}
            label={label}
            leftSection={<Icon size={18} />}
            onClick={() => go(path)}
          />
        ))}
        {people.map(({ customerId, name }, i) => (
          <Spotlight.Action
            key={customerId}
            // They come after what was typed, when Spotlight has chosen the first of what was there.
            data-selected={(found.length === 0 && i === 0) || undefined}
            label={name ?? customerId}
            description={customerId}
            leftSection={<IconUser size={18} />}
            onClick={() => go(`/customers/${encodeURIComponent(customerId)}`)}
          />
        ))}
        {found.length + people.length === 0 && !customers.isFetching && (
          <Spotlight.Empty>{t('menu.nothing')}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

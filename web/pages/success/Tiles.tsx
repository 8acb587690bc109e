import { Paper, SimpleGrid, Text } from '@mantine/core';
import { CasesLink, type CaseQuery } from '../../parts/cases-link.tsx';
import { Explained, type Definition } from '../../parts/Explained.tsx';
import { Whisker } from '../../parts/Whisker.tsx';
import { useSuccessWords } from './words.ts';

export type Tile = {
  name: string;
  by: Definition;
  value: string;
  detail?: string;
  rate?: { value: number; interval: readonly number[] | null };
  of: CaseQuery;
};

/** Figures side by side, each with its cases behind it. @param isSmall of few cases */
export function Tiles({ tiles, isSmall = false }: { tiles: Tile[]; isSmall?: boolean }) {
  const t = useSuccessWords();
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: Math.min(4, tiles.length) }} spacing="sm">
      {tiles.map(({ name, by, value, detail, rate, of }) => (
        <Paper key={name} withBorder p="sm" className="figures">
          <Text size="sm" c="dimmed" component="div">
            <Explained name={name} by={by} />
          </Text>
          <Text fz={24} fw={650} lh={1.3}>
            <CasesLink of={of} name={name}>
              {value}
            </CasesLink>
          </Text>
          {rate && <Whisker {...rate} faint={isSmall} />}
          <Text size="xs" c="dimmed">
            {detail}
            {rate && isSmall && ` · ${t('small')}`}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  );
}

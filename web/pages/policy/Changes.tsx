import { Table, Text } from '@mantine/core';
import type { Policy } from '../../../domain/policy.ts';
import './policy.css';
import { useSections, type Section } from './sections.ts';
import { usePolicyWords } from './words.ts';

/** What differs between two policies, in plain words. */
export function Changes({ before, after }: { before: Policy; after: Policy }) {
  const t = usePolicyWords();
  const sectionsOf = useSections();
  const flat = (sections: Section[]) =>
    sections.flatMap(({ title, lines }) => lines.map((line) => ({ ...line, title })));
  const [old, now] = [flat(sectionsOf(before)), flat(sectionsOf(after))];
  const saidIn = (lines: typeof old, path: string) =>
    lines.find((line) => line.path === path)?.said ?? t('none');
  const gone = old.filter(({ path }) => !now.some((line) => line.path === path));
  const changed = [...now, ...gone].filter(({ path }) => saidIn(old, path) !== saidIn(now, path));
  if (changed.length === 0) return <Text size="sm">{t('changes.none')}</Text>;
  return (
    <Table verticalSpacing={4} layout="fixed" className="policy-changes">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('changes.setting')}</Table.Th>
          <Table.Th>{t('changes.now')}</Table.Th>
          <Table.Th>{t('changes.then')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {changed.map(({ path, label, title }) => (
          <Table.Tr key={path}>
            <Table.Th scope="row" title={path}>
              <Text span size="sm" c="dimmed">
                {title}
                <br />
              </Text>
              {label}
            </Table.Th>
            <Table.Td className="figures">{saidIn(old, path)}</Table.Td>
            <Table.Td className="figures">{saidIn(now, path)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

import { Table, Title } from '@mantine/core';
import type { Policy } from '../../../domain/policy.ts';
import { useSections } from './sections.ts';

/** A policy in plain words, by its sections. */
export function Sections({ policy }: { policy: Policy }) {
  return useSections()(policy).map(({ name, title, lines }) => (
    <section key={name} aria-labelledby={`policy-${name}`}>
      <Title order={2} size="h4" id={`policy-${name}`} mb={4}>
        {title}
      </Title>
      <Table className="policy-table" verticalSpacing={4}>
        <Table.Tbody>
          {lines.map(({ path, label, said }) => (
            <Table.Tr key={path}>
              <Table.Th scope="row" title={path}>
                {label}
              </Table.Th>
              <Table.Td className="figures">{said}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  ));
}

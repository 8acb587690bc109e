import { useTranslation } from 'react-i18next';
import type { Language } from '../../../domain/causes.ts';
import type { Policy } from '../../../domain/policy.ts';
import { labels } from './labels.ts';
import { useValues } from './values.ts';
import { usePolicyWords } from './words.ts';

type Tree = { readonly [field: string]: string | Tree };
type Line = { path: string; label: string; value: unknown };

/** A part of a policy, in plain words. */
export type Section = {
  name: string;
  title: string;
  lines: { path: string; label: string; said: string }[];
};

function linesOf(tree: Tree, fields: object, path: string): Line[] {
  return Object.entries(tree).flatMap(([field, label]) => {
    const value = (fields as Record<string, unknown>)[field];
    if (value === undefined) return [];
    const at = path === '' ? field : `${path}.${field}`;
    if (typeof label === 'string') return [{ path: at, label, value }];
    return linesOf(label, value as object, at);
  });
}

/** Says policies in plain words, by their sections. */
export function useSections(): (policy: Policy) => Section[] {
  const t = usePolicyWords();
  const { i18n } = useTranslation();
  const valuesOf = useValues();
  const entries = Object.entries(labels[i18n.language as Language] as Tree);
  const isSection = ([, label]: (typeof entries)[number]) => typeof label !== 'string';
  const general = Object.fromEntries(entries.filter((one) => !isSection(one)));
  const trees = [
    ['general', general] as const,
    ...entries.filter(isSection).map(([name, tree]) => [name, { [name]: tree }] as const),
  ];
  return (policy) => {
    const said = valuesOf(policy.currency);
    return trees
      .map(([name, tree]) => ({
        name,
        title: t(`section.${name}` as 'section.general'),
        lines: linesOf(tree, policy, '').map(({ path, label, value }) => ({
          ...{ path, label },
          said: said(path, value),
        })),
      }))
      .filter(({ lines }) => lines.length > 0);
  };
}

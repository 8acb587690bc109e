import type { SuccessSplit } from '../../../domain/success-figures.ts';
import { useOfferNames, usePlaybookNames } from '../../parts/work-names.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { useSuccessWords } from './words.ts';

const measures = ['call', 'email', 'letter', 'visit', 'remedy', 'offer'] as const;

/** What people call the groups of a split. */
export function useGroupNames(by: SuccessSplit) {
  const t = useSuccessWords();
  const names = useNames();
  const { locale } = useFormats();
  const playbookName = usePlaybookNames();
  const offerName = useOfferNames();
  const known: Partial<Record<SuccessSplit, Record<string, string>>> = {
    cause: names.causes,
    trigger: names.triggers,
    'target-group': names.targetGroups,
    measure: Object.fromEntries(measures.map((kind) => [kind, t(`measure.${kind}`)])),
  };
  return ({ group, label }: { group: string | null; label?: string | null }): string => {
    if (group === null) return t('unknown');
    if (label) return label;
    if (by === 'tier') return t('tier', { tier: group });
    if (by === 'team' && group === 'recovery') return t('recoveryTeam');
    if (by === 'playbook') return playbookName(group);
    if (by === 'offer') return offerName(group);
    if (by === 'period') {
      const day = new Date(`${group}-15`);
      return day.toLocaleDateString(locale, { month: 'long', year: 'numeric' });
    }
    return known[by]?.[group] ?? group;
  };
}

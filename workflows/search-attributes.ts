import {
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributePair,
} from '@temporalio/common';
import { layersOf, mostReliable } from '../domain/causes.ts';
import type { CaseOpening, CaseState } from '../domain/case.ts';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** What cases can be found by in Temporal; registered at boot. */
const searchAttributes = {
  step: keyword('WinbackStep'),
  trigger: keyword('WinbackTrigger'),
  tier: keyword('WinbackTier'),
  cause: keyword('WinbackCause'),
  team: keyword('WinbackTeam'),
};

export function searchAttributesOf(
  opening: CaseOpening,
  state: Pick<CaseState, 'step' | 'tier' | 'statedCause' | 'assessedCause' | 'verifiedCause'>,
): SearchAttributePair[] {
  const cause = mostReliable(layersOf(state));
  return [
    { key: searchAttributes.step, value: state.step },
    { key: searchAttributes.trigger, value: opening.trigger },
    { key: searchAttributes.team, value: opening.policy.team.id },
    ...(state.tier ? [{ key: searchAttributes.tier, value: state.tier }] : []),
    ...(cause ? [{ key: searchAttributes.cause, value: cause }] : []),
  ];
}

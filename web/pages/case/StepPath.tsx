import { VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { steps, type Outcome, type Step } from '../../../domain/words.ts';
import { useNames } from '../../words/domain.ts';
import { useCaseWords } from './words.ts';

type Props = { step: Step; closed: boolean; outcome: Outcome | null };

/** The five steps as a path, and where the case stands on it. */
export function StepPath({ step, closed, outcome }: Props) {
  const t = useCaseWords();
  const names = useNames();
  const here = steps.indexOf(step);
  return (
    <ol className="case-path" aria-label={t('path')}>
      {steps.map((one, at) => {
        const place = at < here ? 'done' : at === here ? 'current' : 'ahead';
        return (
          <li
            key={one}
            data-place={place}
            data-closed={closed || undefined}
            aria-current={place === 'current' ? 'step' : undefined}
          >
            <span className="case-dot" aria-hidden>
              {place === 'done' ? <IconCheck size={14} /> : at + 1}
            </span>
            <span className="case-step">
              {names.steps[one]}
              {place === 'current' && closed && outcome && (
                <b className="case-outcome">{names.outcomes[outcome]}</b>
              )}
            </span>
            <VisuallyHidden>{t(`step.${place}`)}</VisuallyHidden>
          </li>
        );
      })}
    </ol>
  );
}

import type { components } from '../../api/schema.d.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { useCallWords } from './words.ts';

export type Consequence = components['schemas']['Consequences']['items'][number];
type Next = components['schemas']['NextOfTask'];

/** Says what a result leads to: `Calls again Tue 17:30`. */
export function useConsequenceWords(): (consequence: Consequence) => string[] {
  const t = useCallWords();
  const names = useNames();
  const formats = useFormats();
  const next = (outcome: string, { kind, type, dueAt, ...more }: Next, isCare: boolean): string => {
    const at = dueAt ? formats.soon(dueAt) : '';
    switch (kind) {
      case 'again': {
        if (!dueAt) return t(more.agreed ? 'then.againAgreed' : 'then.againLater');
        const { attempt, attempts, agreed } = more;
        if (outcome === 'callback' && !agreed) return t('then.againMoved', { at });
        return outcome === 'no-answer' && attempt && attempts
          ? t('then.againAttempt', { at, attempt, attempts })
          : t('then.again', { at });
      }
      case 'task': {
        const task = names.taskTypes[type!];
        const isNow = Date.parse(dueAt!) <= Date.now();
        return isNow ? t('then.taskSoon', { task }) : t('then.task', { task, at });
      }
      case 'mail':
        return dueAt ? t('then.mail', { at }) : t('then.mailAgain');
      case 'step':
        return more.step === 'measures'
          ? t('then.measures')
          : t('then.otherStep', { step: names.steps[more.step!] });
      case 'observation':
        return t(isCare ? 'then.care' : 'then.observation', { day: formats.day(dueAt!) });
      case 'closed':
        return more.caseOutcome === 'stopped'
          ? t('then.noContact')
          : t('then.closed', { outcome: names.outcomes[more.caseOutcome!] });
      case 'nothing':
        return t(outcome === 'do-not-contact' ? 'then.noContactAlone' : 'then.nothing');
    }
  };
  const begins = (outcome: string, then: Next, isCare: boolean): string => {
    const said = next(outcome, then, isCare);
    const isFirst = then.step === 'measures' && then.kind !== 'step';
    return isFirst ? t('then.measuresBegin', { then: said }) : said;
  };
  return ({ outcome, gaveUp, next: then, also }) => {
    if (gaveUp === 'too-far') return [t('then.gaveUp.too-far')];
    const isCare = also.length > 0;
    const why = gaveUp ? `${t(`then.gaveUp.${gaveUp}`)} ` : '';
    return [
      why + begins(outcome, then, isCare),
      ...also.map(({ score, next: beside }) => {
        const said = next(outcome, beside, isCare);
        return score
          ? t('then.score', { ...score, then: said })
          : t('then.oldCause', { then: said });
      }),
    ];
  };
}

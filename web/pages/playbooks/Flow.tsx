import { Badge, Group, Paper, Text } from '@mantine/core';
import { measureIdOf } from '../../../domain/measure-plan.ts';
import type { Measure, PlaybookContent } from '../../../domain/playbooks.ts';
import { useStaff } from '../../app/staff.ts';
import { useOfferNames } from '../../parts/work-names.ts';
import { useNames } from '../../words/domain.ts';
import { flowing } from '../../words/flowing.ts';
import { arrowsOf, waysOf } from './playbook.ts';
import './playbooks.css';
import { usePlaybookWords } from './words.ts';

type Props = { playbook: Pick<PlaybookContent, 'measures'> };

/** The measures in their order, what each result leads to, and arrows for what passes over others. */
export function Flow({ playbook }: Props) {
  const t = usePlaybookWords();
  const { measures } = playbook;
  const arrows = arrowsOf(playbook);
  const lanes = Math.max(0, ...arrows.map(({ lane }) => lane + 1));
  return (
    <div className="flow" style={{ gridTemplateColumns: `minmax(0, 1fr)${' 16px'.repeat(lanes)}` }}>
      <ol className="flow-measures">
        {measures.map((measure, place) => (
          <MeasureStep key={measureIdOf(measure, place)} playbook={playbook} place={place} />
        ))}
      </ol>
      <div className="flow-end" style={{ gridRow: measures.length * 3 + 2 }}>
        <Text size="sm" fw={600}>
          {t('flow.end')}
        </Text>
        <Text size="sm" c="dimmed">
          {t('flow.endMeans')}
        </Text>
      </div>
      {arrows.map(({ from, to, lane }) => (
        <div
          key={`${from} ${to}`}
          aria-hidden
          className="flow-arrow"
          // Three rows for each measure: the wait, its head, its body.
          style={{ gridRow: `${from * 3 + 3} / ${to * 3 + 3}`, gridColumn: `2 / ${lane + 3}` }}
        />
      ))}
    </div>
  );
}

function MeasureStep({ playbook, place }: Props & { place: number }) {
  const t = usePlaybookWords();
  const names = useNames();
  const { measures } = playbook;
  const measure = measures[place]!;
  const { kind, afterDays, instead } = measure;
  const titleOf = (to: number) =>
    to === measures.length
      ? t('flow.end')
      : `${to + 1} · ${names.measureKinds[measures[to]!.kind]} (${measureIdOf(measures[to]!, to)})`;
  return (
    <li className="flow-step">
      <Text size="sm" c="dimmed" className="flow-wait figures">
        {afterDays === 0 ? t('flow.atOnce') : t('flow.after', { count: afterDays })}
      </Text>
      <Paper withBorder className="flow-card">
        <Group gap="xs" className="flow-head" wrap="nowrap">
          <Badge variant="light" className="plain-badge figures">
            {place + 1}
          </Badge>
          <Text fw={600} truncate>
            {names.measureKinds[kind]}
          </Text>
          <Text size="sm" c="dimmed" truncate>
            {measureIdOf(measure, place)}
          </Text>
        </Group>
        <div className="flow-body">
          <Doing doing={measure} />
          {instead && (
            <>
              <Text size="sm" fw={600} mt={4}>
                {t('flow.instead', { kind: names.measureKinds[instead.kind] })}
              </Text>
              <Doing doing={instead} />
            </>
          )}
          <ul className="flow-ways" aria-label={t('flow.ways')}>
            {waysOf(playbook, place).map(({ to, results }) => (
              <li key={to}>
                {results.map((one) => names.measureResults[one]).join(', ')}
                <span aria-hidden> → </span>
                <span className="flow-target">
                  {to === place + 1 && to < measures.length ? t('flow.next') : titleOf(to)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      </Paper>
    </li>
  );
}

/** How it is carried out, and what is said. */
function Doing({ doing }: { doing: Omit<Measure, 'afterDays' | 'on' | 'instead' | 'id'> }) {
  const t = usePlaybookWords();
  const { queue, assignee, windowDays, attempts, retryAfterDays, template, content } = doing;
  const { concession, alternatives = [] } = doing;
  const { nameOf } = useStaff();
  const offerName = useOfferNames();
  const offers = concession ? [concession, ...alternatives].map(offerName) : [];
  const facts = [
    offers.length > 0 && t('flow.concession', { offer: offers.join(', ') }),
    template && t('flow.template', { template }),
    queue && t('flow.queue', { queue }),
    assignee && t('flow.assignee', { assignee: nameOf(assignee) }),
    attempts && t('flow.attempts', { count: attempts }),
    retryAfterDays && t('flow.retry', { days: retryAfterDays.join(', ') }),
    windowDays && t('flow.window', { count: windowDays }),
  ].filter((one) => typeof one === 'string');
  return (
    <>
      {facts.length > 0 && <Text size="sm">{facts.join(' · ')}</Text>}
      {content && (
        <Text size="sm" c="dimmed" className="flow-content">
          {flowing(content)}
        </Text>
      )}
    </>
  );
}

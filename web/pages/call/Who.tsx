import { Anchor, Badge, Group, Text } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { isCall } from '../../../domain/tasks.ts';
import type { components } from '../../api/schema.d.ts';
import { useFormats } from '../../words/format.ts';
import type { Task } from '../inbox/tasks.ts';
import { Card } from './Card.tsx';
import { useCallWords } from './words.ts';

export type Customer = components['schemas']['Customer'];
export type Case = components['schemas']['Case'];

/** Who it is, and why it is worth the effort. */
export function Who({
  task,
  customer,
  theCase,
}: {
  task: Task;
  customer: Customer;
  theCase: Case | undefined;
}) {
  const t = useCallWords();
  const formats = useFormats();
  const { value, rhythm, kind, country, language, timeZone, email } = customer;
  const worth = theCase?.secondLifetimeValue ?? value.secondLifetimeValue;
  const { intervalDays: every, silentDays: silent } = rhythm;
  const about = [
    kind && t(`who.${kind}`),
    country && formats.country(country),
    // To speak with them in another one is worth a word.
    language && !formats.locale.startsWith(language) && formats.language(language),
    timeZone && t('who.their', { time: theirTime(timeZone, formats.locale) }),
  ].filter(Boolean);
  const mayDial = isCall(task.type) && task.permission?.permitted !== false;
  return (
    <Card
      title={t('who.title')}
      beside={
        <Badge variant="outline" color="gray">
          {t('who.tier', { tier: task.customer.tier ?? value.tier })}
        </Badge>
      }
    >
      <Group gap="xs">
        {!customer.phone ? (
          <Text size="sm">{t('noPhone')}</Text>
        ) : mayDial ? (
          <Anchor
            href={`tel:${customer.phone.replaceAll(/[^+\d]/g, '')}`}
            id="dial"
            title="p"
            fw={600}
          >
            <Group gap={6} wrap="nowrap">
              <IconPhone size={18} aria-hidden />
              <span className="figures">{t('dial', { phone: customer.phone })}</span>
            </Group>
          </Anchor>
        ) : (
          <Text size="sm" className="figures">
            {customer.phone}
          </Text>
        )}
        {theCase && theCase.episode > 1 && (
          <Badge color="orange.9">{t('who.episode', { count: theCase.episode })}</Badge>
        )}
      </Group>
      <Group gap="0 8px" c="dimmed" fz="xs">
        <span>{about.join(' · ')}</span>
        {email && <span className="written">{email}</span>}
      </Group>
      <Text size="sm" className="figures">
        {t('who.bought', { count: value.purchases, money: formats.money(value.revenue) })}
        {rhythm.lastPurchaseAt && `, ${t('who.last', { at: formats.day(rhythm.lastPurchaseAt) })}`}
        {every !== null && silent !== null && (
          <>
            {', '}
            {t('who.rhythm', { every: formats.number(every), silent: formats.number(silent) })}
          </>
        )}
      </Text>
      <Text size="sm" fw={600} component="h3">
        {t('value.title')}
      </Text>
      <ul className="plain figures">
        <li>{t('value.back', { money: formats.roundMoney(worth) })}</li>
        {task.expectedGain && (
          <li>{t('value.gain', { money: formats.roundMoney(task.expectedGain) })}</li>
        )}
        {theCase && theCase.lostRevenue.amount > 0 && (
          <li>{t('value.lost', { money: formats.roundMoney(theCase.lostRevenue) })}</li>
        )}
      </ul>
    </Card>
  );
}

function theirTime(timeZone: string, locale: string): string {
  return new Date().toLocaleTimeString(locale, { timeZone, hour: '2-digit', minute: '2-digit' });
}

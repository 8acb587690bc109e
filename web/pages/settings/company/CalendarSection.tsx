import { Text } from '@mantine/core';
import { api } from '../../../api/client.ts';
import type { components } from '../../../api/schema.d.ts';
import { ListLoading } from '../../../parts/Paged.tsx';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useFormats } from '../../../words/format.ts';
import { Facts, Heading, Panel } from '../frames.tsx';
import { useWeekdays } from '../weekdays.ts';
import { useSettingsWords } from '../words.ts';
import { FeedsPanel } from './FeedsPanel.tsx';
import { useCompanyWords } from './words.ts';

type Calendar = components['schemas']['BusinessCalendar'];

/** When the company works, and somebody's own calls in their calendar. */
export default function CalendarSection() {
  const t = useCompanyWords();
  const settings = useSettingsWords();
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/business-calendar',
    {},
    { staleTime: 60_000, meta: { still: true } },
  );
  return (
    <>
      <Heading title={settings('section.calendar')} intro={t('calendar.intro')} />
      {error ? (
        <ProblemAlert error={error} onAgain={() => void refetch()} />
      ) : data ? (
        <>
          <Rules calendar={data} />
          <Holidays calendar={data} />
        </>
      ) : (
        <ListLoading />
      )}
      <FeedsPanel />
    </>
  );
}

function Rules({ calendar }: { calendar: Calendar }) {
  const t = useCompanyWords();
  const days = useWeekdays();
  const { hours, customerHours, limits } = calendar;
  const times = ({ opensAt, closesAt }: { opensAt: string; closesAt: string }) => ({
    from: opensAt,
    until: closesAt,
  });
  return (
    <Panel title={t('calendar.rules')}>
      <Facts
        facts={[
          [t('calendar.policy'), calendar.policyVersion],
          [
            t('calendar.hours'),
            hours
              ? t('calendar.hoursAre', {
                  days: hours.workDays.map((day) => days[day - 1]).join(', '),
                  ...times(hours),
                })
              : t('calendar.around'),
          ],
          [
            t('calendar.customers'),
            customerHours
              ? t('calendar.customersAre', times(customerHours))
              : t('calendar.customersLikeUs'),
          ],
          [t('calendar.permission'), t(`calendar.${calendar.permission}`)],
          [t('calendar.limits'), limits ? t('calendar.limitsAre', limits) : t('calendar.noLimits')],
          [t('calendar.timeZone'), calendar.timeZone],
          [t('calendar.region'), calendar.region ?? t('calendar.none')],
          [t('calendar.currency'), calendar.currency],
        ]}
      />
    </Panel>
  );
}

function Holidays({ calendar: { holidays, region } }: { calendar: Calendar }) {
  const t = useCompanyWords();
  const formats = useFormats();
  return (
    <Panel title={t('calendar.holidays')}>
      {holidays.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t(region === null ? 'calendar.holidaysNone' : 'calendar.holidaysUnknown')}
        </Text>
      ) : (
        <Facts
          facts={holidays.map(({ day, name }) => {
            const noon = `${day}T12:00:00`;
            return [`${formats.shortDay(noon)} ${day.slice(0, 4)}`, name];
          })}
        />
      )}
    </Panel>
  );
}

import {
  IconCalendarOff,
  IconCalendarTime,
  IconDevices,
  IconHistory,
  IconInfoCircle,
  IconKey,
  IconMail,
  IconSignature,
  IconUser,
  IconUsers,
  IconUsersGroup,
  IconWebhook,
} from '@tabler/icons-react';
import { lazy, type ComponentType } from 'react';
import { isManager, type User } from '../../app/session.ts';

type Section = {
  name: SectionName;
  icon: typeof IconUser;
  /** everybody, where nothing is said */
  only?: 'managers' | 'admins';
  Content: ComponentType;
};

export type SectionName =
  | 'account'
  | 'sessions'
  | 'absences'
  | 'calendar'
  | 'team'
  | 'mail'
  | 'users'
  | 'keys'
  | 'signing-secrets'
  | 'webhooks'
  | 'audit'
  | 'about';

/** In the order in which they stand; each is a chunk of its own. */
const sections: Section[] = [
  {
    name: 'account',
    icon: IconUser,
    Content: lazy(() => import('./account/AccountSection.tsx')),
  },
  {
    name: 'sessions',
    icon: IconDevices,
    Content: lazy(() => import('./account/SessionsSection.tsx')),
  },
  {
    name: 'absences',
    icon: IconCalendarOff,
    Content: lazy(() => import('./people/AbsencesSection.tsx')),
  },
  {
    name: 'calendar',
    icon: IconCalendarTime,
    Content: lazy(() => import('./company/CalendarSection.tsx')),
  },
  {
    name: 'team',
    icon: IconUsersGroup,
    only: 'managers',
    Content: lazy(() => import('./people/TeamsSection.tsx')),
  },
  {
    name: 'mail',
    icon: IconMail,
    only: 'managers',
    Content: lazy(() => import('./company/MailSection.tsx')),
  },
  {
    name: 'users',
    icon: IconUsers,
    only: 'admins',
    Content: lazy(() => import('./people/UsersSection.tsx')),
  },
  {
    name: 'keys',
    icon: IconKey,
    only: 'admins',
    Content: lazy(() => import('./access/KeysSection.tsx')),
  },
  {
    name: 'signing-secrets',
    icon: IconSignature,
    only: 'admins',
    Content: lazy(() => import('./access/SigningSecretsSection.tsx')),
  },
  {
    name: 'webhooks',
    icon: IconWebhook,
    only: 'admins',
    Content: lazy(() => import('./webhooks/WebhooksSection.tsx')),
  },
  {
    name: 'audit',
    icon: IconHistory,
    only: 'admins',
    Content: lazy(() => import('./audit/AuditSection.tsx')),
  },
  {
    name: 'about',
    icon: IconInfoCircle,
    only: 'managers',
    Content: lazy(() => import('./company/AboutSection.tsx')),
  },
];

/** Those that somebody may see. */
export function sectionsFor(user: User): Section[] {
  return sections.filter(
    ({ only }) =>
      only === undefined || (only === 'managers' ? isManager(user) : user.role === 'admin'),
  );
}

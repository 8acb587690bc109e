import {
  IconChartDots,
  IconInbox,
  IconLayoutKanban,
  IconRocket,
  IconRoute,
  IconScale,
  IconSettings,
  IconUsers,
  IconZoomExclamation,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

type Module = { default: ComponentType };
type NavName =
  | 'inbox'
  | 'board'
  | 'success'
  | 'causes'
  | 'customers'
  | 'playbooks'
  | 'policy'
  | 'settings'
  | 'start';

export type Page = {
  path: string;
  load: () => Promise<Module>;
  /** who is none is told so, instead of the page */
  managersOnly?: true;
  /** a place in the menu, and the key after `g` that leads there */
  nav?: {
    name: NavName;
    icon: typeof IconInbox;
    key: string;
    /** others may read it, but have no use for it every day */
    managersOnly?: true;
    /** only as long as there are no customers */
    whileEmpty?: true;
  };
};

/** Every page inside the shell. Each is a chunk of its own. */
export const pages: Page[] = [
  {
    path: '/',
    load: () => import('../pages/inbox/InboxPage.tsx'),
    nav: { name: 'inbox', icon: IconInbox, key: 'i' },
  },
  { path: '/tasks/$taskId', load: () => import('../pages/call/CallPage.tsx') },
  {
    path: '/board',
    load: () => import('../pages/board/BoardPage.tsx'),
    managersOnly: true,
    nav: { name: 'board', icon: IconLayoutKanban, key: 'b', managersOnly: true },
  },
  { path: '/cases', load: () => import('../pages/cases/CasesPage.tsx') },
  { path: '/cases/$caseId', load: () => import('../pages/case/CasePage.tsx') },
  {
    path: '/customers',
    load: () => import('../pages/customers/CustomersPage.tsx'),
    nav: { name: 'customers', icon: IconUsers, key: 'c' },
  },
  {
    path: '/customers/$customerId',
    load: () => import('../pages/customers/CustomerPage.tsx'),
  },
  {
    path: '/success',
    load: () => import('../pages/success/SuccessPage.tsx'),
    nav: { name: 'success', icon: IconChartDots, key: 'r' },
  },
  {
    path: '/causes',
    load: () => import('../pages/causes/CausesPage.tsx'),
    nav: { name: 'causes', icon: IconZoomExclamation, key: 'u' },
  },
  {
    path: '/playbooks',
    load: () => import('../pages/playbooks/PlaybooksPage.tsx'),
    nav: { name: 'playbooks', icon: IconRoute, key: 'p' },
  },
  { path: '/playbooks/$playbookId', load: () => import('../pages/playbooks/PlaybookPage.tsx') },
  {
    path: '/playbooks/$playbookId/edit',
    load: () => import('../pages/playbooks/EditPlaybookPage.tsx'),
    managersOnly: true,
  },
  { path: '/templates/$templateId', load: () => import('../pages/templates/TemplatePage.tsx') },
  {
    path: '/new-template',
    load: () => import('../pages/templates/NewTemplatePage.tsx'),
    managersOnly: true,
  },
  {
    path: '/policy',
    load: () => import('../pages/policy/PolicyPage.tsx'),
    nav: { name: 'policy', icon: IconScale, key: 'l', managersOnly: true },
  },
  {
    path: '/policy/edit',
    load: () => import('../pages/policy/EditPolicyPage.tsx'),
    managersOnly: true,
  },
  { path: '/import', load: () => import('../pages/import/ImportPage.tsx'), managersOnly: true },
  {
    path: '/start',
    load: () => import('../pages/start/StartPage.tsx'),
    nav: { name: 'start', icon: IconRocket, key: 'f', whileEmpty: true },
  },
  {
    path: '/settings',
    load: () => import('../pages/settings/SettingsPage.tsx'),
    nav: { name: 'settings', icon: IconSettings, key: 'e' },
  },
  { path: '/settings/$section', load: () => import('../pages/settings/SettingsPage.tsx') },
];

import type { Role } from '../../../domain/words.ts';
import { useAppWords } from '../../app/words.ts';
import { useSettingsWords } from './words.ts';

export function useRoleNames(): Record<Role, string> {
  const app = useAppWords();
  const t = useSettingsWords();
  return {
    agent: app('role.agent'),
    manager: app('role.manager'),
    admin: app('role.admin'),
    'sales-system': t('system.sales-system'),
  };
}

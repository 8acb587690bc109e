import { pages } from './pages.ts';
import { isManager, useUser } from './session.ts';
import { useStart } from './start.ts';

/** The pages that this user's menu holds just now. */
export function useMenu() {
  const user = useUser();
  const { data: start } = useStart();
  return pages.flatMap(({ path, nav, managersOnly }) => {
    if (!nav || ((managersOnly || nav.managersOnly) && !isManager(user))) return [];
    return nav.whileEmpty && start?.customers !== 0 ? [] : [{ path, ...nav }];
  });
}

import type { Policy } from '../../../domain/policy.ts';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import type { components } from '../../api/schema.d.ts';

/** The document of the API leaves a policy's content to `domain/policy.ts`. */
export type PolicyVersion = Omit<components['schemas']['Policy'], 'policy'> & { policy: Policy };

/** Every version of the policy, the newest first. */
export function usePolicies() {
  const list = usePages(['policies'], (cursor) =>
    http.GET('/api/v1/policies', { params: { query: { limit: 200, ...cursor } } }),
  );
  const versions = list.items.map((one) => ({ ...one, policy: one.policy as Policy }));
  return { ...list, versions };
}

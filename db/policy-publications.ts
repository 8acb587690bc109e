import { DomainError } from '../domain/errors.ts';
import type { Policy, VersionedPolicy } from '../domain/policy.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { keepPolicy, policyInForce, policyOf } from './policies.ts';
import { policyPublications } from './schema.ts';

/**
 * Puts a policy in force, from the next request, case and scan on; cases that run keep theirs. A stored version is put
 * in force anew under its own name; the configured one governs again from then on, as its file may change.
 * @param published.basedOn the version in force that the publisher has seen
 * @throws DomainError `conflict` when another one is in force by now; `not-found` for a version that is not stored
 */
export async function publishPolicy(
  db: Db,
  published: { content: Policy } | { version: string },
  told: {
    asked: Asked;
    configured: VersionedPolicy;
    basedOn: string | undefined;
    reason: string | null;
    at: string;
  },
): Promise<VersionedPolicy> {
  const { asked, configured, basedOn, reason, at } = told;
  return writing(db, (tx) => {
    const current = policyInForce(tx, configured).version;
    if (basedOn !== undefined && basedOn !== current) {
      throw new DomainError('conflict', `By now the policy ${current} is in force.`);
    }
    const policy =
      'content' in published
        ? keepPolicy(tx, published.content, at)
        : policyOf(tx, published.version);
    if (!policy) throw new DomainError('not-found', 'There is no such version of the policy.');
    const { version } = policy;
    tx.insert(policyPublications)
      .values({
        version: version === configured.version ? null : version,
        ...{ at, reason, actor: asked.actor.actorId },
      })
      .run();
    insertDone(tx, asked, { action: 'policy.publish', target: version, caseId: null, at });
    return policy;
  });
}

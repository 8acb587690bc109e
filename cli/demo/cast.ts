import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { TaskType } from '../../domain/tasks.ts';
import type { Case } from '../client.ts';
import { roles, usually, type Reply, type Role, type RoleName } from './roles.ts';

/** Dealt first, in this order, so that even a handful of cases ends in every way that a dormant customer's can. */
const dealtFirst: RoleName[] = [
  'comes-back-when-fixed',
  'comes-back-once',
  'prefers-another-shop',
  'objects-to-contact',
  'closed-by-the-manager',
  'comes-back-and-cancels',
  'comes-back-and-leaves',
  'comes-back-for-the-credit',
  'comes-back-after-the-letter',
  'comes-back-unasked',
  'comes-back-at-once',
  'never-picks-up',
  'has-another-number',
  'asks-not-to-be-called',
  'has-died',
];

/** With fewer cases in which measures are taken some outcome would be missing. */
export const leastPursued = 5;

/** Whom the others are drawn from; who stands there twice is drawn twice as often. */
const dealtLater: RoleName[] = [
  'comes-back-at-once',
  'comes-back-at-once',
  'comes-back-for-the-credit',
  'comes-back-when-fixed',
  'comes-back-once',
  'prefers-another-shop',
  'prefers-another-shop',
  'prefers-another-shop',
  'never-picks-up',
  'never-picks-up',
  'has-another-number',
  'comes-back-unasked',
];

type Castable = Pick<Case, 'caseId' | 'customerId' | 'decision' | 'controlGroup'>;

/** Random whole numbers from 0 to `below` - 1, the same for the same seed. */
export function dice(seed: number): (below: number) => number {
  const generator = xoroshiro128plus(seed);
  return (below) => uniformInt(generator, 0, below - 1);
}

/** Gives every case a role, by a seed, and knows what comes of each of its tasks. */
export class Cast {
  readonly #draw: (below: number) => number;
  readonly #queue = [...dealtFirst];
  readonly #planned = new Map<string, RoleName>();
  readonly #roles = new Map<string, RoleName>();
  readonly #asked = new Map<string, number>();
  #controls = 0;

  constructor(seed: number) {
    this.#draw = dice(seed);
  }

  /** The customer's next case gets this role. */
  plan(customerId: string, role: RoleName): void {
    this.#planned.set(customerId, role);
  }

  /** Deals roles to the cases that have none yet and are far enough to get one. */
  take<C extends Castable>(cases: readonly C[]): { theCase: C; role: Role }[] {
    const fresh = cases.filter(
      ({ caseId, customerId, decision }) =>
        !this.#roles.has(caseId) && (decision !== null || this.#planned.has(customerId)),
    );
    return this.#shuffled(fresh).map((theCase) => {
      const name = this.#roleFor(theCase);
      const role: Role = roles[name];
      this.#roles.set(theCase.caseId, name);
      if (role.next) this.#planned.set(theCase.customerId, role.next as RoleName);
      return { theCase, role };
    });
  }

  roleOf(caseId: string | null): Role | undefined {
    const name = caseId === null ? undefined : this.#roles.get(caseId);
    return name && roles[name];
  }

  /** What comes of doing this task now; each call counts as one attempt. */
  replyTo({ caseId, type }: { caseId: string | null; type: TaskType }): Reply {
    const key = `${caseId} ${type}`;
    const attempt = this.#asked.get(key) ?? 0;
    this.#asked.set(key, attempt + 1);
    const replies = this.roleOf(caseId)?.says?.[type] ?? [];
    return replies[Math.min(attempt, replies.length - 1)] ?? usually[type];
  }

  #roleFor({ customerId, controlGroup, decision }: Castable): RoleName {
    const planned = this.#planned.get(customerId);
    if (planned) {
      this.#planned.delete(customerId);
      return planned;
    }
    if (controlGroup) {
      this.#controls += 1;
      return this.#controls % 4 === 2 ? 'control-comes-back' : 'control-stays-away';
    }
    if (decision === 'pursue') {
      return this.#queue.shift() ?? dealtLater[this.#draw(dealtLater.length)]!;
    }
    return 'ignores-the-letter';
  }

  #shuffled<T extends { caseId: string }>(list: readonly T[]): T[] {
    const rest = [...list].sort((a, b) => (a.caseId < b.caseId ? -1 : 1));
    return list.map(() => rest.splice(this.#draw(rest.length), 1)[0]!);
  }
}

/** A reply as the API takes it. */
export function resultOf(reply: Reply, at: Date): Record<string, unknown> {
  const { outcome, note, cause, score, inSeconds = 0 } = reply;
  const again = new Date(at.getTime() + inSeconds * 1_000).toISOString();
  return {
    outcome,
    note,
    ...(cause && { cause }),
    ...(score !== undefined && { score }),
    ...(outcome === 'callback' && { callbackAt: again }),
    ...(outcome === 'not-now' && { recontactAt: again }),
  };
}

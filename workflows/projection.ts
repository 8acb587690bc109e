import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { CaseOpening, CaseProjection, CaseState } from '../domain/case.ts';
import type { TimelineCode, TimelineData, TimelineEntry } from '../domain/timeline.ts';
import { projectCase, projectEnding } from './activities.ts';
import { now } from './clock.ts';
import { searchAttributesOf } from './search-attributes.ts';

/** What the world sees of a case: the timeline as it is told, and numbered writes of the whole state. */
export class Projection {
  readonly #opening: CaseOpening;
  #revision = 0;
  #writtenAt: string | undefined;
  #workflowTask = { historyLength: 0, startedMs: 0 };
  /** of the workflow task in hand: its first entry, so that the entries before it were told by tasks that are stored */
  #unstored = { historyLength: 0, firstSeq: 0 };
  #changed = true;
  #firstSeq: number;
  #entries: TimelineEntry[] = [];
  readonly #told: TimelineEntry[] = [];
  #attributes: string;

  constructor(opening: CaseOpening, state: CaseState) {
    this.#opening = opening;
    this.#firstSeq = opening.firstSeq;
    this.#attributes = JSON.stringify(searchAttributesOf(opening, state));
    this.wake();
  }

  /**
   * To be called whenever the case may have begun a new workflow task. Time goes on within one, with every local
   * activity; what numbers the writes is when it began.
   */
  wake(): void {
    const { historyLength } = workflowInfo();
    if (historyLength === this.#workflowTask.historyLength) return;
    this.#workflowTask = { historyLength, startedMs: Date.parse(now()) };
  }

  get revision(): number {
    return this.#revision;
  }

  /** At least the revision from which on the database shows everything that is told by now. */
  get nextRevision(): number {
    return this.#changed
      ? Math.max(this.#revision + 1, this.#workflowTask.startedMs)
      : this.#revision;
  }

  get hasChanged(): boolean {
    return this.#changed;
  }

  tell(code: TimelineCode, data: TimelineData = {}): void {
    this.#entries.push({ at: now(), code, data });
    this.#changed = true;
  }

  /** Has the whole timeline written again. */
  tellAgain(): void {
    this.#entries = [...this.#told, ...this.#entries];
    this.#told.length = 0;
    this.#firstSeq = this.#opening.firstSeq;
    this.#changed = true;
  }

  change(): void {
    this.#changed = true;
  }

  /** Not `async`, as every promise costs the SDK a stack trace. */
  write(state: CaseState, rest: Pick<CaseProjection, 'tasks' | 'nextLoss'>): Promise<void> {
    // Numbered by when the workflow task began, so that whatever an attempt that Temporal discarded has written, or
    // writes even now, is older than what the next attempt writes.
    const since = this.#writtenAt ?? workflowInfo().startTime.toISOString();
    this.#writtenAt = now();
    this.#revision = this.nextRevision;
    this.#changed = false;
    const { historyLength } = workflowInfo();
    if (this.#unstored.historyLength !== historyLength) {
      this.#unstored = { historyLength, firstSeq: this.#firstSeq };
    }
    const { policy, ...opening } = this.#opening;
    const timeline = { firstSeq: this.#firstSeq, entries: this.#entries };
    this.#firstSeq += this.#entries.length;
    this.#told.push(...this.#entries);
    this.#entries = [];
    this.#upsertSearchAttributes(state);
    const project = state.status === 'closed' ? projectEnding : projectCase;
    return project({
      opening: { ...opening, policyVersion: policy.version },
      revision: this.#revision,
      historyLength,
      since,
      finalBefore: this.#unstored.firstSeq,
      state: { ...state },
      timeline,
      ...rest,
    });
  }

  #upsertSearchAttributes(state: CaseState): void {
    const attributes = searchAttributesOf(this.#opening, state);
    const asText = JSON.stringify(attributes);
    if (asText === this.#attributes) return;
    this.#attributes = asText;
    upsertSearchAttributes(attributes);
  }
}

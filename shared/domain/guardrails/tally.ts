import type { Fields } from './fields.ts';
import { type Decision, Undecided } from './judge.ts';

/** Names a record in findings; never by what it says of a person. */
export type Identify = (record: Fields, position: number) => string;

/** Ids that one finding shows. The number of all is told beside them. */
export const SHOWN_RECORDS = 20;

/** What was found of one guardrail: counts, and the ids of the first records that matter. */
export class Tally {
  checked = 0;
  failed = 0;
  /** Of the failed, those that no waiver covers. */
  uncovered = 0;
  warned = 0;
  undecided = 0;
  /** Why the first undecided record could not be judged. */
  reason: string | undefined;
  readonly #failing: string[] = [];
  readonly #coveredFailing: string[] = [];
  readonly #warning: string[] = [];
  readonly #unclear: string[] = [];
  readonly #isCovered: (id: string) => boolean;

  constructor(isCovered: (id: string) => boolean = () => false) {
    this.#isCovered = isCovered;
  }

  count(decision: Decision, record: Fields, position: number, identify: Identify): void {
    if (decision === 'skips') return;
    this.checked += 1;
    if (decision === 'holds') return;
    this.#note(decision, identify(record, position));
  }

  /** The same for what is asked later and then known by its id alone. */
  countId(decision: Decision, id: string): void {
    if (decision === 'skips') return;
    this.checked += 1;
    if (decision !== 'holds') this.#note(decision, id);
  }

  /** A record that was counted as holding turns out otherwise. */
  revise(decision: Exclude<Decision, 'holds' | 'skips'>, id: string): void {
    this.#note(decision, id);
  }

  #note(decision: Exclude<Decision, 'holds' | 'skips'>, id: string): void {
    if (decision === 'fails') {
      this.failed += 1;
      const isCovered = this.#isCovered(id);
      if (!isCovered) this.uncovered += 1;
      show(isCovered ? this.#coveredFailing : this.#failing, id);
    } else if (decision instanceof Undecided) {
      this.undecided += 1;
      this.reason ??= decision.reason;
      show(this.#unclear, id);
    } else {
      this.warned += 1;
      show(this.#warning, id);
    }
  }

  /** Those that no waiver covers come first. */
  get failing(): readonly string[] {
    return [...this.#failing, ...this.#coveredFailing].slice(0, SHOWN_RECORDS);
  }

  get warning(): readonly string[] {
    return this.#warning;
  }

  get unclear(): readonly string[] {
    return this.#unclear;
  }
}

function show(list: string[], id: string): void {
  if (list.length < SHOWN_RECORDS) list.push(id);
}

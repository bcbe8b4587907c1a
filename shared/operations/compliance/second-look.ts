import { type Guardrail, parseSource } from '../../domain/configuration/index.ts';
import { type Fields, momentsRead, type PartnerIndex } from '../../domain/guardrails/index.ts';
import { sourceOf } from './cases.ts';
import type { ComplianceContext } from './compliance-context.ts';
import { readEvidence } from './read-evidence.ts';

/** More records without a partner than this are no matter of timing. */
const MOST_AWAITING = 1_000;

interface Awaiting {
  readonly record: Fields;
  readonly position: number;
}

/**
 * A live collection goes on growing while its partner is read: an order that came in after its verifications were
 * indexed would seem to have none, and a lockdown would follow from nothing. So records without a partner wait until
 * the joined collection was read a second time, after they were seen.
 */
export class SecondLook {
  readonly index: PartnerIndex;
  /** The joined evidence. */
  readonly name: string;
  readonly #awaiting: Awaiting[] = [];

  readonly #guardrail: Guardrail;

  constructor(guardrail: Guardrail, name: string, index: PartnerIndex) {
    this.#guardrail = guardrail;
    this.name = name;
    this.index = index;
  }

  /** True when the record waits; it is judged later. */
  keeps(record: Fields, position: number): boolean {
    if (this.#awaiting.length >= MOST_AWAITING || this.index.find(record).length > 0) return false;
    this.#awaiting.push({ record, position });
    return true;
  }

  /** Those that waited, after the second reading; what that could not read leaves them without a partner. */
  async settle(context: ComplianceContext): Promise<readonly Awaiting[]> {
    const source = sourceOf(context, this.name);
    if (this.#awaiting.length > 0 && source !== undefined) {
      const wanted = this.index.matching(this.#awaiting.map(({ record }) => record));
      const moments = momentsRead([this.#guardrail], this.name, source);
      await readEvidence(context, this.name, source, (_record, _position, timed) => wanted.add(timed), { moments });
    }
    return this.#awaiting;
  }
}

/** Only what changes under the reader needs a second look; an object is what it was when it was opened. */
export function isLive(uri: string): boolean {
  const source = parseSource(uri);
  return typeof source !== 'string' && source.system === 'firestore';
}

import type { EvidenceSource } from './evidence-source.ts';
import type { Fields } from './fields.ts';
import type { Partners } from './partners.ts';

/** The record does not say enough to judge it. The reason names fields and types, never a value. */
export class Undecided {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** `skips`: the record is not among those that the claim is about. `warns`: it holds, and soon will not. */
export type Decision = 'holds' | 'fails' | 'warns' | 'skips' | Undecided;

/**
 * Judges the records of one evidence, one after the other. A record's decision depends on nothing but the record, its
 * partners and the time, so that a further record can only add to what is found.
 */
export interface Judge {
  /** The name of the evidence that it goes over. */
  readonly evidence: string;
  decide(record: Fields): Decision;
  /** Asked after the last record: why what was seen is not enough to tell, or undefined. */
  shortfall?(): string | undefined;
  /** What it means that no record was among those that the claim is about. */
  readonly nothing?: string;
}

/** What judges need beside the records. */
export interface Setting {
  readonly evidence: Readonly<Record<string, EvidenceSource>>;
  /** IANA name of the zone whose calendar counts. */
  readonly storeTimezone: string;
  /** RFC 3339; the time that ages are counted to. */
  readonly now: string;
  /** The indexed records of the evidence that this guardrail joins. */
  partners(guardrail: string): Partners;
}

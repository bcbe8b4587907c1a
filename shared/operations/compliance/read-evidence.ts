import type { Evidence } from '../../domain/finding.ts';
import { type EvidenceSource, type Fields, type Gap, typedRecord, withMoments } from '../../domain/guardrails/index.ts';
import { hoursBetween } from '../../domain/time.ts';
import type { EvidenceSet } from '../../ports/evidence.ts';
import type { ComplianceContext } from './compliance-context.ts';
import { gapOf } from './gaps.ts';
import { pacer } from './pace.ts';

/** How one evidence was read: to its end, with a receipt, or with a gap that says what is not known. */
export type Reading =
  | { readonly kind: 'whole'; readonly records: number; readonly digest: string; readonly receipt: Evidence }
  | { readonly kind: 'broken'; readonly records: number; readonly gap: Gap };

/** `timed` is the record with its moments read, for conditions; the same object where there are none. */
export type Take = (record: Fields, position: number, timed: Fields) => void;

/**
 * Streams one evidence past `take`. Evidence that is too old is not read at all: it proves nothing. Throws what is not
 * the world's fault. `moments` are the fields in which conditions look for times.
 */
export async function readEvidence(
  context: ComplianceContext,
  name: string,
  source: EvidenceSource,
  take: Take,
  { uri = source.source_uri, moments = [] }: { readonly uri?: string; readonly moments?: readonly string[] } = {},
): Promise<Reading> {
  const { signal } = context;
  let records = 0;
  try {
    const set = await context.ports.evidence.open({ name, uri, format: source.format }, { signal });
    const stale = staleGap(name, source, set, context.now());
    if (stale !== undefined) return { kind: 'broken', records, gap: stale };
    const typed = typedRecord(source);
    const pace = pacer(signal);
    for await (const record of set.records) {
      records += 1;
      const own = typed === undefined ? record : typed(record);
      take(own, records, withMoments(own, moments));
      const turn = pace(records);
      if (turn !== undefined) await turn;
    }
    const digest = set.digest();
    return { kind: 'whole', records, digest, receipt: receiptOf(context, name, source, set, records, digest) };
  } catch (error) {
    return { kind: 'broken', records, gap: gapOf(error, name) };
  }
}

function receiptOf(
  context: ComplianceContext,
  name: string,
  source: EvidenceSource,
  set: EvidenceSet,
  records: number,
  digest: string,
): Evidence {
  const maxAgeSeconds = Math.round(source.max_age_h * 3600);
  const written = set.updatedAt === null ? {} : { updatedAt: set.updatedAt };
  const value = { records, ...written };
  return { subject: name, request: set.request, observedAt: context.now(), value, digest, maxAgeSeconds };
}

/** A system without a time of its own was asked just now, so its answer is as of now. */
function staleGap(name: string, source: EvidenceSource, { updatedAt }: EvidenceSet, now: string): Gap | undefined {
  if (updatedAt === null) return undefined;
  const hours = hoursBetween(updatedAt, now);
  if (hours <= source.max_age_h) return undefined;
  return {
    code: 'stale-evidence',
    message: `the evidence ${name} is ${hours.toFixed(1)} hours old (${updatedAt}); ${source.max_age_h} are allowed`,
    remedy: 'find out why it was not written anew, then rerun',
  };
}

import type { Evidence } from '../../domain/finding.ts';
import {
  Allowance,
  momentsRead,
  PartnerIndex,
  type PartnerNeed,
  partnerNeedOf,
} from '../../domain/guardrails/index.ts';
import { PolicyError } from '../../domain/policy/index.ts';
import { mapLimited } from '../support/map-limited.ts';
import { type Case, sourceOf } from './cases.ts';
import type { ComplianceContext } from './compliance-context.ts';
import { emptyGap } from './gaps.ts';
import { readEvidence } from './read-evidence.ts';

/** Joined evidence that is read at a time. */
const READ_AT_ONCE = 4;

interface Join {
  readonly one: Case;
  readonly need: PartnerNeed;
}

/**
 * Reads every joined evidence once and indexes it for all guardrails that join it. A guardrail whose index is not
 * whole gets a gap and no index: what it does not find there may still exist.
 */
export async function indexPartners(
  context: ComplianceContext,
  cases: readonly Case[],
): Promise<{ readonly indexes: ReadonlyMap<string, PartnerIndex>; readonly receipts: readonly Evidence[] }> {
  const allowance = new Allowance();
  const joins = cases.flatMap((one) => joinOf(context, one));
  const names = [...new Set(joins.map(({ need }) => need.evidence))];
  const indexes = new Map<string, PartnerIndex>();
  const receipts = await mapLimited(names, READ_AT_ONCE, (name) =>
    indexOne(
      context,
      name,
      joins.filter(({ need }) => need.evidence === name),
      allowance,
      indexes,
    ),
  );
  return { indexes, receipts: receipts.flat() };
}

function joinOf(context: ComplianceContext, one: Case): Join[] {
  try {
    const need = partnerNeedOf(one.guardrail, (name) => sourceOf(context, name)?.alias ?? name);
    return need === undefined ? [] : [{ one, need }];
  } catch (error) {
    if (error instanceof PolicyError) return []; // Told when its judge is made.
    throw error;
  }
}

async function indexOne(
  context: ComplianceContext,
  name: string,
  joins: readonly Join[],
  allowance: Allowance,
  indexes: Map<string, PartnerIndex>,
): Promise<Evidence[]> {
  const source = sourceOf(context, name);
  if (source === undefined) return [];
  const shared = new Map<string, PartnerIndex>();
  for (const { need } of joins) {
    const together = joins.filter((join) => pairOf(join.need) === pairOf(need)).map((join) => join.need);
    if (!shared.has(pairOf(need))) shared.set(pairOf(need), new PartnerIndex(merged(need, together), allowance));
  }
  const reading = await readEvidence(
    context,
    name,
    source,
    (_record, _position, timed) => {
      for (const index of shared.values()) index.add(timed);
    },
    {
      moments: momentsRead(
        joins.map(({ one }) => one.guardrail),
        name,
        source,
      ),
    },
  );
  for (const { one, need } of joins) {
    const index = shared.get(pairOf(need)) as PartnerIndex;
    if (reading.kind === 'broken') one.gaps.push(reading.gap);
    else if (reading.records === 0 && !one.guardrail.allow_empty) one.gaps.push(emptyGap(name));
    else if (index.isFull) one.gaps.push(fullGap(name, reading.records));
    else indexes.set(one.guardrail.id, index);
    if (reading.kind === 'whole') one.digests.set(name, reading.digest);
  }
  return reading.kind === 'whole' ? [reading.receipt] : [];
}

const pairOf = ({ match }: PartnerNeed): string => match.join();

function merged(need: PartnerNeed, together: readonly PartnerNeed[]): PartnerNeed {
  const lists = together.map(({ fields }) => fields);
  if (lists.includes('all')) return { ...need, fields: 'all' };
  return { ...need, fields: [...new Set(lists.flatMap((fields) => (fields === 'all' ? [] : fields)))] };
}

const fullGap = (name: string, records: number) => ({
  code: 'join-too-large',
  message: `the evidence ${name} has ${records} records, more than can be held to join it`,
  remedy: 'export only the records of the days that are judged, or join the other way round',
});

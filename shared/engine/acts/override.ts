import {
  mayOverride,
  OVERRIDE_MAX_SECONDS,
  type Override,
  WAIVER_MAX_SECONDS,
  type Waiver,
} from '../../domain/override.ts';
import { isSamePerson } from '../../domain/person.ts';
import type { Checkpoint, SlotRecord } from '../../domain/run.ts';
import { dateOfSlot, parseSlotId, rerunClosesAt } from '../../domain/slot.ts';
import { dateOf, type Instant, plusSeconds } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { type OverridesRecord, paths, type WaiversRecord } from '../records.ts';
import { type ActAnswer, type Actor, act } from './act.ts';

export interface OverrideRequest {
  readonly slotId: string;
  readonly findingId: string;
  readonly until: Instant;
  readonly reason: string;
}

/** Re-judges one finding of one slot as degraded, in a new attempt that a rerun makes. */
export function grantOverride(
  engine: Engine,
  who: Actor,
  { slotId, findingId, until, reason }: OverrideRequest,
): Promise<ActAnswer> {
  const slot = parseSlotId(slotId);
  if (slot === undefined) return Promise.resolve({ ok: false, why: `'${slotId}' is not a slot of the schedule` });
  return act(engine, who, reason, dateOfSlot(slot), async ({ at, transaction }) => {
    if (slot.phase !== 't-90-prep' && slot.phase !== 't-30-final-check')
      return 'only findings of t-90-prep and t-30-final-check can be overridden';
    const [record, stored, month] = await transaction.getAll<[SlotRecord, OverridesRecord, Record<string, number>]>([
      paths.slot(slotId),
      paths.overrides,
      paths.counter(`overrides@${dateOf(at).slice(0, 7)}`),
    ]);
    if (record?.status !== 'concluded') return `${slotId} has not concluded`;
    if (until <= at) return `until ${until} is in the past`;
    if (until > plusSeconds(at, OVERRIDE_MAX_SECONDS))
      return `an override holds for at most ${OVERRIDE_MAX_SECONDS / 3600} hours`;
    if (at > rerunClosesAt(slot))
      return `${slotId} can no longer be rerun: its rerun window closed at ${rerunClosesAt(slot)}`;
    const used = month?.granted ?? 0;
    const budget = engine.configuration.people.overrides_per_month;
    if (used >= budget) return `the month's ${budget} overrides are used up (people.overrides_per_month)`;
    const [operation = ''] = findingId.split('/');
    const checkpoint = await transaction.get<Checkpoint>(paths.operation(slotId, record.attempt, operation || 'none'));
    const finding = checkpoint?.findings.find(({ id }) => id === findingId);
    if (finding === undefined) return `'${findingId}' is no finding of ${slotId}#${record.attempt}`;
    if (!mayOverride(finding))
      return `'${findingId}' is ${finding.verdict}; only failed and inconclusive findings can be overridden`;
    const items = (stored?.items ?? []).filter((one) => one.slotId !== slotId || one.findingId !== findingId);
    const override: Override = {
      id: `override-${at}-${items.length}`,
      slotId,
      findingId,
      actor: who.name,
      reason,
      at,
      until,
    };
    return {
      writes: [
        { path: paths.overrides, data: { items: [...items, override] } satisfies OverridesRecord },
        { path: paths.counter(`overrides@${dateOf(at).slice(0, 7)}`), data: { granted: used + 1 } },
      ],
      lines: [
        {
          kind: 'override-granted',
          subject: override.id,
          actor: who.name,
          detail: { slotId, findingId, until, reason },
        },
      ],
      message: `overridden until ${until}; rerun ${slot.phase} to judge it anew`,
      detail: { override: override.id, remaining: budget - used - 1 },
    };
  });
}

export interface WaiverRequest {
  readonly guardrail: string;
  readonly records: readonly string[];
  readonly until: Instant;
  readonly reason: string;
}

/** A dated exception to a guardrail. A critical one takes two people: the first act is a proposal. */
export function grantWaiver(
  engine: Engine,
  who: Actor,
  { guardrail, records, until, reason }: WaiverRequest,
): Promise<ActAnswer> {
  return act(engine, who, reason, dateOf(engine.clock.now()), async ({ at, transaction }) => {
    const rule = engine.configuration.guardrails.find(({ id }) => id === guardrail);
    if (rule === undefined)
      return `'${guardrail}' is no guardrail; known are ${engine.configuration.guardrails.map(({ id }) => id).join(', ')}`;
    if (until <= at) return `until ${until} is in the past`;
    if (until > plusSeconds(at, WAIVER_MAX_SECONDS))
      return `a waiver holds for at most ${WAIVER_MAX_SECONDS / 86_400} days`;
    const stored = await transaction.get<WaiversRecord>(paths.waivers);
    const items = stored?.items ?? [];
    const proposals = (stored?.proposals ?? []).filter((one) => one.until > at);
    const proposed = proposals.find((one) => one.guardrail === guardrail && !isSamePerson(one.owner, who.name));
    const waiver: Waiver = proposed ?? {
      id: `waiver-${at}-${guardrail}`,
      guardrail,
      records,
      owner: who.name,
      approvers: [who.name],
      reason,
      at,
      until,
    };
    const needsSecond =
      rule.severity === 'critical' && proposed === undefined && !engine.configuration.people.single_operator;
    if (needsSecond) {
      const others = proposals.filter((one) => one.guardrail !== guardrail);
      return {
        writes: [{ path: paths.waivers, data: { items, proposals: [...others, waiver] } satisfies WaiversRecord }],
        lines: [{ kind: 'waiver-proposed', subject: waiver.id, actor: who.name, detail: { guardrail, until, reason } }],
        message: `proposed: ${guardrail} is critical, a second person completes the waiver`,
        detail: { waiver: waiver.id, granted: false },
      };
    }
    const granted: Waiver = proposed === undefined ? waiver : { ...proposed, approvers: [proposed.owner, who.name] };
    return {
      writes: [
        {
          path: paths.waivers,
          data: {
            items: [...items, granted],
            proposals: proposals.filter(({ id }) => id !== granted.id),
          } satisfies WaiversRecord,
        },
      ],
      lines: [
        {
          kind: 'waiver-granted',
          subject: granted.id,
          actor: who.name,
          detail: { guardrail, until: granted.until, approvers: granted.approvers, reason },
        },
      ],
      message: `${guardrail} is waived until ${granted.until}`,
      detail: { waiver: granted.id, granted: true },
    };
  });
}

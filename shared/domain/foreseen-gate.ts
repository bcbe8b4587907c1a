import { decide } from './admission.ts';
import { unreachable } from './errors.ts';
import { type GateAnswer, type GateState, gateFor } from './gate.ts';
import type { SlotRecord } from './run.ts';
import { EARLY_CLOCK_SECONDS, type Slot, startClosesAt } from './slot.ts';
import { plusSeconds } from './time.ts';

const refuse = (why: string): GateAnswer => ({ kind: 'refuse', why });

/**
 * What a real message that names the slot would be answered now. The gate alone does not know it: a slot that has
 * concluded, or whose window is over, never reaches the gate. A slot that is still to come is answered by the gate, as
 * things stand.
 */
export function foreseenGate(
  slot: Slot,
  record: SlotRecord | undefined,
  state: GateState,
  isRerun: boolean,
): GateAnswer {
  if (slot.dueAt > plusSeconds(state.at, EARLY_CLOCK_SECONDS)) return gateFor(slot, state);
  const asked = { phase: slot.phase, kind: 'manual' as const, messageId: 'foreseen', publishedAt: state.at };
  const admission = decide({ ...asked, dryRun: false, rerun: isRerun, slotDueAt: slot.dueAt }, slot, record, state);
  switch (admission.kind) {
    case 'start':
    case 'resume':
      return { kind: 'open' };
    case 'wait':
      return admission;
    case 'conclude':
      return admission.ending === 'refused'
        ? refuse(admission.reason)
        : refuse(`its window closed at ${startClosesAt(slot)}: it would end ${admission.ending}`);
    case 'refuse': {
      // A slot to come was answered above: what is not due here was due too long ago.
      const closed = admission.reason === 'not-due' ? `its window closed at ${startClosesAt(slot)}: ` : '';
      const since = record?.status === 'concluded' ? ` at ${record.concludedAt}` : '';
      return refuse(`${closed}a real run would be refused as ${admission.reason}: ${admission.detail}${since}`);
    }
    case 'rehearse':
      return refuse('nothing is due: a real run would be a rehearsal, the checks alone');
    default:
      return unreachable(admission, 'admission');
  }
}

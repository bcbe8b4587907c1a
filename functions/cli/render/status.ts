import { isHeld } from '../../../shared/domain/hold.ts';
import type { StatusView } from '../../../shared/operator/api/status-view.ts';
import { markOf } from './run.ts';

/** The day at a glance: what is locked or held first, then a line per slot. */
export function renderStatus(view: StatusView): string[] {
  const { lockdown, hold, nextHold, ticket } = view;
  return [
    `${view.date}: ${lockdown.active ? lockdownText(lockdown) : 'no lockdown'}`,
    `hold: ${hold === null ? 'none' : `${hold.status} (${hold.reason})`}`,
    `ticket: ${ticket === null ? 'none' : `${ticket.status} ${ticket.id.slice(0, 23)}`}`,
    ...view.slots.flatMap(({ slot, status, ending, verdict, latenessSeconds, reason, gate, findings }) => {
      const late = latenessSeconds !== null && latenessSeconds > 0 ? `  ${latenessSeconds} s late` : '';
      const waits = gate?.kind === 'wait' ? `  would wait for ${gate.waitsFor}` : '';
      const line = `${markOf(verdict)} ${slot}  ${ending ?? status}${late}${verdict === 'passed' || reason === '' ? '' : `  ${reason}`}${waits}`;
      return [line, ...findings.map((one) => `      ${one.verdict}: ${one.message} (${one.id}); next: ${one.remedy}`)];
    }),
    ...view.overrides.map(({ findingId, actor, until }) => `override: ${findingId} by ${actor} until ${until}`),
    ...view.waivers.map(({ guardrail, owner, until }) => `waiver: ${guardrail} by ${owner} until ${until}`),
    `next High Noon: ${view.nextHighNoon}${isHeld(nextHold) ? `, HELD since ${nextHold.setAt} by ${nextHold.setBy} (${nextHold.reason})` : ''}`,
  ];
}

/** What or who set it, when and why, and what its lifting waits for: the first thing that whoever is called asks. */
function lockdownText({ epoch, cause, setBy, setAt, slotId, reason, proposal }: StatusView['lockdown']): string {
  const where = slotId === null ? '' : ` in ${slotId}`;
  const lifting =
    proposal === null ? '' : `; ${proposal.by} proposed to lift it (${proposal.reason}), open until ${proposal.until}`;
  return `LOCKDOWN (epoch ${epoch}, ${cause}) since ${setAt}, set by ${setBy}${where}: ${reason}${lifting}`;
}

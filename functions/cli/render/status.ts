import type { StatusView } from '../../../shared/operator/api/status-view.ts';
import { markOf } from './run.ts';

/** The day at a glance: what is locked or held first, then a line per slot. */
export function renderStatus(view: StatusView): string[] {
  const { lockdown, hold, ticket } = view;
  return [
    lockdown.active
      ? `LOCKDOWN (epoch ${lockdown.epoch}, ${lockdown.cause}): ${lockdown.reason}`
      : `${view.date}: no lockdown`,
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
    `next High Noon: ${view.nextHighNoon}`,
  ];
}

import { unreachable } from '../errors.ts';
import type { DetailLine, HighNoonReport, Mark } from './high-noon.ts';
import { receiptText } from './receipt-text.ts';

function symbol(mark: Mark): string {
  switch (mark) {
    case 'good':
      return '✅';
    case 'warning':
      return '⚠️';
    case 'unknown':
      return '❓';
    case 'bad':
      return '❌';
    case 'undone':
      return '↩️';
    case 'not-run':
      return '⏸️';
    default:
      return unreachable(mark, 'mark');
  }
}

/** The High Noon Sync Report as people read it. Same state, same text. */
export function renderHighNoon(report: HighNoonReport): string {
  // Nothing ended, so no moment is the report's: the instant of the slot would be taken for one.
  const at = report.ending === null ? 'not yet: noon has not concluded' : report.SYNC_TIMESTAMP;
  const lines = [
    '# HIGH NOON SYNC REPORT',
    '',
    `Generated: ${at}`,
    '',
    '## Executive Summary',
    '',
    `**${(report.ending ?? 'not concluded').toUpperCase()}**: ${report.reason}`,
    '',
    `- Slot: ${report.slot}${report.runId === null ? '' : ` (run ${report.runId})`}`,
    ...report.phases.map(
      ({ phase, ending, attempt }) =>
        `- ${phase}: ${ending ?? 'not concluded'}${attempt !== null && attempt > 1 ? ` (attempt ${attempt})` : ''}`,
    ),
    `- SYNC_TIMESTAMP: ${at}`,
    ...report.notes.map((note) => `- Note: ${note}`),
    '',
    '## Synchronization Details',
    '',
    ...report.details.flatMap(detail),
    '',
    '## Sovereign Status',
    '',
    ...report.sovereign.map(({ repository, mark, text }) => `- ${symbol(mark)} ${repository}: ${text}`),
    '',
    ...rollback(report),
    ...findings(report),
    ...excuses(report),
    '## Next High Noon',
    '',
    `- When: ${report.NEXT_HIGH_NOON}`,
    `- All systems operational: ${report.allSystemsOperational.text}`,
    `- 21+ compliance enforced: ${report.complianceEnforced.text}`,
    ...(report.nextStep === '' ? [] : [`- Next step: ${report.nextStep}`]),
    `- NEXT_HIGH_NOON: ${report.NEXT_HIGH_NOON}`,
  ];
  return `${lines.join('\n')}\n`;
}

const SHOWN_RECEIPTS = 6;

function detail({ subject, mark, text, receipts }: DetailLine): string[] {
  const shown = receipts.slice(0, SHOWN_RECEIPTS).map(({ subject: of, request, observedAt, digest, value }) => {
    const { text: proof, isCut } =
      digest === undefined ? receiptText(value) : { text: digest.slice(0, 23), isCut: false };
    const whole = isCut ? ' (whole in the JSON report)' : '';
    return `  - receipt: ${of}: ${request} at ${observedAt}${proof === '' ? '' : ` → ${proof}${whole}`}`;
  });
  const more =
    receipts.length > SHOWN_RECEIPTS
      ? [`  - and ${receipts.length - SHOWN_RECEIPTS} receipts more in the JSON report`]
      : [];
  return [`- ${symbol(mark)} ${subject}: ${text}`, ...shown, ...more];
}

function rollback({ rollback: undone }: HighNoonReport): string[] {
  if (undone === null || undone.effects.length === 0) return [];
  const rows = undone.effects.map(
    ({ target, outcome, detail: text }) => `- ${outcome === 'failed' ? '❌' : '↩️'} ${target}: ${text}`,
  );
  return ['## Rollback', '', `Because ${undone.cause}:`, '', ...rows, ''];
}

function findings(report: HighNoonReport): string[] {
  if (report.findings.length === 0) return [];
  const rows = report.findings.map(
    ({ id, verdict, message, remedy }) =>
      `- ${verdict === 'passed' ? 'note' : verdict}: ${message} (${id})${verdict === 'passed' ? '' : `; next: ${remedy}`}`,
  );
  return ['## Findings', '', ...rows, ''];
}

function excuses({ waivers, overrides }: HighNoonReport): string[] {
  if (waivers.length + overrides.length === 0) return [];
  const rows = [
    ...waivers.map(
      ({ guardrail, owner, until, reason }) => `- waiver: ${guardrail}, ${owner}, until ${until}: ${reason}`,
    ),
    ...overrides.map(
      ({ findingId, actor, until, reason }) => `- override: ${findingId}, ${actor}, until ${until}: ${reason}`,
    ),
  ];
  return ['## Waivers and Overrides', '', ...rows, ''];
}

import type { Proposal } from './access.ts';
import { describeChange } from './access-history.ts';
import type { CapacityLine } from './capacity.ts';
import type { PhaseMetrics } from './phase-metrics.ts';
import { isOverdue, type Risk } from './register.ts';
import type { Section, ShownTrend, WeeklyReport } from './report.ts';
import { amountOf, daysFromNow, durationOf, percentOf } from './words.ts';

/** The weekly report as people read it: the risks in order first. Same state, same text. */
export function renderWeekly(report: WeeklyReport): string {
  return [
    '# WEEKLY RISK REVIEW',
    '',
    `Generated: ${report.generatedAt}`,
    '',
    `**${(report.ending ?? 'not concluded').toUpperCase()}**: ${report.reason}`,
    '',
    ...risks(report),
    ...(report.closed.length > 0
      ? [
          '## Closed since the last review',
          '',
          ...report.closed.map(
            ({ id, closed }) => `- ${id}: ${closed?.reason ?? ''} (${closed?.by ?? ''}, ${closed?.at ?? ''})`,
          ),
          '',
        ]
      : []),
    '## Operations',
    '',
    ...report.sections.flatMap(section),
    '',
    '## Success over promised slots',
    '',
    ...table(
      ['phase', 'good of promised', 'rate (95 % interval)', 'error budget spent', 'retries', 'p50', 'p95', 'p99'],
      report.metrics.map(metricRow),
    ),
    '',
    ...margin(report.metrics),
    '## Trends',
    '',
    ...report.trends.map(trend),
    '',
    '## Capacity',
    '',
    ...table(
      ['what', 'now', 'budget', 'exceeded'],
      report.capacity.map((line) => capacityRow(line, report.date)),
    ),
    '',
    '## Access: proposed changes',
    '',
    ...(report.proposals.length === 0 ? ['- none'] : report.proposals.map(proposal)),
    '',
    '## Recovery',
    '',
    report.recovery === null
      ? '- no restore was rehearsed'
      : `- ${report.recovery.snapshot}: ${report.recovery.documents} documents restored and compared in ${durationOf(report.recovery.seconds)}`,
    '',
  ].join('\n');
}

function risks({ risks: open, date }: WeeklyReport): string[] {
  const title = `## Risks: ${open.length}`;
  if (open.length === 0) return [title, '', 'None is open.', ''];
  const rows = open.map((risk, index) => [
    String(index + 1),
    severity(risk),
    risk.title,
    risk.owner,
    due(risk, date),
    risk.mitigation,
    risk.evidence[0] ?? 'none',
  ]);
  return [title, '', ...table(['', 'severity', 'risk', 'owner', 'due', 'mitigation', 'evidence'], rows), ''];
}

const severity = ({ severity: level, isUnknown, status }: Risk): string =>
  `${level}${status === 'unverified' ? ', unverified' : isUnknown ? ', unknown' : ''}`;
const due = (risk: Risk, date: string): string =>
  `${risk.dueDate}${isOverdue(risk, date) ? ' OVERDUE' : ''} (since ${risk.firstSeen})`;

function section({ operation, verdict, isUnknown, receipts, findings }: Section): string[] {
  if (verdict === null) return [`- not run: ${operation}`];
  const said = verdict === 'degraded' && isUnknown ? 'degraded, partly unknown' : verdict;
  return [
    `- ${said}: ${operation} (${receipts} receipts)`,
    ...findings
      .slice(0, 20)
      .map(({ id, message, remedy, state }) => `  - ${message} (${id})${state === 'noted' ? '' : `; next: ${remedy}`}`),
    ...(findings.length > 20 ? [`  - and ${findings.length - 20} more`] : []),
  ];
}

function metricRow({
  phase,
  good,
  expected,
  rate,
  lower,
  upper,
  budgetBurn,
  retries,
  seconds,
}: PhaseMetrics): string[] {
  const interval = rate === null ? 'unknown' : `${percentOf(rate)} (${percentOf(lower)} to ${percentOf(upper)})`;
  const burn = budgetBurn === null ? 'unknown' : percentOf(budgetBurn);
  const times =
    seconds === null
      ? ['unknown', 'unknown', 'unknown']
      : [
          durationOf(seconds.p50),
          durationOf(seconds.p95),
          `${durationOf(seconds.p99)}${seconds.p99IsLargest ? ` (the largest of ${seconds.count})` : ''}`,
        ];
  return [phase, `${good} of ${expected}`, interval, burn, String(retries), ...times];
}

function margin(metrics: readonly PhaseMetrics[]): string[] {
  const found = metrics.find(({ marginSeconds }) => marginSeconds !== null)?.marginSeconds;
  if (found === undefined || found === null) return ['Margin to noon: unknown.', ''];
  return [`Margin to noon: median ${durationOf(found.p50)} over ${found.count} days.`, ''];
}

function trend({ title, unit, abstained, told }: ShownTrend): string {
  if (told === null) return `- ${title}: not told (${abstained ?? 'unknown'})`;
  const { slope, p, direction, step, backTest } = told;
  const tried =
    backTest === null
      ? 'the forecast could not be tried'
      : `forecasts erred by ${amountOf(backTest.meanAbsoluteError, unit)}, ${percentOf(backTest.coverage)} inside their interval`;
  const stepped = step === null ? '' : `; the level changed on ${step.date}`;
  return `- ${title}: ${direction}, ${amountOf(slope.perDay, unit)} a day (${amountOf(slope.lower, unit)} to ${amountOf(slope.upper, unit)}), p = ${p.toPrecision(2)}${stepped}; ${tried}`;
}

function capacityRow({ title, now, budget, unit, share, crossings, abstained }: CapacityLine, date: string): string[] {
  const whole = crossings.find(({ percent }) => percent === 100);
  const when =
    abstained !== null
      ? `not told (${abstained})`
      : whole?.isReached === true
        ? 'now'
        : whole?.likely === null || whole === undefined
          ? `not within the forecast${whole?.earliest === null || whole === undefined ? '' : `; at the earliest ${whole.earliest}`}`
          : `${daysFromNow(date, whole.likely)} (${whole.earliest ?? whole.likely} to ${whole.latest ?? 'after the forecast'})`;
  return [
    title,
    now === null ? 'unknown' : `${amountOf(now, unit)} (${percentOf(share)})`,
    amountOf(budget, unit),
    when,
  ];
}

const proposal = ({ id, change, why }: Proposal): string => `- ${id}: ${describeChange(change)}: ${why}`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ['Unknown: nothing was stored.'];
  return [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ];
}

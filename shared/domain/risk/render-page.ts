import { type Ending, isGood } from '../ending.ts';
import type { Audit, GuardrailState } from './drift.ts';
import { PAGE_STYLE } from './page-style.ts';
import { escapeText, plotOf } from './plots.ts';
import { isOverdue, type Risk } from './register.ts';
import type { GridRow, Section, ShownTrend, WeeklyReport } from './report.ts';
import { amountOf, durationOf, percentOf } from './words.ts';

/** The weekly report as a page: one file without script, fonts or anything fetched; every text is escaped. */
export function renderWeeklyPage(report: WeeklyReport): string {
  const title = `Weekly risk review of ${report.date}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title><style>${PAGE_STYLE}</style></head><body><main>
<h1>${escapeText(title)}</h1>
<p class="ending ${tone(report)}">${escapeText((report.ending ?? 'not concluded').toUpperCase())}: ${escapeText(report.reason)}</p>
${risks(report)}
<h2>Slots of the last four weeks</h2>${grid(report.grid)}
<h2>Guardrails</h2>${heatMap(report.audits)}
<h2>Success over promised slots</h2>${metrics(report)}
<h2>Trends and forecasts</h2>${report.trends.length === 0 ? unknownBlock('nothing was computed') : report.trends.map(trend).join('')}
<h2>Operations</h2>${report.sections.map(section).join('')}
<footer>${escapeText(report.runId)}, concluded ${escapeText(report.generatedAt)}; computed from stored outcomes and from nothing else.</footer>
</main></body></html>
`;
}

const tone = ({ ending }: WeeklyReport): string =>
  ending === 'passed' ? 'good' : ending === 'degraded' ? 'warn' : 'bad';
const unknownBlock = (why: string): string => `<p class="unknown">? unknown: ${escapeText(why)}</p>`;

function risks({ risks: open, closed, date }: WeeklyReport): string {
  const rows = open.map((risk, index) => riskRow(risk, index, date)).join('');
  const gone =
    closed.length === 0
      ? ''
      : `<details><summary>${closed.length} closed</summary><ul>${closed.map((risk) => `<li>${escapeText(risk.id)}: ${escapeText(risk.closed?.reason ?? '')}</li>`).join('')}</ul></details>`;
  const table =
    open.length === 0
      ? '<p>None is open.</p>'
      : `<div class="wide"><table><thead><tr><th>#</th><th>Severity</th><th>Risk</th><th>Owner</th><th>Due</th><th>Mitigation</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return `<h2>Risks: ${open.length}</h2>${table}${gone}`;
}

function riskRow(risk: Risk, index: number, date: string): string {
  const evidence =
    risk.evidence.length === 0 ? '<li>none</li>' : risk.evidence.map((one) => `<li>${escapeText(one)}</li>`).join('');
  const level = `${risk.severity}${risk.status === 'unverified' ? ', unverified' : risk.isUnknown ? ', unknown' : ''}`;
  const due = `${risk.dueDate}${isOverdue(risk, date) ? ' <strong>overdue</strong>' : ''}`;
  return `<tr><td>${index + 1}</td><td class="sev-${risk.severity}">${escapeText(level)}</td><td>${escapeText(risk.title)}<details><summary>evidence</summary><ul>${evidence}</ul><p>${escapeText(risk.id)}, since ${escapeText(risk.firstSeen)}${risk.reopened > 0 ? `, came back ${risk.reopened} times` : ''}</p></details></td><td>${escapeText(risk.owner)}</td><td>${due}</td><td>${escapeText(risk.mitigation)}</td></tr>`;
}

/** Signs as well as colours: not everybody sees the difference, and paper has none. */
function sign(ending: Ending | 'none'): { sign: string; tone: string } {
  if (ending === 'none') return { sign: '∅', tone: 'bad' };
  if (ending === 'passed') return { sign: '✓', tone: 'good' };
  if (isGood(ending)) return { sign: '~', tone: 'warn' };
  return ending === 'inconclusive' ? { sign: '?', tone: 'unknown' } : { sign: '✗', tone: 'bad' };
}

function grid(rows: readonly GridRow[]): string {
  const dates = rows[0]?.slots.map(({ date }) => date) ?? [];
  const head = dates.map((date) => `<th title="${date}">${date.slice(8)}</th>`).join('');
  const body = rows
    .map(({ phase, slots }) => {
      const cells = slots.map(({ date, endings }) => {
        if (endings.length === 0) return '<td class="none"></td>';
        const signs = endings.map(sign);
        const worst =
          ['bad', 'unknown', 'warn', 'good'].find((one) => signs.some(({ tone: own }) => own === one)) ?? 'none';
        return `<td class="${worst}" title="${escapeText(`${phase} ${date}: ${endings.join(', ')}`)}">${signs.find(({ tone: own }) => own === worst)?.sign ?? ''}</td>`;
      });
      return `<tr><th scope="row">${escapeText(phase)}</th>${cells.join('')}</tr>`;
    })
    .join('');
  return `<div class="wide"><table class="grid"><thead><tr><th></th>${head}</tr></thead><tbody>${body}</tbody></table></div><p class="key">✓ passed, ~ degraded, ? inconclusive, ✗ any other ending, ∅ no ending at all; of several slots a day the worst</p>`;
}

const STATE_SIGNS: Record<GuardrailState, { sign: string; tone: string }> = {
  passed: { sign: '✓', tone: 'good' },
  shadow: { sign: 's', tone: 'none' },
  waived: { sign: 'w', tone: 'warn' },
  inconclusive: { sign: '?', tone: 'unknown' },
  failed: { sign: '✗', tone: 'bad' },
};

function heatMap(audits: readonly Audit[]): string {
  if (audits.length === 0) return unknownBlock('no audit is stored');
  const guardrails = [...new Set(audits.flatMap(({ results }) => Object.keys(results)))].sort();
  const head = audits.map(({ date }) => `<th title="${escapeText(date)}">${escapeText(date.slice(8))}</th>`).join('');
  const body = guardrails
    .map((guardrail) => {
      const cells = audits.map(({ date, results }) => {
        const state = results[guardrail];
        if (state === undefined) return '<td class="none"></td>';
        const { sign: mark, tone: own } = STATE_SIGNS[state];
        return `<td class="${own}" title="${escapeText(`${guardrail} ${date}: ${state}`)}">${mark}</td>`;
      });
      return `<tr><th scope="row">${escapeText(guardrail)}</th>${cells.join('')}</tr>`;
    })
    .join('');
  return `<div class="wide"><table class="grid"><thead><tr><th></th>${head}</tr></thead><tbody>${body}</tbody></table></div><p class="key">✓ passed, w waived, s shadow, ? inconclusive, ✗ failed</p>`;
}

function metrics({ metrics: all }: WeeklyReport): string {
  if (all.length === 0) return unknownBlock('nothing was computed');
  const rows = all.map(({ phase, good, expected, rate, lower, upper, budgetBurn, retries, seconds, absent }) => {
    const interval = rate === null ? 'unknown' : `${percentOf(rate)} (${percentOf(lower)} to ${percentOf(upper)})`;
    const times =
      seconds === null
        ? 'unknown'
        : `${durationOf(seconds.p50)} / ${durationOf(seconds.p95)} / ${durationOf(seconds.p99)}`;
    return `<tr><th scope="row">${escapeText(phase)}</th><td>${good} of ${expected}</td><td>${absent.length}</td><td>${interval}</td><td>${budgetBurn === null ? 'unknown' : percentOf(budgetBurn)}</td><td>${retries}</td><td>${times}</td></tr>`;
  });
  return `<div class="wide"><table><thead><tr><th>Phase</th><th>Good</th><th>No ending</th><th>Rate, 95 % interval</th><th>Error budget spent</th><th>Retries</th><th>p50 / p95 / p99</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function trend(one: ShownTrend): string {
  const { title, unit, told, abstained, limit } = one;
  const said =
    told === null
      ? unknownBlock(abstained ?? 'not told')
      : `<p>${told.direction}, ${amountOf(told.slope.perDay, unit)} a day (${amountOf(told.slope.lower, unit)} to ${amountOf(told.slope.upper, unit)}), p = ${told.p.toPrecision(2)}${told.backTest === null ? '; the forecast could not be tried' : `; forecasts erred by ${amountOf(told.backTest.meanAbsoluteError, unit)} over ${told.backTest.days} days`}${told.step === null ? '' : `; the level changed on ${told.step.date}`}</p>`;
  const budget = limit === null ? '' : ` <small>budget ${amountOf(limit, unit)}</small>`;
  return `<figure><figcaption>${escapeText(title)}${budget}</figcaption>${plotOf(one)}${said}</figure>`;
}

function section({ operation, verdict, isUnknown, receipts, findings }: Section): string {
  const own =
    verdict === null || isUnknown ? 'unknown' : verdict === 'passed' ? 'good' : verdict === 'degraded' ? 'warn' : 'bad';
  const said =
    verdict === null ? 'not run' : verdict === 'degraded' && isUnknown ? 'degraded, partly unknown' : verdict;
  const items = findings
    .map(
      ({ message, remedy, id }) =>
        `<li>${escapeText(message)} <small>${escapeText(id)}; next: ${escapeText(remedy)}</small></li>`,
    )
    .join('');
  return `<details><summary><span class="${own}">${said}</span> ${escapeText(operation)} (${receipts} receipts)</summary><ul>${items === '' ? '<li>no finding</li>' : items}</ul></details>`;
}

import { PHASE_NAMES, type PhaseName } from '../../domain/catalog.ts';
import type { Finding } from '../../domain/finding.ts';
import { parseSlotId } from '../../domain/slot.ts';
import type { OperationDigest, RunDigest } from '../../engine/page-summary.ts';
import { actForm, type FormMaker } from './form.ts';
import { type Html, html } from './html.ts';
import { sign, toneOfEnding, toneOfVerdict } from './marks.ts';
import { SHORT } from './next-thing.ts';
import { clockTime, dayAndTime, duration } from './times.ts';
import type { PageView } from './view.ts';

/** How much is shown: everything, no single receipts, or the gravest findings alone. */
export type Detail = 'full' | 'brief' | 'least';

const LEAST_FINDINGS = 3;

/** The newest judged attempt of each phase: what it found, and the receipts that it rests on. */
export function findings(view: PageView, form: FormMaker, detail: Detail): Html {
  const runs = PHASE_NAMES.flatMap((phase) => {
    const run = view.summary.runs[phase];
    return run === undefined ? [] : [runDetails(view, phase, run, form, detail)];
  });
  const body =
    runs.length === 0 ? html`<p class="soft">Nothing has run yet: every line here will have its receipt.</p>` : runs;
  return html`<section id="findings"><h2>Findings and receipts</h2>${body}</section>`;
}

function runDetails(view: PageView, phase: PhaseName, run: RunDigest, form: FormMaker, detail: Detail): Html {
  const isOfDay = run.slotId.includes(`@${view.date}`);
  const count = run.findings.filter(({ verdict }) => verdict !== 'passed').length + run.moreFindings;
  const receipts = run.operations.reduce((sum, operation) => sum + operation.receipts, 0);
  const isBad = toneOfEnding(run.ending) === 'bad' || toneOfEnding(run.ending) === 'unknown';
  const shown = detail === 'least' ? run.findings.slice(0, LEAST_FINDINGS) : run.findings;
  const hidden = run.moreFindings + run.findings.length - shown.length;
  const more =
    hidden === 0
      ? ''
      : html`<li class="soft">${hidden} more stand in <a href="/api/runs/${encodeURIComponent(run.slotId)}">the run</a>.</li>`;
  const rollback =
    run.rollback === null
      ? ''
      : html`<p>${sign(run.rollback.outcome === 'done' ? 'warn' : 'bad')} Rollback ${run.rollback.outcome}: ${run.rollback.cause}</p>`;
  return html`<details data-key="run-${phase}"${isBad && isOfDay ? html` open` : ''}><summary>${sign(toneOfEnding(run.ending))} <strong>${SHORT[phase]}</strong> ${run.ending}, ${count} finding${count === 1 ? '' : 's'}, ${receipts} receipt${receipts === 1 ? '' : 's'} <span class="soft">${dayAndTime(run.at)}</span></summary>${rollback}<ul>${shown.map((finding) => findingLine(finding, detail === 'least' ? html`` : html`${nextStep(finding)}${overrideForm(view, phase, run, finding, form)}`))}${more}</ul>${operations(phase, run, detail)}</details>`;
}

type Told = Pick<Finding, 'id' | 'verdict' | 'state' | 'message' | 'remedy'>;

const nextStep = ({ verdict, remedy }: Told): Html =>
  verdict === 'passed' ? html`` : html` <span class="soft">Next: ${remedy}</span>`;

function findingLine({ state, verdict, message }: Told, more: Html): Html {
  // A soft finding that only could not tell is degraded; it is unknown all the same.
  const tone = state === 'unknown' ? 'unknown' : toneOfVerdict(verdict);
  const word =
    verdict === 'passed' ? 'note' : state === 'unknown' && verdict === 'degraded' ? 'degraded, unknown' : verdict;
  return html`<li>${sign(tone)} <strong>${word}</strong> ${message}${more}</li>`;
}

function overrideForm(view: PageView, phase: PhaseName, run: RunDigest, finding: Told, form: FormMaker): Html {
  const mayBe = finding.verdict === 'failed' || finding.verdict === 'inconclusive';
  const isJudging = phase === 't-90-prep' || phase === 't-30-final-check';
  if (!mayBe || !isJudging || !view.isToday || parseSlotId(run.slotId)?.dueAt.slice(0, 10) !== view.date) return html``;
  return html`<details data-key="override-${finding.id}"><summary>Override this finding</summary><p class="soft">${finding.id}: judged as degraded in the next attempt, until it ends. Used up every month.</p>${actForm(form, { act: 'override', button: 'Override', hidden: { slot: run.slotId, finding: finding.id }, fields: [{ name: 'until', label: 'Until (UTC)', value: `${view.date}T12:50:00Z` }] })}</details>`;
}

function operations(phase: PhaseName, { slotId, operations: all }: RunDigest, detail: Detail): Html {
  const link = html`<a href="/api/runs/${encodeURIComponent(slotId)}">the run</a>`;
  if (detail === 'least')
    return html`<p class="soft">${all.length} operations and their receipts stand in ${link}.</p>`;
  const lines = all.map((operation) => operationDetails(phase, operation, detail));
  return detail === 'full' ? html`${lines}` : html`${lines}<p class="soft">Single receipts stand in ${link}.</p>`;
}

function operationDetails(
  phase: PhaseName,
  { name, verdict, durationMs, receipts, evidence }: OperationDigest,
  detail: Detail,
): Html {
  const words = html`${sign(toneOfVerdict(verdict))} ${name} <span class="soft">${verdict}, ${duration(durationMs)}, ${receipts} receipt${receipts === 1 ? '' : 's'}</span>`;
  if (detail === 'brief') return html`<p>${words}</p>`;
  const more = receipts > evidence.length ? html`<li class="soft">${receipts - evidence.length} more</li>` : '';
  const lines = evidence.map(
    ({ subject, request, at, said }) =>
      html`<li class="soft">${subject}: ${request}, ${clockTime(at)}${said === '' ? '' : html` <code>${said}</code>`}</li>`,
  );
  return html`<details data-key="operation-${phase}-${name}"><summary>${words}</summary><ul>${lines}${more}</ul></details>`;
}

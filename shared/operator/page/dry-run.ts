import { PHASE_NAMES } from '../../domain/catalog.ts';
import type { OperationView, RunView } from '../../engine/read-run.ts';
import type { DryRunAnswer, DryRunAsked } from '../api/dry-run.ts';
import { COMMON_HEADERS, type Reply } from '../http.ts';
import { CONTENT_SECURITY } from './content-security.ts';
import type { FormMaker } from './form.ts';
import { Html, html } from './html.ts';
import { sign, toneOfVerdict } from './marks.ts';
import { SHORT } from './next-thing.ts';
import { STYLE } from './style.ts';
import { duration } from './times.ts';

/** Everybody who may look may ask: it changes nothing, so it needs no reason either. */
export function dryRunForm({ csrf }: FormMaker): Html {
  const options = PHASE_NAMES.map((phase) => html`<option value="${phase}">${SHORT[phase]}</option>`);
  return html`<form method="post" action="/acts/dry-run"><input type="hidden" name="csrf" value="${csrf}"><label>Phase<select name="phase">${options}</select></label><button>Dry-run</button></form>`;
}

/** The answer is a page of its own: it is stored nowhere, so there is nowhere to send the reader back to. */
export function dryRunPage(answer: DryRunAnswer): Reply {
  const [title, body] = answer.kind === 'looked' ? looked(answer.run) : asked(answer.asked);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · High Noon</title><style>${new Html(STYLE)}</style></head><body><header><h1>${title}</h1><p class="soft"><a href="/">Back to today</a></p></header><main>${body}</main></body></html>`;
  return {
    kind: 'content',
    status: answer.kind === 'looked' ? 200 : 202,
    headers: {
      ...COMMON_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY,
    },
    body: page.text,
  };
}

function asked({ phase, message, follow }: DryRunAsked): readonly [string, Html] {
  return [
    `Dry-run of ${SHORT[phase]}`,
    html`<section class="wide act"><p>${message}. It writes nothing, so nothing on the page changes.</p><pre>${follow}</pre></section>`,
  ];
}

function looked(run: RunView): readonly [string, Html] {
  const verdict = run.verdict ?? 'inconclusive';
  const locks = verdict === 'violated' ? html`<p><strong>A real run would lock down.</strong></p>` : '';
  const gate =
    run.gate === null ? '' : html`<p>Gate: ${run.gate.answer} <span class="soft">${run.gate.detail}</span></p>`;
  return [
    `Dry-run of ${SHORT[run.phase]}`,
    html`<section class="wide"><p class="count">${sign(toneOfVerdict(verdict))} ${verdict}</p><p>${run.slot}. Every check ran; nothing was written, nothing was begun.</p>${gate}${locks}</section><section class="wide"><h2>What it found</h2><ul>${run.operations.map(operation)}</ul></section>`,
  ];
}

function operation({ name, verdict, durationMs, evidence, findings, wouldDo = [] }: OperationView): Html {
  const told = findings.filter((finding) => finding.verdict !== 'passed' || finding.state === 'noted');
  const lines = [
    ...told.map(
      ({ verdict: own, message, remedy }) =>
        html`<li>${sign(toneOfVerdict(own))} <strong>${own === 'passed' ? 'note' : own}</strong> ${message}${own === 'passed' ? '' : html` <span class="soft">Next: ${remedy}</span>`}</li>`,
    ),
    ...wouldDo.map(({ target, detail }) => html`<li>would: ${target}: ${detail}</li>`),
  ];
  return html`<li>${sign(toneOfVerdict(verdict))} ${name} <span class="soft">${verdict}, ${duration(durationMs)}, ${evidence.length} receipt${evidence.length === 1 ? '' : 's'}</span>${lines.length === 0 ? '' : html`<ul class="inner">${lines}</ul>`}</li>`;
}

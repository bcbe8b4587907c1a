import type { Dataset } from '../../domain/configuration/index.ts';
import { type Evidence, fails, noted, type Observation, result } from '../../domain/finding.ts';
import type { Bindings } from '../../domain/ticket.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { softness, subjectOf } from './judge-volume.ts';
import { type PointerMove, placesOf, pointerEffect, pointerUndo } from './move-pointer.ts';
import { observeDatasets } from './observe-datasets.ts';

type Context = ContextOf<'datasets'>;

interface Planned {
  readonly moves: readonly PointerMove[];
  readonly findings: readonly Observation[];
}

export const refreshDataLayer = defineOperation({
  name: 'refresh-data-layer',
  claim: 'the version that T-30 said go to is the live one of every dataset',
  kind: 'action',
  failure: 'hard',
  needs: ['datasets'],
  timeoutSeconds: 180,
  async run(context) {
    const { datasets } = context.configuration;
    if (datasets.length === 0) return nothingConfigured(context, 'datasets');
    const observed = await observeDatasets(context);
    const ticketed = ticketOf(context, observed.bindings);
    const plan = planMoves(datasets, ticketed, observed.bindings);
    const findings = [...observed.findings, ...plan.findings];
    const evidence: Evidence[] = [...observed.evidence];
    const output = { promoted: plan.moves.map(({ places }) => places.name) };
    // One that cannot go live keeps all from it: half a data layer would be put back at once.
    if (findings.some(({ state, soft }) => state !== 'noted' && soft !== true))
      return { ...result(findings, evidence), output: { promoted: [] } };
    for (const move of plan.moves) evidence.push(await context.effects.apply(pointerEffect(context, move)));
    return { ...result(findings, evidence), output };
  },
  undo: (context, effect) => pointerUndo(context, 'live', effect),
});

/** A dry-run may come before there is a ticket: it says what noon would do if T-30 said go to what is staged now. */
function ticketOf(context: Context, observed: Bindings): Bindings {
  const { ticket } = context.day;
  if (ticket !== null) return ticket.bindings;
  return context.mode === 'run' ? {} : observed;
}

function planMoves(datasets: readonly Dataset[], ticketed: Bindings, observed: Bindings): Planned {
  const moves: PointerMove[] = [];
  const findings: Observation[] = [];
  for (const dataset of datasets) {
    const subject = subjectOf(dataset);
    const [to, from] = [ticketed[`${subject}/staged`], ticketed[`${subject}/live`]];
    const words = { subject, remedy: 'find out what moved it, then rerun t-30-final-check for a new ticket' };
    const staged = observed[`${subject}/staged`];
    if (!isVersion(to) || !isVersion(from)) {
      const message = 'the go ticket does not say which version is staged and which is live';
      findings.push(fails({ ...words, code: 'not-ticketed', message, ...softness(dataset) }));
    } else if (staged !== to) {
      const now = staged === undefined ? 'cannot be read now' : `is ${staged} now`;
      findings.push(fails({ ...words, code: 'batch-moved', message: `what was staged as ${to} at T-30 ${now}` }));
    } else if ((to === null || to === from) && observed[`${subject}/live`] !== from) {
      const message = `${from} was live at T-30, and ${observed[`${subject}/live`]} is now`;
      findings.push(fails({ ...words, code: 'live-moved', message }));
    } else if (to === null || to === from) {
      const message = to === null ? 'no version is staged, and none goes live' : 'the live version is carried forward';
      findings.push(noted({ code: 'carried-forward', subject, message, remedy: 'none needed' }));
    } else moves.push({ places: placesOf(dataset), which: 'live', from, to });
  }
  return { moves, findings };
}

const isVersion = (value: unknown): value is string | null => value === null || typeof value === 'string';

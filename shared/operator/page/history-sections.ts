import { catalog } from '../../domain/catalog.ts';
import { CHAIN } from '../../domain/day.ts';
import { isGood } from '../../domain/ending.ts';
import { hoursBetween, plusSeconds } from '../../domain/time.ts';
import type { SettledSlot } from '../../engine/page-summary.ts';
import { type Html, html } from './html.ts';
import { sign, toneOfEnding, toneOfVerdict } from './marks.ts';
import { SHORT } from './next-thing.ts';
import { durationPlot } from './plots.ts';
import { dayAndTime } from './times.ts';
import type { PageView } from './view.ts';

const DAYS = 30;

/** Thirty days, each with the signs of its chain. */
export function dayGrid({ now, summary, date }: PageView): Html {
  const byId = new Map(summary.history.map((slot) => [`${slot.phase}@${slot.dueAt.slice(0, 10)}`, slot]));
  const days = Array.from({ length: DAYS }, (_, index) =>
    plusSeconds(`${now.slice(0, 10)}T00:00:00.000Z`, (index - DAYS + 1) * 86_400).slice(0, 10),
  );
  const cells = days.map((day, index) => {
    const slots = CHAIN.map((phase) => byId.get(`${phase}@${day}`));
    const words = CHAIN.map((phase, place) => `${SHORT[phase]} ${slots[place]?.ending ?? 'none'}`).join(', ');
    const current = day === date ? html` aria-current="date"` : '';
    return html`<li><a href="/?date=${day}"${current} aria-label="${day}: ${words}">${index === 0 || day.endsWith('01') ? day.slice(5) : day.slice(8)}<br>${slots.map((slot) => sign(toneOfEnding(slot?.ending ?? null)))}</a></li>`;
  });
  const noons = days.flatMap((day) => byId.get(`high-noon-sync@${day}`) ?? []);
  const good = noons.filter(({ ending }) => isGood(ending)).length;
  return html`<section id="days" class="wide"><h2>Thirty days</h2><p class="soft">T-90, T-30 and noon of each day, UTC. ${good} of ${noons.length} noons ended well.</p><ol class="days">${cells}</ol></section>`;
}

export function durations({ summary }: PageView): Html {
  const plots = CHAIN.map((phase) => {
    const budget = catalog.phases.find(({ name }) => name === phase)?.budgetSeconds ?? 0;
    const bars = summary.history.flatMap((slot) =>
      slot.phase === phase && slot.durationMs !== null
        ? [{ label: slot.slotId, ms: slot.durationMs, tone: toneOfEnding(slot.ending) }]
        : [],
    );
    return durationPlot(SHORT[phase], bars.slice(-DAYS), budget);
  });
  return html`<section id="durations" class="wide"><h2>How long they took</h2><div class="plots">${plots}</div><p class="soft">The dashed line is the budget.</p></section>`;
}

const STRIP = 28;

export function snapshotStrip({ summary, now }: PageView): Html {
  const slots = summary.history.filter(({ phase }) => phase === 'snapshot-orchestration').slice(-STRIP);
  const newest = slots.filter(({ ending }) => isGood(ending)).at(-1);
  const age = newest === undefined ? undefined : hoursBetween(newest.dueAt, now);
  const words =
    newest === undefined || age === undefined
      ? 'No snapshot has ended well yet.'
      : `The newest good one is of ${newest.dueAt.slice(0, 16).replace('T', ' ')}, ${age.toFixed(1)} hours ago.`;
  const tone = slots.length === 0 ? 'unknown' : age === undefined || age > 12 ? 'bad' : age > 8 ? 'warn' : 'good';
  return html`<section id="snapshots" class="wide"><h2>Snapshots</h2><p>${sign(tone)} ${words}</p><ol class="chips">${slots.map(snapshotChip)}</ol></section>`;
}

const snapshotChip = ({ dueAt, ending }: SettledSlot): Html =>
  html`<li>${dueAt.slice(8, 10)}. ${dueAt.slice(11, 13)}h ${sign(toneOfEnding(ending))}<span class="soft"> ${ending}</span></li>`;

/** Each guardrail with its newest result. */
export function guardrailGrid({ summary }: PageView, titles: ReadonlyMap<string, string>): Html {
  const results = Object.entries(summary.guardrails).sort(([a], [b]) => (a < b ? -1 : 1));
  if (results.length === 0)
    return html`<section id="guardrails" class="wide"><h2>Guardrails</h2><p class="soft">None has been judged yet.</p></section>`;
  const chips = results.map(([id, { result, severity }]) => {
    const tone =
      result === 'passed'
        ? 'good'
        : result === 'failed'
          ? toneOfVerdict(severity === 'medium' || severity === 'low' ? 'degraded' : 'failed')
          : result === 'inconclusive'
            ? 'unknown'
            : 'warn';
    return html`<li title="${titles.get(id) ?? id}">${id} ${sign(tone)}<span class="soft"> ${result}</span></li>`;
  });
  const good = results.filter(([, { result }]) => result === 'passed').length;
  const newest =
    results
      .map(([, { slotId }]) => slotId.slice(slotId.indexOf('@') + 1))
      .sort()
      .at(-1) ?? '';
  return html`<section id="guardrails" class="wide"><h2>Guardrails</h2><p class="soft">${good} of ${results.length} held when each was last judged, at the newest ${dayAndTime(newest)}.</p><ul class="chips">${chips}</ul></section>`;
}

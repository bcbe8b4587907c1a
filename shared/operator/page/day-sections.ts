import { PHASE_NAMES, type PhaseName } from '../../domain/catalog.ts';
import { isChainPhase, summaryOf } from '../../domain/day.ts';
import { isGood } from '../../domain/ending.ts';
import { isHeld } from '../../domain/hold.ts';
import { nextHighNoon, rerunClosesAt, type Slot, slotsOfDate, startClosesAt } from '../../domain/slot.ts';
import { plusSeconds, secondsBetween } from '../../domain/time.ts';
import type { Command, CommandStyle } from './commands.ts';
import { actForm, type FormMaker } from './form.ts';
import { type Html, html } from './html.ts';
import { sign, toneOfSlot } from './marks.ts';
import { nextThing, SHORT } from './next-thing.ts';
import { clockTime, dayAndTime, duration, span } from './times.ts';
import type { PageView } from './view.ts';

export function countdown({ now, day }: PageView): Html {
  const next = nextHighNoon(now);
  const noonOver = now.slice(11, 16) >= '12:00' ? ', tomorrow' : '';
  const left = secondsBetween(now, next);
  const ticket = day.ticket === null ? 'no go ticket yet' : `go ticket ${day.ticket.status}`;
  return html`<section id="countdown"><h2>Next High Noon: ${dayAndTime(next)} UTC${noonOver}</h2><p class="count" data-until="${next}">${span(left)}</p><p class="soft">It is ${clockTime(now)} UTC; ${ticket}.</p></section>`;
}

/** What stops the day, told first of all. Nothing when nothing does. */
export function banner({ lockdown, day, date }: PageView, form: FormMaker): Html {
  if (lockdown.active) {
    const since = lockdown.setAt === null ? '' : html` since ${dayAndTime(lockdown.setAt)} UTC`;
    return html`<section id="banner" class="wide stop" role="alert"><h2>${sign('bad')} LOCKDOWN, epoch ${lockdown.epoch}${since}, set by ${lockdown.setBy}</h2><p>${lockdown.reason}</p><p class="soft">Cause: ${lockdown.cause}. Nothing forward happens. Looking, dry-runs, snapshots and rollback work.</p></section>`;
  }
  if (isHeld(day.hold))
    return html`<section id="banner" class="wide act" role="status"><h2>${sign('warn')} HOLD: noon of ${date} waits for a person</h2><p>${day.hold.reason}; set by ${day.hold.setBy} at ${clockTime(day.hold.setAt)} UTC.</p>${mayRelease(day) ? '' : html`<p class="soft">It can be released once T-30 has passed.</p>`}${actForm(form, { act: 'release', button: 'Release the hold', hidden: { slot: date } })}</section>`;
  if (day.hold?.status === 'released')
    return html`<section id="banner" class="wide calm"><p>${sign('good')} The hold was released by ${day.hold.releasedBy} at ${clockTime(day.hold.releasedAt)} UTC: ${day.hold.releaseReason}</p></section>`;
  return html``;
}

/** A hold that a red T-30 has set waits for a T-30 that is go. */
function mayRelease(day: PageView['day']): boolean {
  const ending = summaryOf(day, 't-30-final-check')?.ending ?? null;
  return day.hold?.cause !== 't-30' || (ending !== null && isGood(ending));
}

export function nextSection(view: PageView, style: CommandStyle, form: FormMaker): Html {
  const next = nextThing(view, style);
  const until =
    next.until === null || next.until <= view.now
      ? ''
      : html`<p>Until ${clockTime(next.until)} UTC: <strong data-until="${next.until}">${span(secondsBetween(view.now, next.until))}</strong> left.</p>`;
  const forms = next.acts.map((act) => {
    if (act === 'unlock')
      return actForm(form, {
        act,
        button: view.lockdown.proposal === null ? 'Lift the lockdown' : 'Complete the lifting',
        hidden: { epoch: String(view.lockdown.epoch) },
        confirm: 'The cause is gone',
      });
    // The banner above has the form of the hold.
    if (act === 'release') return html``;
    return actForm(form, {
      act: 'rerun',
      button: `Rerun ${SHORT[act.rerun]}`,
      hidden: { phase: act.rerun, slot: slotOf(view, act.rerun) },
    });
  });
  return html`<section id="next" class="wide ${next.tone}"><h2>${next.title}</h2><p>${next.text}</p>${until}${forms}${next.commands.length === 0 ? '' : html`<details data-key="commands"${next.tone === 'act' ? html` open` : ''}><summary>The exact lines</summary>${next.commands.map(commandLine)}</details>`}</section>`;
}

const slotOf = ({ date }: PageView, phase: PhaseName): string => slotsOfDate(phase, date)[0]?.slotId ?? '';

const commandLine = ({ label, text }: Command): Html =>
  html`<p class="soft">${label}</p><pre data-copy="${label}">${text}</pre>`;

/** Every slot of the day in the order of time, with its verdict. */
export function timeline(view: PageView): Html {
  const slots = PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, view.date)).sort((a, b) =>
    a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : PHASE_NAMES.indexOf(a.phase) - PHASE_NAMES.indexOf(b.phase),
  );
  return html`<section id="timeline"><h2>The day, ${view.date} (UTC)</h2><ol>${slots.map((slot) => timelineLine(view, slot))}</ol></section>`;
}

function timelineLine({ day, now, isToday, lockdown }: PageView, slot: Slot): Html {
  const known = day.slots[slot.slotId];
  const name = isChainPhase(slot.phase) ? html`<strong>${SHORT[slot.phase]}</strong>` : SHORT[slot.phase];
  const attempt = known !== undefined && known.attempt > 1 ? `, attempt ${known.attempt}` : '';
  // A rerun starts when a person asks for it: lateness was the first attempt's.
  const lateSeconds = known?.attempt === 1 ? (known.latenessSeconds ?? 0) : 0;
  const late = lateSeconds >= 60 ? `, ${span(lateSeconds)} late` : '';
  const took =
    known?.startedAt != null && known.concludedAt !== null
      ? `, ${duration(secondsBetween(known.startedAt, known.concludedAt) * 1000)}`
      : '';
  const status =
    known === undefined ? (isToday && now < slot.dueAt ? 'to come' : 'not started') : (known.ending ?? known.status);
  const why =
    known === undefined || known.reason === '' || known.verdict === 'passed'
      ? ''
      : html`<br><span class="soft">${known.reason}</span>`;
  const link =
    known === undefined
      ? ''
      : html` <a href="/api/runs/${encodeURIComponent(slot.slotId)}" aria-label="Receipts of ${SHORT[slot.phase]} at ${slot.dueAt.slice(11, 16)}">receipts</a>`;
  return html`<li><time datetime="${slot.dueAt}">${clockTime(slot.dueAt)}</time> ${sign(toneOfSlot(known))} <div>${name}: ${status}${attempt}${late}${took}${link}${windows(slot, known?.ending ?? null, now, isToday && !lockdown.active)}${why}</div></li>`;
}

/** Until when it may still start or run again, while that matters. */
function windows(slot: Slot, ending: Parameters<typeof isGood>[0] | null, now: string, matters: boolean): Html {
  if (!matters || !isChainPhase(slot.phase)) return html``;
  const [start, rerun] = [startClosesAt(slot), rerunClosesAt(slot)];
  if (ending === null && now <= start && now >= plusSeconds(slot.dueAt, -2 * 3600))
    return html` <span class="soft">starts until ${clockTime(start)}</span>`;
  if (ending !== null && !isGood(ending) && now <= rerun)
    return html` <span class="soft">rerun until ${clockTime(rerun)}</span>`;
  return html``;
}

import { catalog, type PhaseName } from '../../domain/catalog.ts';
import { CHAIN, type ChainPhase, chainSlot, isGoPhase, summaryOf } from '../../domain/day.ts';
import { isGood } from '../../domain/ending.ts';
import { nextStepFor } from '../../domain/escalation.ts';
import { isHeld } from '../../domain/hold.ts';
import type { SlotSummary } from '../../domain/run.ts';
import { rerunClosesAt, startClosesAt } from '../../domain/slot.ts';
import { badness } from '../../domain/verdict.ts';
import { actCommand, type Command, type CommandStyle, lookCommand, rerunCommands } from './commands.ts';
import type { PageView } from './view.ts';

/** What a person does now: one thing, until when, and the exact lines. */
export interface NextThing {
  readonly tone: 'calm' | 'act' | 'stop';
  readonly title: string;
  readonly text: string;
  /** The forms that do it on the page itself. */
  readonly acts: readonly ('release' | 'unlock' | { readonly rerun: PhaseName })[];
  readonly commands: readonly Command[];
  readonly until: string | null;
}

export const SHORT: Record<PhaseName, string> = {
  't-90-prep': 'T-90',
  't-30-final-check': 'T-30',
  'high-noon-sync': 'High Noon',
  'weekly-risk-review': 'Weekly review',
  'snapshot-orchestration': 'Snapshot',
};

const calm = (title: string, text: string): NextThing => ({
  tone: 'calm',
  title,
  text,
  acts: [],
  commands: [],
  until: null,
});

/** The one thing to do next. Pure: the same state and time give the same answer. */
export function nextThing(view: PageView, style: CommandStyle): NextThing {
  if (view.lockdown.active) return duringLockdown(view, style);
  const noon = summaryOf(view.day, 'high-noon-sync');
  if (noon?.status === 'concluded') return afterNoon(view, noon, style);
  const running = CHAIN.map((phase) => summaryOf(view.day, phase)).find((slot) => slot?.status === 'running');
  if (running !== undefined)
    return calm(
      `${SHORT[running.phase]} is running`,
      'Wait for its verdict; nothing else of the chain starts meanwhile.',
    );
  const red = CHAIN.slice(0, 2).find((phase) => isRed(view, phase));
  if (red !== undefined) return onRed(view, red as 't-90-prep' | 't-30-final-check', style);
  if (isHeld(view.day.hold)) return onHold(view, style);
  return onTime(view);
}

const hhmm = (at: string): string => at.slice(11, 16);

function duringLockdown({ lockdown, now }: PageView, style: CommandStyle): NextThing {
  const { epoch, cause, proposal, setBy, reason } = lockdown;
  const waits = proposal !== null && proposal.until > now ? proposal : null;
  const how =
    cause === 'compliance'
      ? 'two people lift it: the first proposes, another completes within the hour.'
      : `somebody other than ${setBy === '' ? 'who set it' : setBy} lifts it.`;
  return {
    tone: 'stop',
    title:
      waits === null
        ? `Lockdown, epoch ${epoch}: find the cause and end it`
        : `${waits.by} proposes to lift the lockdown: another person completes it until ${hhmm(waits.until)}`,
    text: `${reason}. Nothing forward happens meanwhile. When the cause is gone, ${how}`,
    acts: ['unlock'],
    commands: [actCommand('unlock', `--epoch ${epoch}`, style), lookCommand(style)],
    until: waits?.until ?? null,
  };
}

function afterNoon(view: PageView, noon: SlotSummary, style: CommandStyle): NextThing {
  const ending = noon.ending;
  if (ending === null || isGood(ending))
    return calm(
      'Nothing to do',
      ending === 'degraded' ? 'Noon is done, with warnings: make each a task before it is normal.' : 'Noon is done.',
    );
  const slot = chainSlot('high-noon-sync', view.date);
  const mayRepeat = view.now <= rerunClosesAt(slot) && view.day.ticket?.status === 'open';
  if (mayRepeat)
    return {
      tone: 'act',
      title: `Noon ended ${ending}; it can run again until ${hhmm(rerunClosesAt(slot))}`,
      text: `${noon.reason}. There is a new go ticket.`,
      acts: [{ rerun: 'high-noon-sync' }],
      commands: rerunCommands('high-noon-sync', slot.dueAt, style),
      until: rerunClosesAt(slot),
    };
  const step = nextStepFor('high-noon-sync', ending);
  const follows = ending === 'skipped' || ending === 'scrubbed' || ending === 'missed' || ending === 'expired';
  return {
    tone: ending === 'rollback-failed' ? 'stop' : 'act',
    title: follows ? `The day is given up (${ending}); nothing was released` : `Noon ended ${ending}`,
    text: `${noon.reason}. ${follows ? 'Mend the cause before tomorrow 10:30.' : `${step.charAt(0).toUpperCase()}${step.slice(1)}.`}`,
    acts: [],
    commands: [lookCommand(style)],
    until: null,
  };
}

const isRed = ({ day }: PageView, phase: ChainPhase): boolean =>
  summaryOf(day, phase)?.status === 'concluded' && !isGoPhase(day, phase);

function onRed(view: PageView, phase: 't-90-prep' | 't-30-final-check', style: CommandStyle): NextThing {
  const summary = summaryOf(view.day, phase);
  const slot = chainSlot(phase, view.date);
  const closesAt = rerunClosesAt(slot);
  const noonCloses = hhmm(startClosesAt(chainSlot('high-noon-sync', view.date)));
  const name = SHORT[phase];
  if (view.now > closesAt)
    return {
      tone: 'stop',
      title: `${name} ended ${summary?.ending} and can no longer be rerun: no launch today`,
      text: `${summary?.reason}. ${isHeld(view.day.hold) ? `The day is scrubbed at ${noonCloses}` : 'What follows is skipped'}; nothing is released. Mend it before tomorrow 10:30.`,
      acts: [],
      commands: [lookCommand(style)],
      until: null,
    };
  const release = phase === 't-30-final-check' && isHeld(view.day.hold) ? `; release until ${noonCloses}` : '';
  return {
    tone: 'act',
    title: `${name} is red: ${failedChecks(view, phase, summary)}; fix, then rerun${release}`,
    text: `${summary?.reason}. The rerun may start until ${hhmm(closesAt)}${phase === 't-90-prep' ? '; one that passes wakes T-30' : ''}.`,
    acts: [{ rerun: phase }],
    commands: [
      ...rerunCommands(phase, slot.dueAt, style),
      ...(release === '' ? [] : [actCommand('release', `--slot ${view.date}`, style)]),
    ],
    until: closesAt,
  };
}

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

function failedChecks({ summary }: PageView, phase: PhaseName, slot: SlotSummary | undefined): string {
  const run = summary.runs[phase];
  if (run === undefined || run.slotId !== slot?.slotId) return `it ended ${slot?.ending}`;
  const bad = run.operations.filter(({ verdict }) => badness(verdict) >= badness('inconclusive'));
  const failed = bad.filter(({ verdict }) => verdict !== 'inconclusive').length;
  const unclear = bad.length - failed;
  const count = (number: number) => `${WORDS[number] ?? number} check${number === 1 ? '' : 's'}`;
  const parts = [
    failed > 0 ? `${count(failed)} failed` : '',
    unclear > 0 ? `${failed > 0 ? (WORDS[unclear] ?? unclear) : count(unclear)} could not tell` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? `it ended ${slot.ending}` : parts.join(', ');
}

function onHold({ day, date, now }: PageView, style: CommandStyle): NextThing {
  const hold = day.hold;
  const closesAt = startClosesAt(chainSlot('high-noon-sync', date));
  if (!isHeld(hold)) return calm('Nothing to do', '');
  if (now > closesAt)
    return calm('The hold was not released in time', 'The day is scrubbed by the next tick of the watchdog.');
  const ready = isGoPhase(day, 't-30-final-check');
  return {
    tone: 'act',
    title: ready
      ? `Everything is go: release the hold until ${hhmm(closesAt)}`
      : `Noon is held by ${hold.setBy}; release it until ${hhmm(closesAt)}`,
    text: `${hold.reason}. ${ready ? 'Noon starts at once when it is released at or after 12:00.' : 'T-90 and T-30 run meanwhile; noon waits for a person.'}`,
    acts: ['release'],
    commands: [actCommand('release', `--slot ${date}`, style)],
    until: closesAt,
  };
}

function onTime({ day, date, now }: PageView): NextThing {
  for (const phase of CHAIN) {
    const slot = chainSlot(phase, date);
    const summary = day.slots[slot.slotId];
    if (summary?.status === 'concluded') continue;
    if (summary?.status === 'waiting') return calm(`${SHORT[phase]} waits`, `It ${summary.reason}.`);
    if (now < slot.dueAt) return calm('Nothing to do', `${SHORT[phase]} is due at ${hhmm(slot.dueAt)} UTC.`);
    if (now > startClosesAt(slot))
      return calm(`${SHORT[phase]} did not start in its window`, 'The watchdog closes the slot at its next tick.');
    const title = catalog.phases.find(({ name }) => name === phase)?.title ?? phase;
    return calm(`${title} is due now`, 'It starts by its schedule; five minutes late, the watchdog starts it.');
  }
  return calm('Nothing to do', '');
}

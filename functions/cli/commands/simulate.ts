import { UsageError } from '../../../shared/domain/errors.ts';
import { FAULT_MODES, type FaultMode } from '../../../shared/simulation/faults.ts';
import type { ToldViolation } from '../../../shared/simulation/simulate.ts';
import { type Arguments, flagOption, textOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { storeOption } from '../open-runtime.ts';
import type { Output } from '../output.ts';

const MOST_DAYS = 10_000_000;
/** Fewer are over before a line is read. */
const LEAST_TOLD_DAYS = 1000;

export const simulateCommand: Command = {
  name: 'simulate',
  usage: 'simulate [--days N] [--seed S] [--faults none|uniform|swarm]',
  summary: 'plays days on a virtual clock against faults, and checks every invariant at every commit',
  options: {
    days: { type: 'string', value: 'N', help: 'how many days (default: 1000)' },
    seed: { type: 'string', value: 'S', help: 'the same seed plays the same days (default: 1)' },
    faults: { type: 'string', value: 'MODE', help: `${FAULT_MODES.join(', ')} (default: swarm)` },
  },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    refuseUnheardOptions(args);
    tellUnheardOptions(args, output);
    const days = wholeOption(args, 'days', 1000, 1, MOST_DAYS);
    const seed = wholeOption(args, 'seed', 1, 0, 2 ** 32 - 1);
    const faults = modeOption(args);
    // Loaded only here: every other command starts without the simulation.
    const { simulate } = await import('../../../shared/simulation/simulate.ts');
    const answer = await simulate({ days, seed, faults, cpuMs, progress: progressTo(output, days) });
    for (const violation of answer.violations) tell(output, violation, faults);
    const held = answer.violations.length === 0 ? 'every invariant held' : 'INVARIANTS BROKEN';
    output.line(
      `${held}: ${answer.days} days in ${answer.worlds} worlds, seed ${seed}, faults ${faults}, ${answer.effects} effects, ${answer.injectedFaults} faults, ${answer.daysPerSecond} days a processor second`,
    );
    output.document({ schema: 'highnoon.simulation/1', ...answer, faults });
    return answer.violations.length === 0 ? 0 : 1;
  },
};

/** Whoever names a store or a configuration wants that one judged, and no other must be taken for it. */
function refuseUnheardOptions(args: Arguments): void {
  if (storeOption(args) === 'firestore')
    throw new UsageError('simulate: plays in memory on a virtual clock; --store firestore is not heard');
  const file = textOption(args, 'config');
  if (file !== undefined)
    throw new UsageError(`simulate: --config '${file}' is not heard: its worlds have a configuration of their own`);
}

/** These change nothing of the answer: told, not refused. */
function tellUnheardOptions(args: Arguments, output: Output): void {
  if (textOption(args, 'data') !== undefined) output.progress('simulate: --data is not heard: it keeps no folder');
  if (flagOption(args, 'verbose')) output.progress('simulate: --verbose is not heard: it has traces instead of logs');
}

/** Time of this process's own work: a busy machine slows the clock on the wall, not this one. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function tell(output: Output, violation: ToldViolation, faults: FaultMode): void {
  output.line(`${violation.invariant} broken: ${violation.words}`);
  output.line(`  ${violation.detail} (at ${violation.at})`);
  output.line(`  again: npm run -s highnoon -- simulate --days 8 --seed ${violation.seed} --faults ${faults}`);
  output.line(`  with ${violation.faults.length} faults:`);
  for (const { key, what } of violation.faults) output.line(`    ${key === what ? key : `${key}: ${what}`}`);
  output.line('  trace:');
  for (const line of violation.trace) output.line(`    ${line}`);
}

function progressTo(output: Output, days: number): (played: number) => void {
  const bar = output.bar('playing', 'days');
  return (played) => {
    if (days >= LEAST_TOLD_DAYS) bar(played, days);
  };
}

function wholeOption(args: Arguments, name: string, usual: number, least: number, most: number): number {
  const text = textOption(args, name);
  if (text === undefined) return usual;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(`--${name} '${text}': a whole number from ${least} to ${most} is allowed`);
  return value;
}

function modeOption(args: Arguments): FaultMode {
  const text = textOption(args, 'faults') ?? 'swarm';
  const mode = FAULT_MODES.find((one) => one === text);
  if (mode === undefined) throw new UsageError(`--faults '${text}': ${FAULT_MODES.join(', ')} are allowed`);
  return mode;
}

/**
 * Simulated days a second of processor time, with all guards and oracles on: with swarm faults, and beside it without any.
 * Every day is the real engine's, with its store, messages, people and world. The code is compiled while the first thousands
 * are played, so few days tell too little. Usage: node simulation.bench.ts [--quick] [--json]
 */
import type { FaultMode } from '../../shared/simulation/faults.ts';
import { simulate } from '../../shared/simulation/simulate.ts';
import { orRefuse, parsedOptions } from '../proof/arguments.ts';
import { isQuick, type Row, tell } from './report.ts';

orRefuse(() => parsedOptions({ quick: { type: 'boolean' }, json: { type: 'boolean' } }));
const WARM_UP = isQuick ? 200 : 4_000;
const DAYS = isQuick ? 400 : 16_000;
const SEED = 1;

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function play(faults: FaultMode, days: number) {
  let told = 0;
  return simulate({
    days,
    seed: SEED,
    faults,
    cpuMs,
    progress: (played) => {
      if (played - told < days / 4) return;
      told = played;
      console.error(`simulation: ${played} of ${days} days, faults: ${faults}`);
    },
  });
}

await play('swarm', WARM_UP);
const swarm = await play('swarm', DAYS);
const calm = await play('none', DAYS / 4);
const violations = swarm.violations.length + calm.violations.length;
const rows: Row[] = [
  { what: 'days a second and core, swarm faults', value: swarm.daysPerSecond, unit: 'days/s', reach: 500, least: true },
  { what: 'days a second and core, no faults', value: calm.daysPerSecond, unit: 'days/s' },
  { what: 'faults injected a day', value: swarm.injectedFaults / swarm.days, unit: 'faults' },
  { what: 'violations', value: violations, unit: 'violations', reach: 0 },
  { what: 'resident memory at the peak', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' },
];
tell('simulation', rows);

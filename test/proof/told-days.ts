// Every call of every told day struck by every kind of fault, once each; with a third number, so many pairs at noon instead.
//   node test/proof/told-days.ts [first] [step] [pairs]
import {
  playScenario,
  type Strike,
  type Sweep,
  singleFaults,
  sweepScenario,
} from '../../shared/simulation/play-scenario.ts';
import { Dice } from '../../shared/simulation/random.ts';
import type { Scenario } from '../../shared/simulation/scenario.ts';
import { SCENARIOS } from '../../shared/simulation/scenarios.ts';

const [first = 0, step = 1, pairs = 0] = process.argv.slice(2).map(Number);
const named = process.env.TOLD_DAY;
const scenarios = SCENARIOS.filter(({ name }) => named === undefined || name.includes(named));
Error.stackTraceLimit = 0;

const quantile = (values: readonly number[], p: number): number | null =>
  values.length === 0 ? null : ([...values].sort((a, b) => a - b)[Math.floor(values.length * p)] ?? null);

async function singles() {
  const sweeps: Sweep[] = [];
  for (const scenario of scenarios) sweeps.push(await sweepScenario(scenario, { first, step }));
  const recovery = sweeps.flatMap(({ recoverySeconds }) => recoverySeconds);
  const loss = sweeps.flatMap(({ lossSeconds }) => lossSeconds);
  return {
    toldDays: sweeps.length,
    calls: sweeps.reduce((sum, { calls }) => sum + calls, 0),
    points: sweeps.reduce((sum, { points }) => sum + points, 0),
    recoveryAfterCrashSeconds: { count: recovery.length, p50: quantile(recovery, 0.5), p95: quantile(recovery, 0.95) },
    recoveryAfterLossSeconds: { count: loss.length, p50: quantile(loss, 0.5), p95: quantile(loss, 0.95) },
    violations: sweeps.flatMap(({ scenario, violations }) =>
      violations.slice(0, 3).map((one) => ({ scenario, ...one })),
    ),
  };
}

/** Two faults at calls of noon, drawn over the told days in which noon works. */
async function doubles() {
  const found: { scenario: string; strikes: Strike[]; violation: unknown }[] = [];
  const noons: { scenario: Scenario; points: Strike[] }[] = [];
  for (const scenario of scenarios) {
    const base = await playScenario(scenario, [], { notes: true });
    const notes = base.result.notes.filter(({ worker }) => worker.startsWith('high-noon-sync'));
    if (notes.length > 40) noons.push({ scenario, points: singleFaults(notes) });
  }
  const dice = new Dice(0xd0b1e);
  for (let pair = 0; pair < pairs; pair++) {
    const { scenario, points } = dice.pick(noons);
    const strikes = [dice.pick(points), dice.pick(points)];
    if (pair % step !== first) continue;
    const [violation] = (await playScenario(scenario, strikes)).result.violations;
    if (violation !== undefined) found.push({ scenario: scenario.name, strikes, violation });
  }
  return { pairs: Math.ceil(pairs / step), toldDays: noons.length, violations: found.slice(0, 5) };
}

const answer = pairs > 0 ? await doubles() : await singles();
console.log(JSON.stringify(answer));
process.exitCode = answer.violations.length === 0 ? 0 : 1;

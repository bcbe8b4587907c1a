// Every call of every told day struck by every kind of fault, once each; with a third number, so many pairs at noon instead.
//   node test/proof/told-days.ts [first] [step] [pairs]
// Every step-th of them from the first on, so that shares can be played beside each other. TOLD_DAY: only days with it in their name.
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
import { orRefuse, Refusal, wholeNumber, wholeNumbers } from './arguments.ts';
import { tenths } from './progress.ts';

const { first, step, pairs, scenarios } = orRefuse(() => {
  const MOST = 10_000;
  const [first, step, pairs] = wholeNumbers(process.argv.slice(2), [
    { name: 'first', otherwise: 0, least: 0, most: MOST - 1 },
    { name: 'step', otherwise: 1, least: 1, most: MOST },
    { name: 'pairs', otherwise: 0, least: 0, most: 100_000_000 },
  ]);
  wholeNumber('first', String(first), { least: 0, most: step - 1 });
  if (pairs > 0 && pairs < step)
    throw new Refusal(`pairs '${pairs}': 0 or at least ${step} are allowed, so that no share of them is empty`);
  return { first, step, pairs, scenarios: toldDays(process.env.TOLD_DAY) };
});
Error.stackTraceLimit = 0;
const WHO = step === 1 ? 'told-days' : `told-days, share ${first + 1} of ${step}`;

function toldDays(named: string | undefined): readonly Scenario[] {
  const scenarios = SCENARIOS.filter(({ name }) => named === undefined || name.includes(named));
  if (scenarios.length > 0) return scenarios;
  const allowed = SCENARIOS.map(({ name }) => `'${name}'`).join(', ');
  throw new Refusal(`TOLD_DAY '${named}': a part of one of these names is allowed: ${allowed}`);
}

const quantile = (values: readonly number[], p: number): number | null =>
  values.length === 0 ? null : ([...values].sort((a, b) => a - b)[Math.floor(values.length * p)] ?? null);

async function singles() {
  const sweeps: Sweep[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    console.error(`${WHO}: day ${index + 1} of ${scenarios.length}, ${scenario.name}`);
    sweeps.push(await sweepScenario(scenario, { first, step }));
  }
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
  if (noons.length === 0)
    orRefuse(() => {
      throw new Refusal(`TOLD_DAY '${process.env.TOLD_DAY}': for pairs, a day on which noon works is allowed`);
    });
  const dice = new Dice(0xd0b1e);
  const tell = tenths(WHO, 'pairs');
  for (let pair = 0; pair < pairs; pair++) {
    const { scenario, points } = dice.pick(noons);
    const strikes = [dice.pick(points), dice.pick(points)];
    tell(pair, pairs);
    if (pair % step !== first) continue;
    const [violation] = (await playScenario(scenario, strikes)).result.violations;
    if (violation !== undefined) found.push({ scenario: scenario.name, strikes, violation });
  }
  tell(pairs, pairs);
  return { pairs: Math.ceil(pairs / step), toldDays: noons.length, violations: found.slice(0, 5) };
}

const answer = pairs > 0 ? await doubles() : await singles();
if ('points' in answer && answer.points === 0)
  orRefuse(() => {
    throw new Refusal(`first '${first}', step '${step}': allowed is a share in which some call is struck`);
  });
console.log(JSON.stringify(answer));
process.exitCode = answer.violations.length === 0 ? 0 : 1;

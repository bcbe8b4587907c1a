// Spoilt configurations: never an exception, never slow, and every refusal says what stands where and what is allowed.
//   node test/proof/fuzz-configurations.ts [count] [seed]
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { exampleBytes, small } from '../domain/configuration/support.ts';
import { orRefuse, SEED, wholeNumbers } from './arguments.ts';
import { spoils, spoiltText } from './hostile-configurations.ts';
import { inAChild } from './in-a-child.ts';
import type { Judged, Task } from './judge-configurations.ts';
import { quantile } from './measure.ts';
import { tenths } from './progress.ts';

const [count, seed] = orRefuse(() =>
  wholeNumbers(process.argv.slice(2), [
    { name: 'count', otherwise: 10_000, least: 1, most: 10_000_000 },
    { ...SEED, otherwise: 42 },
  ]),
);
const BATCH = 100;
/** Judged before anything is timed: code that has run a few hundred times is code as it runs in a function. */
const WARM = 5 * BATCH;
/** The worked example takes its time by its size (20 KB): told apart. */
const ORDINARY_BYTES = 4096;
const MOST_MEGABYTES = 256;
const MOST_P99_MS = 5;

const worked: unknown = parseYaml(exampleBytes.toString('utf8'));
const spoilt: fc.Arbitrary<Task> = fc
  .tuple(fc.boolean(), fc.nat({ max: 9 }), spoils)
  .map(([isLocal, which, changes]) => ({ isLocal, text: spoiltText(which === 0 ? worked : small(), changes) }));

using child = inAChild<Task, Judged>('judge-configurations.ts');
const tell = tenths('fuzz-configurations', 'configurations');
const judged: Judged[] = [];
let lost = 0;
for (let drawn = -WARM; drawn < count; drawn += BATCH) {
  const tasks = fc.sample(spoilt, { numRuns: Math.min(BATCH, count - drawn), seed: seed + drawn });
  const answers = await child.judge(tasks);
  if (answers === undefined) {
    lost = tasks.length;
    break;
  }
  judged.push(...answers);
  tell(Math.max(0, drawn + tasks.length), count);
}

const faults = judged.flatMap((one) => one.faults);
const timed = judged.slice(WARM);
const [ordinary, large] = [true, false].map((isOrdinary) =>
  timed.filter(({ bytes }) => bytes <= ORDINARY_BYTES === isOrdinary).map(({ ms }) => ms),
) as [number[], number[]];
const p99Ms = quantile(ordinary, 0.99);
const megabytes = judged.reduce((most, one) => Math.max(most, one.megabytes), 0);
console.log(
  JSON.stringify({
    configurations: timed.length,
    accepted: timed.filter(({ isAccepted }) => isAccepted).length,
    mistakes: timed.reduce((sum, one) => sum + one.mistakes, 0),
    crashes: lost + faults.length,
    faults: faults.slice(0, 5),
    ordinary: { count: ordinary.length, p50Ms: quantile(ordinary, 0.5), p99Ms },
    large: { count: large.length, p50Ms: quantile(large, 0.5), mostMs: quantile(large, 1) },
    megabytes,
  }),
);
process.exitCode = lost + faults.length === 0 && p99Ms < MOST_P99_MS && megabytes < MOST_MEGABYTES ? 0 : 1;

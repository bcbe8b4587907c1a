// Days over the emulators until so many function processes were killed: node test/proof/kills.ts 500 [SEED]
import { missingEmulators } from '../emulators/emulators.ts';
import { playKilledDay } from '../emulators/killed-day.ts';
import { orRefuse, SEED, wholeNumbers } from './arguments.ts';

const DATE = '2026-11-24';
/** More a day would only be kills of one attempt over and over. */
const A_DAY = 60;
const WATCHDOG_SHARE = 0.12;

const [wanted, firstSeed] = orRefuse(() =>
  wholeNumbers(process.argv.slice(2), [
    { name: 'kills', otherwise: 500, least: 1, most: 100_000 },
    { ...SEED, otherwise: 1 },
  ]),
);

const why = missingEmulators(['firestore', 'pubsub']);
if (why !== undefined) {
  console.log(why);
  process.exit(1);
}
const byTarget = new Map<string, number>();
let killed = 0;
let days = 0;
while (killed < wanted) {
  const seed = firstSeed + days;
  days += 1;
  try {
    const targets = await playKilledDay({
      date: DATE,
      kills: Math.min(A_DAY, wanted - killed),
      seed,
      watchdogShare: WATCHDOG_SHARE,
    });
    killed += targets.length;
    for (const target of targets) byTarget.set(target, (byTarget.get(target) ?? 0) + 1);
    console.error(`seed ${seed}: ${targets.length} killed, ${killed} of ${wanted}`);
  } catch (error) {
    console.error(`BROKEN with seed ${seed} on day ${days}`);
    throw error;
  }
}
const told = [...byTarget].map(([target, count]) => `${target} ${count}`).join(', ');
console.log(`${killed} processes killed on ${days} days (${told}): one ending for each slot, each effect once`);

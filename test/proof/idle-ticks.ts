// Plays worlds with every tick of the watchdog, and with only those that have something to do: what happens is the same.
//   node test/proof/idle-ticks.ts [worlds] [first seed]
import { worldOptions } from '../../shared/simulation/simulate.ts';
import { Simulation } from '../../shared/simulation/simulation.ts';
import { orRefuse, SEED, wholeNumbers } from './arguments.ts';
import { tenths } from './progress.ts';

/** What a tick with nothing to do writes all the same: how far it has read, what it anchored, that it was there. */
const BOOKKEEPING = /COMMIT controls\/(audit|anchor|watch)$/;

/** The first line in which the two differ; undefined when they are the same. */
export async function firstDifference(seed: number, days: number): Promise<string | undefined> {
  const options = { ...worldOptions(seed, 'swarm', days), trace: true, instantTicks: true };
  const [passedOver = [], played = []] = await Promise.all(
    [false, true].map(async (everyTick) => {
      const { trace } = await new Simulation({ ...options, everyTick }).run();
      const end = dayAfter(options.date, days);
      return trace.filter((line) => line < end && isEvent(line));
    }),
  );
  const at = passedOver.findIndex((line, index) => line !== played[index]);
  if (at === -1) return played.length > passedOver.length ? `more: ${played[passedOver.length]}` : undefined;
  return `${passedOver[at]}\n  with every tick: ${played[at]}`;
}

const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString();

/** Commits, deliveries, answers and faults; reads are their reader's own business. */
function isEvent(line: string): boolean {
  if (/ watchdog\./.test(line)) return line.includes(' COMMIT ') && !BOOKKEEPING.test(line);
  return line.includes('<<<') || !/ (documents|world|metrics|publisher|objects|messenger)\.\w+ /.test(line);
}

if (import.meta.main) {
  const [worlds, first] = orRefuse(() =>
    wholeNumbers(process.argv.slice(2), [
      { name: 'worlds', otherwise: 2000, least: 1, most: 1_000_000 },
      { ...SEED, name: 'first seed', otherwise: 1 },
    ]),
  );
  const different: { seed: number; difference: string }[] = [];
  const tell = tenths('idle-ticks', 'worlds');
  Error.stackTraceLimit = 0;
  for (let seed = first; seed < first + worlds; seed++) {
    const difference = await firstDifference(seed, 2);
    if (difference !== undefined) different.push({ seed, difference });
    tell(seed - first + 1, worlds);
  }
  console.log(JSON.stringify({ worlds, first, different }));
  process.exitCode = different.length === 0 ? 0 : 1;
}

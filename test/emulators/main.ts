import { parseArgs } from 'node:util';
import { runLine } from '../../functions/cli/render/run.ts';
import { PHASE_NAMES } from '../../shared/domain/catalog.ts';
import { renderHighNoon } from '../../shared/domain/report/markdown.ts';
import type { SlotRecord } from '../../shared/domain/run.ts';
import { slotsOfDate } from '../../shared/domain/slot.ts';
import { readRun } from '../../shared/engine/read-run.ts';
import { paths } from '../../shared/engine/records.ts';
import { readReport } from '../../shared/engine/write-report.ts';
import { openEmulatedDay } from './emulated-day.ts';
import { missingEmulators } from './emulators.ts';
import { createKiller } from './killer.ts';

/** Plays the day and prints its report. Exit code as the day's: 0 when every slot ended well. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      date: { type: 'string', default: '2026-11-24' },
      kills: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const why = missingEmulators(['firestore', 'pubsub']);
  if (why !== undefined) return 0;
  const { date } = values;
  const tell = values.verbose ? (line: string) => console.error(line) : () => {};
  const kills = Number(values.kills);
  const killer = createKiller(kills, Number(values.seed));
  await using day = await openEmulatedDay({
    date,
    tell,
    ...(kills > 0 ? { leaseSeconds: 8, onPush: killer.onPush } : {}),
  });
  console.error(`playing ${date} (UTC) over the emulators`);
  await day.play();
  await day.stepTo(`${date}T23:59:59.000Z`);
  const { engine } = day.runtime;
  let worst = 0;
  for (const { slotId } of PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, date))) {
    const record = await engine.documents.get<SlotRecord>(paths.slot(slotId));
    if (record === undefined) throw new Error(`${slotId} has no row`);
    const run = await readRun(engine, record);
    worst = Math.max(worst, run.exitCode);
    console.error(`  ${runLine(run)}`);
  }
  console.log(renderHighNoon(await readReport(engine, date)));
  const lines = day.deliveries.length;
  console.error(
    `${lines} deliveries, ${day.functions.map(({ target, starts }) => `${target} ${starts}`).join(', ')} starts`,
  );
  if (kills > 0) console.error(`seed ${values.seed}: killed ${killer.killed.join(', ')}`);
  return worst;
}

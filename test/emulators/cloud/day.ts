import type { PhaseName } from '../../../shared/domain/catalog.ts';
import type { SlotRecord } from '../../../shared/domain/run.ts';
import type { Actor } from '../../../shared/engine/acts/act.ts';
import { releaseNoon } from '../../../shared/engine/acts/hold.ts';
import { type RunView, readRun } from '../../../shared/engine/read-run.ts';
import { paths } from '../../../shared/engine/records.ts';
import { type EmulatedDay, openEmulatedDay } from '../emulated-day.ts';
import { type CloudWorld, openCloudWorld } from './world.ts';

/** Two days of High Noon as it is deployed: the first with what a first day brings, the second a Sunday. */
export const SATURDAY = '2026-11-28';
export const SUNDAY = '2026-11-29';
export const PERSON: Actor = { name: 'jesse@livhana.example' };

export interface CloudDay extends AsyncDisposable {
  readonly world: CloudWorld;
  readonly emulated: EmulatedDay;
  /** What the function processes wrote to standard output, a line each. */
  readonly lines: readonly { readonly target: string; readonly line: string }[];
  /** The stored result of a slot's newest attempt. */
  run(slotId: string): Promise<RunView>;
}

export async function openCloudDay(): Promise<CloudDay> {
  const lines: { target: string; line: string }[] = [];
  let world: CloudWorld | undefined;
  const emulated = await openEmulatedDay({
    date: SATURDAY,
    startAt: `${SATURDAY}T10:00:00.000Z`,
    tell(text) {
      const found = /^([a-zA-Z0-9]+): (.*)$/.exec(text);
      lines.push({ target: found?.[1] ?? '', line: found?.[2] ?? text });
    },
    outside: async ({ world: local, firestoreHost, stack }) => {
      world = await openCloudWorld(local, firestoreHost, stack);
      return world;
    },
  });
  if (world === undefined) throw new Error('the world was not opened');
  const { engine } = emulated.runtime;
  return {
    world,
    emulated,
    lines,
    async run(slotId) {
      const record = await engine.documents.get<SlotRecord>(paths.slot(slotId));
      if (record === undefined) throw new Error(`${slotId} has no row`);
      return readRun(engine, record);
    },
    [Symbol.asyncDispose]: () => emulated[Symbol.asyncDispose](),
  };
}

const SLOT_TIMES: Partial<Record<PhaseName, string>> = { 't-90-prep': '10:30', 't-30-final-check': '11:30' };

export const slotOf = (phase: PhaseName, date: string): string => `${phase}@${date}T${SLOT_TIMES[phase] ?? '12:00'}Z`;

/** A first day with a paused schedule, which a person sees to; then a person lets the first noon go. */
export async function playSaturday({ emulated, world }: CloudDay): Promise<void> {
  const at = (time: string) => `${SATURDAY}T${time}:00.000Z`;
  const { jobs } = world.scheduler;
  world.scheduler.jobs = jobs.map((job) => (job.name.endsWith('-sync') ? { ...job, state: 'PAUSED' as const } : job));
  await emulated.fire(at('10:30'), 't-90-prep');
  world.scheduler.jobs = jobs;
  await emulated.stepTo(at('10:50'));
  await emulated.publish('t-90-prep', { phase: 't-90-prep', trigger: 'manual', rerun: true, reason: 'resumed it' });
  await emulated.fire(at('11:30'), 't-30-final-check');
  await emulated.fire(at('12:00'), 'high-noon-sync');
  await emulated.stepTo(at('12:04'));
  const released = await releaseNoon(emulated.runtime.engine, PERSON, {
    date: SATURDAY,
    reason: 'read the readiness report',
  });
  if (!released.ok) throw new Error(released.why);
  await emulated.fire(at('12:05'), 'watchdog');
  await emulated.fire(at('12:10'), 'snapshot-orchestration');
  await emulated.fire(at('18:00'), 'snapshot-orchestration');
}

/** An ordinary Sunday: nobody does anything. */
export async function playSunday({ emulated }: CloudDay): Promise<void> {
  const at = (time: string) => `${SUNDAY}T${time}:00.000Z`;
  await emulated.fire(at('00:00'), 'snapshot-orchestration');
  await emulated.fire(at('06:00'), 'snapshot-orchestration');
  await emulated.fire(at('10:30'), 't-90-prep');
  await emulated.fire(at('11:30'), 't-30-final-check');
  await emulated.fire(at('12:00'), 'high-noon-sync');
  await emulated.fire(at('12:00'), 'weekly-risk-review');
  await emulated.fire(at('12:00'), 'snapshot-orchestration');
  await emulated.fire(at('12:05'), 'watchdog');
  await emulated.fire(at('12:10'), 'watchdog');
}

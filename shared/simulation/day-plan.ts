import { PHASE_NAMES, type PhaseName } from '../domain/catalog.ts';
import type { Revision } from '../domain/revision.ts';
import type { Slot } from '../domain/slot.ts';
import { epochMs, instant, toSeconds } from '../domain/time.ts';
import type { TriggerBody } from '../domain/trigger.ts';
import { paths } from '../engine/records.ts';
import { DAY_MS, slotsOfDay } from './calendar.ts';
import type { Deployment } from './deployment.ts';
import { PORTS } from './faults.ts';
import { ACTS, type Act, duty, perform } from './people.ts';
import { Dice, hashText } from './random.ts';
import type { Stage } from './stage.ts';
import { Worker } from './worker.ts';

/** A stage on which something is deployed. */
interface Play extends Stage {
  readonly deployment: Deployment;
}

const PEOPLE = ['ana', 'ben', 'eva'] as const;
const MINUTE_MS = 60_000;

/** Everything that a day brings beside the engine's own doing, laid down at midnight. */
export function planDay(simulation: Play, from: number, slots: readonly Slot[]): void {
  planSchedule(simulation, slots);
  planStory(simulation, from);
  const { profile } = simulation.options;
  planPeople(simulation, from, profile.acts > 0);
  planTrouble(simulation, from);
  simulation.scheduler.at(from + 20 * 60 * MINUTE_MS, () => repair(simulation));
}

/** Cloud Scheduler: at least once, now and then late, doubled, or not at all. */
function planSchedule(simulation: Play, slots: readonly Slot[]): void {
  const { faults, gate, scheduler, topics, options } = simulation;
  const { miss, double, late } = options.profile.schedule;
  const untold = options.scenario?.missingMessages ?? [];
  for (const { slotId, phase, dueAt } of slots) {
    const key = `schedule/${slotId}`;
    const due = epochMs(dueAt);
    const fire = (at: number) => scheduler.at(at, () => topics.publish(key, phase, { phase, trigger: 'schedule' }));
    if (untold.includes(phase) || faults.strikes(`${key} is missing`, miss) !== undefined) {
      scheduler.at(due, () => gate.disturbedUntil(due + 10 * MINUTE_MS));
      continue;
    }
    const delay = faults.strikes(`${key} is late`, late);
    const at =
      due +
      (delay === undefined
        ? 0
        : Math.floor(delay.chance(0.3) ? delay.between(-50_000, 0) : delay.between(0, 40 * MINUTE_MS)));
    if (delay !== undefined) scheduler.at(due, () => gate.disturbedUntil(Math.max(at, due)));
    fire(at);
    const again = faults.strikes(`${key} fires twice`, double);
    if (again !== undefined) fire(at + Math.floor(again.between(0, 120_000)));
  }
}

function planStory(simulation: Play, from: number): void {
  const { scenario } = simulation.options;
  if (scenario === undefined) return;
  const { scheduler, gate, deployment } = simulation;
  for (const { at, who, act } of scenario.acts ?? [])
    scheduler.at(from + clock(at), () => doAct(simulation, `story/${at}`, who, act));
  for (const at of scenario.deploysAt ?? []) scheduler.at(from + clock(at), () => deployment.deploy());
  for (const { port, from: begins, until } of scenario.outages ?? []) {
    gate.outages.push({ port, from: from + clock(begins), until: from + clock(until) });
    scheduler.at(from + clock(begins), () => gate.disturbedUntil(from + clock(until)));
  }
}

function clock(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** People on duty mend what can be mended; others act whenever they like. */
function planPeople(simulation: Play, from: number, acting: boolean): void {
  const { faults, scheduler, options } = simulation;
  const date = instant(from).slice(0, 10);
  const onDuty = (at: number, who: string, chance: number) => {
    const key = `duty/${date}/${at}`;
    scheduler.at(from + at * MINUTE_MS, () => {
      const act = duty(simulation.store, scheduler.now);
      if (act !== undefined && (act === 'unlock' || acting) && faults.strikes(key, chance) !== undefined)
        doAct(simulation, key, who, act);
    });
  };
  if (options.scenario === undefined) {
    onDuty(7 * 60, 'ben', 0.9);
    onDuty(7 * 60 + 5, 'eva', 0.9);
  }
  if (!acting) return;
  for (const [index, at] of [640, 655, 692, 705, 713, 723, 728, 733, 741, 747].entries())
    onDuty(at, PEOPLE[index % 3] ?? 'ana', 0.5);
  for (let number = 0; number < 3; number++) {
    const key = `act/${date}/${number}`;
    const dice = faults.strikes(key, options.profile.acts / 2);
    if (dice === undefined) continue;
    const at = dice.chance(0.75) ? dice.between(10 * 60 + 25, 13 * 60) : dice.between(0, 24 * 60);
    const [who, act] = [dice.pick(PEOPLE), dice.pick(ACTS)];
    scheduler.at(from + Math.floor(at * MINUTE_MS), () => doAct(simulation, key, who, act));
  }
}

function doAct(simulation: Play, key: string, who: string, act: Act): void {
  const { scheduler, faults, store, topics, deployment, gate } = simulation;
  const worker = new Worker(key, faults.seed, scheduler);
  gate.say(`${who}: ${act}`);
  const place = { store, topics, key, nowMs: scheduler.now };
  const dice = new Dice(hashText(key, faults.seed));
  perform(deployment.engineFor(worker), who, act, dice, place).catch((error: unknown) =>
    simulation.log(`${who}: ${act}`, error),
  );
}

function planTrouble(simulation: Play, from: number): void {
  const { faults, scheduler, gate, world, oracle, deployment, options } = simulation;
  const { profile } = options;
  const date = instant(from).slice(0, 10);
  const around = (dice: Dice) => from + Math.floor(dice.between(10.3 * 60, 12.9 * 60) * MINUTE_MS);
  for (const port of PORTS) {
    const dice = faults.strikes(`outage of ${port} on ${date}`, profile.outages);
    if (dice === undefined) continue;
    const begins = around(dice);
    const until = begins + Math.floor(dice.between(20_000, 40 * MINUTE_MS));
    gate.outages.push({ port, from: begins, until });
    scheduler.at(begins, () => {
      if (!faults.isHealed) gate.disturbedUntil(until);
    });
  }
  const moved = faults.strikes(`somebody moves a target on ${date}`, profile.foreign);
  if (moved !== undefined) {
    const target = moved.pick(foreignTargets(simulation));
    scheduler.at(around(moved), () => {
      world.foreign(target, 'foreign');
      oracle.onForeign(target);
      gate.say(`somebody moves ${target}`);
    });
  }
  const deployed = faults.strikes(`deployed on ${date}`, profile.deploys);
  if (deployed !== undefined) scheduler.at(around(deployed), () => deployment.deploy());
  const misconfigured = faults.strikes(`misconfigured on ${date}`, profile.deploys * 0.2);
  if (misconfigured !== undefined) {
    const begins = around(misconfigured);
    const until = begins + Math.floor(misconfigured.between(MINUTE_MS, 60 * MINUTE_MS));
    scheduler.at(begins, () => {
      if (faults.isHealed) return;
      deployment.misconfigure();
      gate.disturbedUntil(until);
    });
    scheduler.at(until, () => deployment.restore());
  }
  planHostile(simulation, from, date);
}

function foreignTargets({ world }: Play): string[] {
  return [
    ...[...world.repositories.keys()].map((name) => `repositories/${name}/refs/heads/high-noon/release`),
    ...world.datasetNames.map((name) => `datasets/${name}/live`),
    ...[...world.services.keys()].map((name) => `services/${name}/traffic`),
  ];
}

/** Well-formed messages that ask for what they may not have. */
function planHostile(simulation: Play, from: number, date: string): void {
  const { faults, scheduler, topics, options } = simulation;
  for (let number = 0; number < 4; number++) {
    const key = `hostile/${date}/${number}`;
    const dice = faults.strikes(key, options.profile.hostile);
    if (dice === undefined) continue;
    const phase = dice.pick(PHASE_NAMES);
    const body = hostileBody(dice, phase, from);
    scheduler.at(from + Math.floor(dice.between(0, DAY_MS)), () => topics.publish(key, phase, body));
  }
}

function hostileBody(dice: Dice, phase: PhaseName, from: number): TriggerBody {
  const offset = dice.pick([-40, -9, -3, -1, 0, 1, 2, 30]) * DAY_MS;
  const slots = slotsOfDay(from + offset).filter((slot) => slot.phase === phase);
  const due = slots.length === 0 ? instant(from + offset) : dice.pick(slots).dueAt;
  const slot = toSeconds(due);
  if (dice.chance(0.25))
    return { phase, trigger: 'continuation', runId: `${phase}@${due.slice(0, 16)}Z#${dice.pick([1, 2, 7])}` };
  return {
    phase,
    trigger: dice.pick(['schedule', 'manual', 'sweep'] as const),
    slot,
    rerun: dice.chance(0.3),
    dryRun: dice.chance(0.1),
  };
}

/** In the evening people put back what stands neither at the last known good nor on its way. */
function repair({ store, world, oracle, gate }: Play): void {
  const good = store.get<Revision>(paths.lastKnownGood);
  if (good === undefined) return;
  const put = (target: string, value: string | null) => {
    if (world.valueAt(target) === value) return;
    world.foreign(target, value);
    oracle.onForeign(target);
    gate.say(`people put ${target} back`);
  };
  for (const [name, commit] of Object.entries(good.commits))
    put(`repositories/${name}/refs/heads/high-noon/release`, commit);
  for (const [name, version] of Object.entries(good.datasets)) put(`datasets/${name}/live`, version);
}

import type { PhaseName } from '../domain/catalog.ts';
import { InvariantError, PortError } from '../domain/errors.ts';
import type { Anchor } from '../domain/ledger.ts';
import type { SlotRecord } from '../domain/run.ts';
import { parseSlotId } from '../domain/slot.ts';
import { epochMs, instant, parseInstant } from '../domain/time.ts';
import type { Trigger, TriggerBody } from '../domain/trigger.ts';
import type { Engine } from '../engine/engine.ts';
import { LeaseLost } from '../engine/lease.ts';
import { paths } from '../engine/records.ts';
import { relay } from '../engine/relay.ts';
import { runPhase } from '../engine/run-phase.ts';
import { sweep } from '../engine/sweep.ts';
import { DAY_MS, endsByMs, HOUR_MS, slotsOfDay, TICK_MS } from './calendar.ts';
import { planDay } from './day-plan.ts';
import { Deployment } from './deployment.ts';
import { type Commit, SimulatedStore } from './documents.ts';
import { Faults, type Injected } from './faults.ts';
import { type CallNote, Gate } from './gate.ts';
import { layDownGreenDay } from './green-day.ts';
import type { Violation } from './oracle/invariants.ts';
import { Oracle } from './oracle/oracle.ts';
import type { Says, Script } from './phases.ts';
import { TOLD_HOURS } from './scenario.ts';
import { Scheduler } from './scheduler.ts';
import type { SimulationOptions, Stage } from './stage.ts';
import { nextTickMs, Ticks } from './ticks.ts';
import { type Message, Topics } from './topics.ts';
import type { Worker } from './worker.ts';
import { type SimulatedObjects, workerMessenger } from './worker-ports.ts';
import { World } from './world.ts';

export interface SimulationResult {
  readonly violations: readonly Violation[];
  readonly effects: number;
  /** `runId ending`, in the order they came. */
  readonly endings: readonly string[];
  readonly injected: readonly Injected[];
  readonly trace: readonly string[];
  readonly notes: readonly CallNote[];
}

/** Some days of one world, from its first tick to the moment when nothing is owed any more. */
export class Simulation implements Stage {
  readonly options: SimulationOptions;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly gate: Gate;
  readonly store: SimulatedStore;
  readonly world: World;
  readonly objects: SimulatedObjects = new Map();
  readonly oracle: Oracle;
  readonly topics: Topics;
  readonly deployment: Deployment;
  readonly #ticks: Ticks;
  readonly #startMs: number;
  readonly #logs: string[] = [];
  #working = 0;

  constructor(options: SimulationOptions) {
    this.options = options;
    const hour = options.scenario === undefined ? 0 : TOLD_HOURS.from;
    this.#startMs = epochMs(`${options.date}T00:00:00.000Z`) + hour * HOUR_MS;
    this.scheduler = new Scheduler(this.#startMs - TICK_MS);
    this.faults = new Faults(options.seed, options.profile, options);
    this.gate = new Gate(this.scheduler, this.faults);
    if (options.trace === true) this.gate.trace = [];
    if (options.notes === true) this.gate.notes = [];
    this.store = new SimulatedStore({ copies: options.copies ?? false });
    this.world = new World(options.profile.size);
    this.oracle = new Oracle(this.store, this.world, this.gate);
    this.oracle.expectedFromMs = this.#startMs - TICK_MS;
    this.store.onCommit = (commit) => this.#onCommit(commit);
    this.world.onChange = (change) => this.oracle.onChange(change);
    this.topics = new Topics(this.gate, (message, worker) => this.#work(message, worker));
    this.#ticks = new Ticks(this, this.#startMs);
    this.deployment = new Deployment(this, this.#script());
  }

  async run(): Promise<SimulationResult> {
    this.#ticks.at(this.#startMs - TICK_MS);
    for (let day = 0; day < this.options.days; day++) await this.#playDay(day);
    await this.#heal();
    this.oracle.atEnd(this.#anchors(), this.options.thorough === true);
    if (this.options.thorough === true) this.#lookForSecrets();
    const { violations, effectsChanged, endings } = this.oracle;
    const { trace = [], notes = [] } = this.gate;
    return { violations, effects: effectsChanged, endings, injected: this.faults.injected, trace, notes };
  }

  async #playDay(day: number): Promise<void> {
    const { scenario } = this.options;
    const midnight = this.#startMs - (this.#startMs % DAY_MS) + day * DAY_MS;
    const until = scenario === undefined ? midnight + DAY_MS : midnight + TOLD_HOURS.until * HOUR_MS;
    if (scenario !== undefined && scenario.isFirst !== true) layDownGreenDay(this);
    const slots = slotsOfDay(midnight).filter(({ dueAt }) => epochMs(dueAt) >= this.#startMs && epochMs(dueAt) < until);
    this.#ticks.idle.expect(slots);
    for (const slot of slots) this.demandEnding(slot.slotId, 1, endsByMs(slot, 1));
    planDay(this, midnight, slots);
    const { healsAtMs, days } = this.options;
    if (healsAtMs !== undefined && day === days - 1) this.scheduler.at(midnight + healsAtMs, () => this.#healForGood());
    this.#ticks.by(this.#ticks.nextMs(midnight - 1));
    await this.scheduler.run(until - 1);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** What a worker logs: only what is never allowed matters here. */
  log(message: string, error: unknown): void {
    if (this.options.thorough === true) this.#logs.push(`${message} ${String(error)}`);
    if (error instanceof Error && !(error instanceof PortError) && !(error instanceof LeaseLost))
      this.oracle.violated('loud', `${message}: ${error.name}: ${error.message}`);
  }

  /** I3: by then that attempt is concluded, or fifteen minutes after the last fault. */
  demandEnding(slotId: string, attempt: number, atMs: number): void {
    this.scheduler.at(atMs, () => {
      const record = this.store.get<SlotRecord>(`slots/${slotId}`);
      const isEnded = record !== undefined && (record.attempt > attempt || record.status === 'concluded');
      if (isEnded) return;
      const grace = this.gate.lastFaultEndsAt + 3 * TICK_MS;
      if (this.scheduler.now < grace) this.demandEnding(slotId, attempt, grace);
      else this.oracle.violated('I3', `${slotId}#${attempt} is ${record?.status ?? 'absent'} after its time`);
    });
  }

  #stopFaults(): void {
    this.faults.heal();
    this.gate.outages.length = 0;
    this.deployment.restore();
    this.gate.disturbedUntil(this.scheduler.now);
  }

  /** From now on nothing goes wrong: what is owed now is delivered a quarter of an hour after the last fault has ended. */
  #healForGood(): void {
    this.gate.say('every fault ends');
    this.#stopFaults();
    const owed = [...this.store.ids('outbox')];
    const demand = (at: number): void => {
      this.scheduler.at(at, () => {
        const due = this.gate.lastFaultEndsAt + 3 * TICK_MS + 60_000;
        const left = owed.filter((id) => this.store.documents.has(paths.outbox(id)));
        if (left.length === 0) return;
        if (this.scheduler.now < due) demand(due);
        else this.oracle.violated('I19', `still owed after everything was sound: ${left.join(', ')}`);
      });
    };
    demand(this.scheduler.now + 3 * TICK_MS);
  }

  async #heal(): Promise<void> {
    const { scheduler, gate } = this;
    this.#stopFaults();
    const isOpen = () => this.#ticks.idle.openIds().length > 0 || this.store.size('outbox') > 0 || this.#working > 0;
    const limit = Math.max(this.#ticks.idle.lastEndMs(), gate.lastFaultEndsAt) + 3 * TICK_MS + 60_000;
    while (isOpen() && scheduler.now < limit) await scheduler.run(scheduler.now + TICK_MS);
    await scheduler.run(scheduler.now + 3 * TICK_MS);
    this.oracle.demand(
      this.#ticks.idle.openIds().length === 0,
      'I19',
      () => `not concluded: ${this.#ticks.idle.openIds().join(', ')}`,
    );
    this.oracle.demand(
      this.store.size('outbox') === 0,
      'I19',
      () => `still owed: ${[...this.store.ids('outbox')].join(', ')}`,
    );
  }

  #script(): Script {
    const { scenario } = this.options;
    const { verdicts } = this.options.profile;
    const phaseOf = (slotId: string) => slotId.slice(0, slotId.indexOf('@')) as PhaseName;
    const draws = (['violates', 'fails', 'unknown', 'soft'] as const).filter((kind) => verdicts[kind] > 0);
    return {
      says: (slotId, attempt, operation): Says | undefined => {
        if (scenario !== undefined) return scenario.says?.(phaseOf(slotId), attempt, operation);
        return draws.find((kind) => {
          // Only guardrails can be violated; staging and release actions fail by their world.
          if (kind === 'violates' && !operation.includes('compliance')) return false;
          return this.faults.strikes(`${slotId}#${attempt} ${operation} ${kind}`, verdicts[kind]) !== undefined;
        });
      },
      takes: (slotId, attempt, operation): number => {
        if (scenario !== undefined) return scenario.takes?.(phaseOf(slotId), attempt, operation) ?? 0;
        if (verdicts.slow === 0) return 0;
        const dice = this.faults.strikes(`${slotId}#${attempt} ${operation} is slow`, verdicts.slow);
        return dice?.pick([4000, 35_000, 80_000, 110_000, 130_000]) ?? 0;
      },
      begins: (context, operation) => {
        if (context.mode === 'run') this.oracle.onBegin(context.slot.slotId, context.attempt, operation);
      },
    };
  }

  #onCommit(commit: Commit): void {
    if (this.gate.trace !== undefined) {
      const { worker, writes } = commit;
      this.gate.say(
        `${worker.key} COMMIT ${writes.map(({ path, data }) => `${path}${data === undefined ? ' deleted' : ''}`).join(', ')}`,
      );
    }
    this.oracle.onCommit(commit);
    for (const { path, data } of commit.writes) {
      if (!path.startsWith('slots/') || path.indexOf('/', 6) !== -1) continue;
      const slot = data as SlotRecord;
      this.#ticks.idle.touched(slot);
      if (slot.status === 'running' && slot.attempt > 1 && slot.stretches === 1) {
        const due = parseSlotId(slot.slotId);
        if (due !== undefined) this.demandEnding(slot.slotId, slot.attempt, endsByMs(due, slot.attempt));
      }
    }
    this.#ticks.by(nextTickMs(this.scheduler.now));
  }

  async #work(message: Message, worker: Worker): Promise<boolean> {
    worker.isInstant = message.topic === 'watchdog' && this.options.instantTicks === true;
    if (worker.isInstant) worker.isSpared = true;
    const isCounted = !message.isSpared;
    const engine = this.deployment.engineFor(worker);
    if (isCounted) this.#working += 1;
    const { onDeath } = worker;
    worker.onDeath = () => {
      this.#working -= 1;
      onDeath();
    };
    const isAcknowledged = await this.#handle(engine, message, worker);
    if (isCounted) this.#working -= 1;
    return isAcknowledged;
  }

  async #handle(engine: Engine, message: Message, worker: Worker): Promise<boolean> {
    try {
      if (message.topic === 'watchdog') await sweep(engine);
      else if (message.topic === 'escalations')
        await relay(engine, workerMessenger(this.deployment.outside, worker), (message.data as { id: string }).id);
      else {
        const outcome = await runPhase(engine, triggerOf(message));
        this.gate.say(
          `${worker.key} answers ${outcome.kind}${outcome.kind === 'refused' ? `: ${outcome.reason}` : ''}`,
        );
        return outcome.kind !== 'refused' || outcome.reason !== 'redelivery';
      }
      return true;
    } catch (error) {
      this.gate.say(`${worker.key} throws ${String(error)}`);
      if (!(error instanceof PortError) && !(error instanceof LeaseLost))
        this.oracle.violated(
          'loud',
          `${worker.key}: ${String(error instanceof InvariantError ? error.message : error)}`,
        );
      return false;
    }
  }

  #anchors(): Anchor[] {
    return [...this.objects].flatMap(([uri, { body }]) =>
      uri.startsWith('gs://anchors/') ? [JSON.parse(Buffer.from(body).toString('utf8')) as Anchor] : [],
    );
  }

  #lookForSecrets(): void {
    const secrets = Object.values(this.options.environment ?? {}).filter((value) => value.startsWith('canary-'));
    const texts = [...this.#logs, ...[...this.objects.values()].map(({ body }) => Buffer.from(body).toString('utf8'))];
    for (const [path, { data }] of this.store.documents) {
      const text = JSON.stringify(data);
      texts.push(text);
      if (path.startsWith('slots/'))
        this.oracle.demand(text.length <= 204_800, 'I20', () => `${path} has ${text.length} bytes`);
    }
    for (const secret of secrets)
      this.oracle.demand(!texts.some((text) => text.includes(secret)), 'I24', () => `${secret} was found`);
  }
}

/** What the envelope would make of the message. */
function triggerOf(message: Message): Trigger {
  const body = message.data as TriggerBody;
  const slotDueAt = body.slot === undefined ? undefined : parseInstant(body.slot);
  return {
    phase: body.phase,
    kind: body.trigger ?? 'manual',
    messageId: message.id,
    publishedAt: instant(message.publishedAtMs),
    dryRun: body.dryRun ?? false,
    rerun: body.rerun ?? false,
    ...(body.runId === undefined ? {} : { runId: body.runId }),
    ...(body.shard === undefined ? {} : { shard: body.shard }),
    ...(slotDueAt === undefined ? {} : { slotDueAt }),
    ...(body.reason === undefined ? {} : { reason: body.reason }),
  };
}

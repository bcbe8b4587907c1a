import type { PhaseName } from '../../shared/domain/catalog.ts';
import { chainSlot, type DayRecord } from '../../shared/domain/day.ts';
import { PortError } from '../../shared/domain/errors.ts';
import { type Observation, result } from '../../shared/domain/finding.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { AttemptRecord, EffectRecord, SlotRecord } from '../../shared/domain/run.ts';
import { epochMs, instant } from '../../shared/domain/time.ts';
import type { Trigger } from '../../shared/domain/trigger.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { paths } from '../../shared/engine/records.ts';
import { type PhaseOutcome, runPhase } from '../../shared/engine/run-phase.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { CALM, type CallFault, Faults, type PortName } from '../../shared/simulation/faults.ts';
import { Simulation } from '../../shared/simulation/simulation.ts';
import { Worker } from '../../shared/simulation/worker.ts';
import { testCheck, testPhase } from '../support/engine.ts';

export const DATE = '2026-11-24';
export const at = (time: string): string => `${DATE}T${time.length === 5 ? `${time}:00` : time}.000Z`;

/** Strikes the call of a worker that fits, once. */
export interface Strike {
  readonly worker: string;
  readonly port: PortName;
  readonly verb: string;
  readonly subject?: RegExp;
  /** Passes over so many that fit. */
  readonly after?: number;
  readonly fault: CallFault;
}

const stale = (message: string): PortError => new PortError('world', 'precondition-failed', message);

class StagedFaults extends Faults {
  readonly strikesToCome: (Strike & { seen: number })[] = [];

  override forCall(
    worker: string,
    _draw: number,
    _number: number,
    port: PortName,
    verb: string,
    subject: string,
  ): CallFault | undefined {
    const index = this.strikesToCome.findIndex(
      (one) =>
        worker === one.worker &&
        port === one.port &&
        verb === one.verb &&
        (one.subject?.test(subject) ?? true) &&
        one.seen++ >= (one.after ?? 0),
    );
    return index === -1 ? undefined : this.strikesToCome.splice(index, 1)[0]?.fault;
  }
}

/** A resource whose every accepted call is remembered; it refuses by token and by old value, as real ones do. */
export class Resource {
  readonly values = new Map<string, string>();
  token = 0;
  readonly calls: string[] = [];
  /** Calls that came in, refused ones too, by worker. */
  readonly asked: string[] = [];
  /** Whose call changed it, in order. */
  readonly by: string[] = [];

  value(target: string): string {
    return this.values.get(target) ?? 'before';
  }
}

/** Workers over one simulated store, on a clock that moves only when a test says so; faults are staged, not drawn. */
export class Bench {
  readonly simulation: Simulation;
  readonly resource = new Resource();
  readonly #faults: StagedFaults;
  readonly #workers = new Map<string, Worker>();
  #messages = 0;
  phases: Partial<Record<PhaseName, ReturnType<typeof testPhase>>>;
  change: Partial<Engine> = {};

  constructor(start = '10:30') {
    this.simulation = new Simulation({ seed: 1, days: 1, date: DATE, profile: CALM });
    this.#faults = new StagedFaults(1, CALM);
    Object.assign(this.simulation.gate, { faults: this.#faults });
    // Judged here is one engine at a time, not a whole world.
    this.simulation.store.onCommit = () => {};
    // Nothing that is published comes by itself: a test says who works what.
    Object.assign(this.simulation.topics, { publish: () => {} });
    this.simulation.scheduler.now = epochMs(at(start));
    this.phases = this.greenPhases();
  }

  stage(strike: Strike): void {
    this.#faults.strikesToCome.push({ ...strike, seen: 0 });
  }

  worker(key: string): Worker {
    let worker = this.#workers.get(key);
    if (worker === undefined) {
      worker = new Worker(key, 1, this.simulation.scheduler);
      this.#workers.set(key, worker);
    }
    return worker;
  }

  engine(key: string): Engine {
    const engine = this.simulation.deployment.engineFor(this.worker(key));
    return { ...engine, environment: { ...engine.environment, WORKER: key }, phases: this.phases, ...this.change };
  }

  /** Moves time on, second by second, until the work has ended. */
  async done<T>(work: Promise<T>, seconds = 4000): Promise<T> {
    let outcome: { value: T } | { error: unknown } | undefined;
    work.then(
      (value) => {
        outcome = { value };
      },
      (error: unknown) => {
        outcome = { error };
      },
    );
    for (let second = 0; outcome === undefined && second < seconds; second++)
      await this.simulation.scheduler.run(this.simulation.scheduler.now + 1000);
    if (outcome === undefined) throw new Error('the work never ended');
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  async until(time: string): Promise<void> {
    await this.simulation.scheduler.run(epochMs(at(time)));
  }

  begin(key: string, phase: PhaseName, change: Partial<Trigger> = {}): Promise<PhaseOutcome> {
    const publishedAt = instant(this.simulation.scheduler.now);
    const messageId = `message-${++this.#messages}`;
    return runPhase(this.engine(key), {
      phase,
      kind: 'schedule',
      messageId,
      publishedAt,
      dryRun: false,
      rerun: false,
      ...change,
    });
  }

  play(key: string, phase: PhaseName, change: Partial<Trigger> = {}): Promise<PhaseOutcome> {
    return this.done(this.begin(key, phase, change));
  }

  /** T-90 and T-30 as they go on a good day; then it is noon. */
  async toNoon(): Promise<void> {
    await this.play('t-90', 't-90-prep');
    await this.until('11:30');
    await this.play('t-30', 't-30-final-check');
    await this.until('12:00');
  }

  get<T>(path: string): T | undefined {
    return this.simulation.store.get<T>(path);
  }

  slot(phase: 't-90-prep' | 't-30-final-check' | 'high-noon-sync' = 'high-noon-sync'): SlotRecord | undefined {
    return this.get<SlotRecord>(paths.slot(chainSlot(phase, DATE).slotId));
  }

  ending(phase: 't-90-prep' | 't-30-final-check' | 'high-noon-sync' = 'high-noon-sync'): string | undefined {
    const slot = this.slot(phase);
    return slot?.status === 'concluded' ? slot.ending : slot?.status;
  }

  day(): DayRecord | undefined {
    return this.get<DayRecord>(paths.day(DATE));
  }

  attempt(number = 1): AttemptRecord['concluded'] | undefined {
    return this.get<AttemptRecord>(paths.attempt(chainSlot('high-noon-sync', DATE).slotId, number))?.concluded;
  }

  effects(attempt = 1): EffectRecord[] {
    const collection = paths.effects(chainSlot('high-noon-sync', DATE).slotId, attempt);
    return this.simulation.store.query<EffectRecord>(collection, {}).map(({ data }) => data);
  }

  ledger(): string[] {
    return this.simulation.store.query<LedgerEntry>('ledger', {}).map(({ data }) => `${data.kind} ${data.subject}`);
  }

  /** Puts a document there that no engine wrote. */
  put(path: string, change: object): void {
    this.simulation.store.put(path, { ...this.get<object>(path), ...change });
  }

  action(name: string, target: string, options: { unverified?: boolean; probe?: 'other' } = {}): Operation<PortMap> {
    const probe = (key: string, now: string) =>
      this.simulation.gate.call(this.worker(key), 'world', 'probe', target, () => {
        const value = this.resource.value(target);
        const state =
          options.probe ??
          (value === 'after' && options.unverified !== true
            ? ('applied' as const)
            : value === 'foreign'
              ? ('other' as const)
              : ('pinned' as const));
        return { state, receipt: { subject: target, request: 'read', observedAt: now, value } };
      });
    const write = (key: string, verb: string, from: string, to: string, token: number) =>
      this.simulation.gate.call(this.worker(key), 'world', verb, target, () => {
        this.resource.asked.push(`${key} ${verb} ${target}`);
        if (this.resource.token > token) throw stale(`fenced: ${this.resource.token} > ${token}`);
        if (this.resource.value(target) !== from) throw stale(`stale: ${this.resource.value(target)}`);
        this.resource.token = token;
        this.resource.values.set(target, to);
        this.resource.by.push(key);
        this.resource.calls.push(`${target}: ${from} -> ${to}`);
      });
    const workerOf = (context: { now(): string }) => this.#callerOf(context);
    return {
      name,
      claim: `${target} is as wanted`,
      kind: 'action',
      failure: 'hard',
      needs: [],
      timeoutSeconds: 240,
      run: async (context) => {
        const key = workerOf(context);
        const receipt = await context.effects.apply({
          target,
          detail: target,
          args: { to: 'after' },
          pin: 'before',
          probe: () => probe(key, context.now()),
          call: ({ token }) => write(key, 'change', 'before', 'after', token),
        });
        return result([], [receipt]);
      },
      undo: (context) => {
        const key = workerOf(context);
        return {
          fence: ({ token }) =>
            this.simulation.gate.call(this.worker(key), 'world', 'fence', target, () => {
              if (this.resource.token > token) throw stale('fenced');
              this.resource.token = token;
            }),
          probe: () => probe(key, context.now()),
          call: ({ token }) => write(key, 'undo', 'after', 'before', token),
        };
      },
    };
  }

  /** Operations know their worker by the environment that its engine gives them. */
  #callerOf(context: object): string {
    return String((context as { environment: Record<string, string | undefined> }).environment.WORKER);
  }

  check(name: string, say: () => readonly Observation[] = () => [], options: Parameters<typeof testCheck>[2] = {}) {
    return testCheck(name, say, options);
  }

  greenPhases(noon: readonly Operation<PortMap>[] = this.noonOperations()): Bench['phases'] {
    return {
      't-90-prep': testPhase('t-90-prep', [this.check('check-world')]),
      't-30-final-check': testPhase('t-30-final-check', [
        this.check('report-readiness', undefined, { output: { bindings: { world: 'as-checked' } } }),
      ]),
      'high-noon-sync': testPhase('high-noon-sync', noon),
      'snapshot-orchestration': testPhase('snapshot-orchestration', [this.check('capture')]),
      'weekly-risk-review': testPhase('weekly-risk-review', [this.check('review')]),
    };
  }

  noonOperations(): Operation<PortMap>[] {
    return [this.action('sync-one', 'one'), this.action('sync-two', 'two'), this.check('report')];
  }
}

import { Dice, hashText, mix, unit } from './random.ts';

/** The outside that a worker calls. */
export const PORTS = ['documents', 'publisher', 'metrics', 'messenger', 'objects', 'world'] as const;
export type PortName = (typeof PORTS)[number];

/**
 * What can go wrong with one call. `late`: the caller hears nothing and goes on with its timers; the request lands
 * later. `freeze`: the worker stands still, its request before or after it, and goes on as if nothing had been: a
 * zombie. `crash-late`: the worker dies, its request lands later. `twice`: the request lands a second time.
 */
export const CALL_FAULTS = [
  'crash-before',
  'crash-after',
  'crash-late',
  'error',
  'refused',
  'aborted',
  'ambiguous',
  'late',
  'freeze-before',
  'freeze-after',
  'twice',
  'slow',
] as const;
export type CallFaultKind = (typeof CALL_FAULTS)[number];

export interface CallFault {
  readonly kind: CallFaultKind;
  /** How long: until the request lands, the worker wakes, or the answer comes. */
  readonly ms: number;
}

/** A fault that happened, by the name of its place. */
export interface Injected {
  readonly key: string;
  readonly what: string;
}

/** Which faults a run draws, and how often. A swarm of runs with few kinds each finds what a mean of all hides. */
export interface Profile {
  readonly calls: Readonly<Record<PortName, number>>;
  /** How much likelier calls around effects are hit: zombies there are the known killers. */
  readonly focus: number;
  readonly callKinds: readonly CallFaultKind[];
  readonly messages: { readonly drop: number; readonly duplicate: number; readonly delay: number };
  readonly schedule: { readonly miss: number; readonly double: number; readonly late: number };
  readonly ticks: { readonly miss: number; readonly double: number };
  /** Chances a day. */
  readonly outages: number;
  readonly acts: number;
  readonly foreign: number;
  readonly deploys: number;
  readonly hostile: number;
  readonly skew: number;
  /** Chances of an operation. */
  readonly verdicts: {
    readonly fails: number;
    readonly unknown: number;
    readonly soft: number;
    readonly violates: number;
    readonly slow: number;
  };
  readonly size: { readonly repositories: number; readonly datasets: number; readonly services: number };
  readonly budgetSeconds: number;
  readonly holdAtGenesis: boolean;
  /** Into so many shards the capture of a snapshot gives its work out. */
  readonly shards: number;
}

const NO_CALLS = { documents: 0, publisher: 0, metrics: 0, messenger: 0, objects: 0, world: 0 };

export const CALM: Profile = {
  calls: NO_CALLS,
  focus: 1,
  callKinds: CALL_FAULTS,
  messages: { drop: 0, duplicate: 0, delay: 0 },
  schedule: { miss: 0, double: 0, late: 0 },
  ticks: { miss: 0, double: 0 },
  outages: 0,
  acts: 0,
  foreign: 0,
  deploys: 0,
  hostile: 0,
  skew: 0,
  verdicts: { fails: 0, unknown: 0, soft: 0, violates: 0, slow: 0 },
  size: { repositories: 1, datasets: 1, services: 1 },
  budgetSeconds: 480,
  holdAtGenesis: false,
  shards: 0,
};

export const FAULT_MODES = ['none', 'uniform', 'swarm'] as const;
export type FaultMode = (typeof FAULT_MODES)[number];

export function profileFor(mode: FaultMode, seed: number): Profile {
  const size = sizeOf(new Dice(mix(seed, 0x512e)));
  if (mode === 'none') return { ...CALM, size };
  return { ...(mode === 'uniform' ? UNIFORM : swarm(new Dice(mix(seed, 0x5a12)))), size };
}

const sizeOf = (dice: Dice): Profile['size'] =>
  dice.chance(0.15) ? { repositories: 3, datasets: 2, services: 2 } : { repositories: 1, datasets: 1, services: 1 };

const UNIFORM: Profile = {
  ...CALM,
  calls: { documents: 0.003, publisher: 0.01, metrics: 0.02, messenger: 0.02, objects: 0.01, world: 0.01 },
  messages: { drop: 0.01, duplicate: 0.03, delay: 0.03 },
  schedule: { miss: 0.01, double: 0.03, late: 0.03 },
  ticks: { miss: 0.02, double: 0.02 },
  outages: 0.05,
  acts: 0.2,
  foreign: 0.02,
  deploys: 0.05,
  hostile: 0.1,
  skew: 0.02,
  verdicts: { fails: 0.01, unknown: 0.01, soft: 0.02, violates: 0.002, slow: 0.02 },
};

/** Each kind is in or out, and when in, at a rate of its own. */
function swarm(dice: Dice): Profile {
  const some = (probability: number, low: number, high: number): number =>
    dice.chance(probability) ? low * (high / low) ** dice.next() : 0;
  const kinds = CALL_FAULTS.filter(() => dice.chance(0.4));
  return {
    calls: {
      documents: some(0.5, 0.0005, 0.02),
      publisher: some(0.3, 0.005, 0.3),
      metrics: some(0.3, 0.01, 1),
      messenger: some(0.3, 0.01, 0.8),
      objects: some(0.3, 0.005, 0.3),
      world: some(0.6, 0.002, 0.08),
    },
    focus: dice.chance(0.5) ? dice.between(3, 20) : 1,
    callKinds: kinds.length === 0 ? ['freeze-before', 'late', 'crash-late'] : kinds,
    messages: { drop: some(0.25, 0.01, 0.3), duplicate: some(0.4, 0.02, 0.8), delay: some(0.4, 0.02, 0.5) },
    schedule: { miss: some(0.25, 0.02, 0.5), double: some(0.3, 0.05, 1), late: some(0.3, 0.05, 0.5) },
    ticks: { miss: some(0.3, 0.02, 0.5), double: some(0.25, 0.02, 0.5) },
    outages: some(0.2, 0.05, 0.5),
    acts: some(0.5, 0.1, 1),
    foreign: some(0.2, 0.02, 0.4),
    deploys: some(0.25, 0.05, 1),
    hostile: some(0.2, 0.1, 1),
    skew: some(0.2, 0.02, 0.5),
    verdicts: {
      fails: some(0.4, 0.005, 0.08),
      unknown: some(0.25, 0.005, 0.05),
      soft: some(0.3, 0.01, 0.2),
      violates: some(0.25, 0.002, 0.03),
      slow: some(0.3, 0.02, 0.4),
    },
    size: CALM.size,
    budgetSeconds: dice.chance(0.15) ? 150 : 480,
    holdAtGenesis: dice.chance(0.2),
    // A day in shards costs as much as two others: one world in twenty-five still plays thousands of them.
    shards: dice.chance(0.04) ? 3 : 0,
  };
}

const DELAYS_MS = [1500, 8000, 25_000, 45_000, 70_000, 110_000, 200_000, 420_000] as const;

/** Decides where a fault strikes, notes each, and can be told to strike only at named places. */
export class Faults {
  readonly seed: number;
  readonly profile: Profile;
  readonly injected: Injected[] = [];
  /** When set, only these keys strike: how a found trace is made shorter. */
  readonly only: ReadonlySet<string> | undefined;
  readonly #forced: ReadonlyMap<string, CallFault>;
  /** After it nothing strikes any more, or always when it is undefined. */
  #isOn = true;

  constructor(
    seed: number,
    profile: Profile,
    options: { only?: ReadonlySet<string> | undefined; forced?: ReadonlyMap<string, CallFault> | undefined } = {},
  ) {
    this.seed = seed;
    this.profile = profile;
    this.only = options.only;
    this.#forced = options.forced ?? new Map();
  }

  heal(): void {
    this.#isOn = false;
  }

  get isHealed(): boolean {
    return !this.#isOn;
  }

  /** Whether something with that name happens, at that chance; the name alone decides. */
  strikes(key: string, chance: number): Dice | undefined {
    if (chance <= 0 || !this.#isOn) return undefined;
    const hash = hashText(key, this.seed);
    if (unit(hash) >= chance) return undefined;
    if (this.only !== undefined && !this.only.has(key)) return undefined;
    this.injected.push({ key, what: key });
    return new Dice(hash);
  }

  forCall(
    workerKey: string,
    draw: number,
    number: number,
    port: PortName,
    verb: string,
    _subject: string,
  ): CallFault | undefined {
    if (this.#forced.size > 0) {
      const forced = this.#forced.get(`${workerKey}#${number}`);
      if (forced !== undefined) this.injected.push({ key: `${workerKey}#${number}`, what: forced.kind });
      return forced;
    }
    const { profile } = this;
    const rate = profile.calls[port];
    if (rate === 0 || !this.#isOn) return undefined;
    const chance = port === 'world' || verb === 'commit' ? rate * profile.focus : rate;
    if (unit(draw) >= chance) return undefined;
    const key = `${workerKey}#${number}`;
    if (this.only !== undefined && !this.only.has(key)) return undefined;
    const dice = new Dice(mix(draw, 0x0fa1));
    const fault: CallFault = { kind: dice.pick(profile.callKinds), ms: dice.pick(DELAYS_MS) };
    this.injected.push({ key, what: `${port}.${verb}: ${fault.kind}, ${fault.ms / 1000} s` });
    return fault;
  }
}

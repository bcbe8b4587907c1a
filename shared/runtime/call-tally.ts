import { addUsage, type Meter, type Usage } from '../domain/prices.ts';

/** What one function did, in what is paid for and in what is only asked. */
export interface Calls {
  readonly usage: Usage;
  /** Waits for something remote, one after the other or not. */
  readonly roundTrips: number;
  /** By port: `repositories`, `http`, ... */
  readonly asked: Readonly<Record<string, number>>;
  /** By collection and bucket: what was read and written there, as billed. */
  readonly places: Readonly<Record<string, { readonly reads: number; readonly writes: number }>>;
}

interface Counting {
  usage: Usage;
  roundTrips: number;
  asked: Record<string, number>;
  places: Record<string, { reads: number; writes: number }>;
}

const nothing = (): Counting => ({ usage: {}, roundTrips: 0, asked: {}, places: {} });

/** Counts under the name of the function that is served just now; what happens outside one is nobody's and not counted. */
export class CallTally {
  #current: Counting | undefined;
  readonly #byName = new Map<string, Counting>();

  /** Everything until `body` settles is counted for `name`. One at a time. */
  async within<T>(name: string, body: () => Promise<T>): Promise<T> {
    const calls = this.#byName.get(name) ?? nothing();
    this.#byName.set(name, calls);
    this.#current = calls;
    try {
      return await body();
    } finally {
      this.#current = undefined;
    }
  }

  add(meter: Meter, units: number): void {
    if (this.#current !== undefined) this.#current.usage = addUsage(this.#current.usage, { [meter]: units });
  }

  ask(port: string): void {
    if (this.#current === undefined) return;
    this.#current.asked[port] = (this.#current.asked[port] ?? 0) + 1;
    this.#current.roundTrips += 1;
  }

  touch(place: string, way: 'reads' | 'writes', units: number): void {
    if (this.#current === undefined || units === 0) return;
    this.#current.places[place] ??= { reads: 0, writes: 0 };
    this.#current.places[place][way] += units;
  }

  of(name: string): Calls {
    return this.#byName.get(name) ?? nothing();
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }
}

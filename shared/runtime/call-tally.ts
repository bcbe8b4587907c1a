import { addUsage, type Meter, type Usage } from '../domain/prices.ts';

/** What one function did, in what is paid for and in what is only asked. */
export interface Calls {
  readonly usage: Usage;
  /** Waits for something remote, one after the other or not. */
  readonly roundTrips: number;
  /** By port: `repositories`, `http`, ... */
  readonly asked: Readonly<Record<string, number>>;
}

/** Counts under the name of the function that is served just now; what happens outside one is nobody's and not counted. */
export class CallTally {
  #current: { usage: Usage; roundTrips: number; asked: Record<string, number> } | undefined;
  readonly #byName = new Map<string, { usage: Usage; roundTrips: number; asked: Record<string, number> }>();

  /** Everything until `body` settles is counted for `name`. One at a time. */
  async within<T>(name: string, body: () => Promise<T>): Promise<T> {
    const calls = this.#byName.get(name) ?? { usage: {}, roundTrips: 0, asked: {} };
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

  of(name: string): Calls {
    return this.#byName.get(name) ?? { usage: {}, roundTrips: 0, asked: {} };
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }
}

/** What a stand-in does to one call instead of, before or after answering it rightly. */
export type Fault =
  | { readonly kind: 'before'; readonly code: number; readonly text?: string }
  /** It takes effect, and the caller sees a failure. */
  | { readonly kind: 'after'; readonly code: number; readonly text?: string }
  /** Nothing is answered until `release` is called; then it goes on as if nothing had been. */
  | { readonly kind: 'stall'; readonly until: Promise<void> };

/** Faults waiting for the next calls of each method, in order. */
export class Faults {
  readonly #waiting = new Map<string, Fault[]>();
  readonly calls: string[] = [];

  next(method: string, ...faults: Fault[]): void {
    this.#waiting.set(method, [...(this.#waiting.get(method) ?? []), ...faults]);
  }

  take(method: string): Fault | undefined {
    this.calls.push(method);
    return this.#waiting.get(method)?.shift();
  }
}

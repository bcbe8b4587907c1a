/** Something that happens at a virtual time. Cancelled by taking its work away. */
export interface Happening {
  at: number;
  readonly order: number;
  work: (() => void) | undefined;
}

/**
 * Virtual time: a heap of happenings, worked one at a time. Between two of them every promise reaction runs to its end
 * (a tick queued from a microtask comes after the last of them), so that an order of happenings is an order of
 * everything, and no real time passes.
 */
export class Scheduler {
  /** Milliseconds since the epoch. */
  now: number;
  #until = 0;
  #order = 0;
  readonly #heap: Happening[] = [];

  constructor(start: number) {
    this.now = start;
  }

  at(time: number, work: () => void): Happening {
    const happening: Happening = { at: Math.max(time, this.now), order: this.#order++, work };
    this.#push(happening);
    return happening;
  }

  /**
   * Whether nothing would happen before that time: then whoever would wait until then may go on at once, with time
   * moved on. The order is the one that waiting would give, at a tenth of the price.
   */
  mayJump(time: number): boolean {
    if (time > this.#until) return false;
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.work !== undefined) return top.at > time;
      this.#pop();
    }
    return true;
  }

  /** Works everything that happens up to and including that time. */
  run(until: number): Promise<void> {
    this.#until = until;
    return new Promise((resolve, reject) => {
      const step = (): void => {
        const happening = this.#takeDue(until);
        if (happening === undefined) {
          this.now = Math.max(this.now, until);
          resolve();
          return;
        }
        if (happening.at > this.now) this.now = happening.at;
        try {
          happening.work?.();
        } catch (error) {
          reject(error);
          return;
        }
        queueMicrotask(later);
      };
      const later = (): void => process.nextTick(step);
      queueMicrotask(later);
    });
  }

  #takeDue(until: number): Happening | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.work === undefined) this.#pop();
      else return top.at <= until ? this.#pop() : undefined;
    }
    return undefined;
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let index = heap.push(happening) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Happening;
      if (!isBefore(happening, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = happening;
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as Happening, heap[child] as Happening)) child = right;
      const below = heap[child] as Happening;
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

const isBefore = (a: Happening, b: Happening): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

import {
  type CreateOptions,
  type CreateResult,
  createSnapshot,
  type SnapshotCursor,
} from '../../../shared/snapshots/create-snapshot.ts';
import type { Manifest, SnapshotStore } from '../../../shared/snapshots/manifest.ts';
import { MemoryObjects } from './memory-objects.ts';
import { MemorySource } from './memory-source.ts';

export const KEY = Buffer.alloc(32, 7);
export const REFERENCE = 'projects/sample/secrets/snapshots/versions/1';

/** A repeatable stream of numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function word(random: () => number, length: number): string {
  return Array.from({ length }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[Math.floor(random() * 36)]).join('');
}

/** A store, a source and the arguments that most tests share. */
export class World {
  objects = new MemoryObjects();
  source = new MemorySource();
  readonly random: () => number;
  isEncrypted = true;
  collections: CreateOptions['collections'] = [
    { name: 'events', schemaVersion: 'event/1' },
    { name: 'people', pii: true },
  ];

  constructor(seed = 1) {
    this.random = randomFrom(seed);
  }

  get store(): SnapshotStore {
    return { objects: this.objects, bucketUri: 'gs://snapshots', keyFor: async () => KEY };
  }

  fill(count: number): this {
    for (let i = 0; i < count; i++) this.add(i % 4 === 0 ? 'people' : 'events');
    return this;
  }

  add(collection: string): string {
    const { random } = this;
    const path = `${collection}/${word(random, 20)}`;
    this.source.set(path, {
      user: { stringValue: `u_${Math.floor(random() * 50)}` },
      note: { stringValue: `${word(random, 30)} and then ${word(random, 40)}` },
      count: { integerValue: String(Math.floor(random() * 1000)) },
      score: { doubleValue: Math.floor(random() * 1000) / 1000 },
    });
    return path;
  }

  /** Changes, adds and removes about this share of the documents each. */
  churn(share: number): void {
    const paths = [...this.source.documents.keys()];
    for (const path of paths) {
      const dice = this.random();
      if (dice < share)
        this.source.set(path, { user: { stringValue: 'u_1' }, note: { stringValue: word(this.random, 60) } });
      else if (dice < share * 2) this.source.documents.delete(path);
      else if (dice < share * 3) this.add(path.slice(0, path.indexOf('/')));
    }
  }

  options(at: string, more: Partial<CreateOptions> = {}): CreateOptions {
    return {
      ...this.store,
      source: this.source,
      collections: this.collections,
      at,
      now: this.objects.now,
      budget: () => true,
      onCursor: async () => {},
      ...(this.isEncrypted ? { encryption: { reference: REFERENCE, key: KEY } } : {}),
      ...more,
    };
  }

  async create(at: string, more: Partial<CreateOptions> = {}): Promise<Manifest> {
    const result = await createSnapshot(this.options(at, more));
    if (result.status !== 'complete') throw new Error('the snapshot did not end');
    return result.manifest;
  }

  /** Creates with a new process for every stretch of `segments` segments. */
  async createInStretches(
    at: string,
    segments: number,
    more: Partial<CreateOptions> = {},
  ): Promise<{ manifest: Manifest; stretches: number }> {
    let cursor: SnapshotCursor | undefined;
    for (let stretches = 1; ; stretches++) {
      let left = segments;
      const resumed: Partial<CreateOptions> = cursor ? { cursor: JSON.parse(JSON.stringify(cursor)) } : {};
      const options = this.options(at, { ...more, budget: () => --left > 0, ...resumed });
      const result: CreateResult = await createSnapshot(options);
      if (result.status === 'complete') return { manifest: result.manifest, stretches };
      cursor = result.cursor;
    }
  }
}

/** 2026-11-23 plus so many six-hour steps. */
export function step(n: number): string {
  return new Date(Date.UTC(2026, 10, 23) + n * 6 * 3_600_000).toISOString();
}

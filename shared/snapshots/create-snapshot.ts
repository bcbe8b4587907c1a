import { PortError, UsageError } from '../domain/errors.ts';
import type { MemoryPort } from '../ports/memory.ts';
import { capturePart, newPart, type PartState } from './capture-part.ts';
import type { ChunkEntry } from './chunk-lists.ts';
import {
  CHAIN_POLICY,
  type ChainPolicy,
  type CollectionDraft,
  type CollectionPlan,
  composeCollection,
  draftOf,
  findFoundation,
  settleDraft,
} from './compose-collection.ts';
import { assertStillWriting, beginWriting, endWriting } from './in-progress.ts';
import {
  type CollectionManifest,
  findManifest,
  type Manifest,
  readManifest,
  type SnapshotStore,
  type StoredManifest,
} from './manifest.ts';
import { snapshotIdAt } from './object-names.ts';
import { PackWriter } from './pack-writer.ts';
import { publishManifest } from './publish-manifest.ts';
import { ListReader } from './read-lists.ts';
import { deriveKeys, type SnapshotKeys } from './seal-chunks.ts';
import { withSteadyYoungSpace } from './steady-young-space.ts';

/** Where a snapshot stands between stretches; plain JSON. Everything that it names is written. */
export interface SnapshotCursor {
  readonly id: string;
  readonly done: readonly CollectionManifest[];
  readonly open: { readonly name: string; readonly part: PartState } | null;
}

export interface CreateOptions extends SnapshotStore {
  readonly source: MemoryPort;
  readonly collections: readonly CollectionPlan[];
  /** RFC 3339: the moment that the snapshot is for. */
  readonly at: string;
  /** RFC 3339: the moment that is read; `at` unless the source keeps less history. */
  readonly readTime?: string;
  /** Another id than that of `at`, for a snapshot that is made again. */
  readonly id?: string;
  /** The newest valid snapshot; its chain is continued, read again and so verified. */
  readonly parent?: string;
  /** The key for what is written. Without it nothing is encrypted, and collections marked `pii` are refused. */
  readonly encryption?: { readonly reference: string; readonly key: Uint8Array };
  /** What `onCursor` was last called with. */
  readonly cursor?: SnapshotCursor;
  /** Store time, RFC 3339. */
  readonly now: string;
  /** False when the time is up; asked about every hundred documents. */
  readonly budget: () => boolean;
  readonly onCursor: (cursor: SnapshotCursor) => Promise<void>;
  readonly policy?: ChainPolicy;
}

export type CreateResult =
  | { readonly status: 'complete'; readonly manifest: Manifest }
  | { readonly status: 'paused'; readonly cursor: SnapshotCursor };

/**
 * Captures the collections as of one moment. Safe to call again with the same arguments, or with the last cursor, after
 * a crash anywhere: until the manifest is written, last, there are only orphans; once it is, it is given back.
 */
export async function createSnapshot(options: CreateOptions): Promise<CreateResult> {
  const keys = writingKeys(options);
  const id = options.id ?? snapshotIdAt(options.at);
  const present = await findManifest(options, id);
  if (present) {
    await endWriting(options, id);
    return { status: 'complete', manifest: present.manifest };
  }
  if (options.cursor && options.cursor.id !== id)
    throw new UsageError(`the cursor is of snapshot ${options.cursor.id}, not of ${id}`);
  if (options.cursor) await assertStillWriting(options, id);
  else await beginWriting(options, id, options.parent ?? null, options.now);
  return withSteadyYoungSpace(() => new Creation(options, id, keys).run());
}

/** Refuses what would store people's records in the clear. */
export function writingKeys(options: Pick<CreateOptions, 'collections' | 'encryption'>): SnapshotKeys | undefined {
  if (options.encryption) return deriveKeys(options.encryption.reference, options.encryption.key);
  const open = options.collections.find((each) => each.pii);
  if (open)
    throw new UsageError(`collection ${open.name} is marked pii: it is captured with an encryption key or not at all`);
  return undefined;
}

class Creation {
  readonly #options: CreateOptions;
  readonly #id: string;
  readonly #keys: SnapshotKeys | undefined;
  readonly #packs: PackWriter;
  readonly #lists: ListReader;
  #parent: StoredManifest | undefined;
  #done: CollectionDraft[];
  #last: SnapshotCursor | undefined;

  constructor(options: CreateOptions, id: string, keys: SnapshotKeys | undefined) {
    this.#options = options;
    this.#id = id;
    this.#keys = keys;
    this.#packs = new PackWriter(options.objects, options.bucketUri, options.signal);
    this.#lists = new ListReader(options);
    this.#done = (options.cursor?.done ?? []).map(draftOf);
  }

  async run(): Promise<CreateResult> {
    const { parent, collections, cursor, at } = this.#options;
    if (parent !== undefined) this.#parent = await readManifest(this.#options, parent);
    let open = cursor?.open ?? null;
    for (const plan of collections.slice(this.#done.length)) {
      if (open && open.name !== plan.name)
        throw new UsageError(`the cursor is in ${open.name}, the plan goes on with ${plan.name}`);
      const isComplete = await this.#capture(plan, open ? structuredClone(open.part) : undefined);
      if (!isComplete) return { status: 'paused', cursor: this.#last as SnapshotCursor };
      open = null;
    }
    await this.#packs.flush();
    const manifest: Manifest = {
      format: 'highnoon.snapshot/1',
      id: this.#id,
      at,
      parent: parent ?? null,
      encryption: this.#keys ? { cipher: 'aes-256-gcm', keyReference: this.#keys.reference } : null,
      collections: this.#done.map(settleDraft),
    };
    await assertStillWriting(this.#options, this.#id);
    const published = await publishManifest(this.#options, manifest, this.#keys, this.#lists);
    await endWriting(this.#options, this.#id);
    return { status: 'complete', manifest: published };
  }

  async #capture(plan: CollectionPlan, resumed: PartState | undefined): Promise<boolean> {
    const { at, budget, policy = CHAIN_POLICY, readTime = at, source } = this.#options;
    const foundation = await findFoundation(this.#lists, this.#parent, this.#keys, plan.name, policy, resumed?.mode);
    if (resumed && resumed.mode !== foundation.mode) {
      throw new PortError(
        'snapshots',
        'aborted',
        `the parent of snapshot ${this.#id} changed while it was written; begin it again`,
      );
    }
    const state = resumed ?? newPart(foundation.mode);
    const onProgress = async (part: PartState) => {
      this.#last = structuredClone({
        id: this.#id,
        done: this.#done.map(settleDraft),
        open: { name: plan.name, part },
      });
      await this.#options.onCursor(this.#last);
    };
    const [packs, keys] = [this.#packs, this.#keys];
    const job = {
      store: this.#options,
      source,
      packs,
      keys,
      collection: plan.name,
      readTime,
      range: {},
      budget,
      onProgress,
    };
    const tail = await capturePart({ ...job, parentLayers: foundation.layers }, state);
    if (!tail) return false;
    const entries: ChunkEntry[] = [];
    for (const piece of state.pieces)
      for (const layer of await this.#lists.read(plan.name, piece, keys)) entries.push(...layer);
    this.#done.push(composeCollection(packs, keys, plan, this.#id, foundation, [...entries, ...tail], state));
    return true;
  }
}

import type { RawDocument } from '../ports/memory.ts';
import { readManifest, type SnapshotStore, type StoredManifest } from './manifest.ts';
import { MergedReader } from './merge-layers.ts';
import { currentDocument, openCollection } from './read-snapshot.ts';

export type DocumentChange = { readonly collection: string; readonly path: string } & (
  | { readonly kind: 'added'; readonly after: RawDocument }
  | { readonly kind: 'removed'; readonly before: RawDocument }
  | { readonly kind: 'changed'; readonly before: RawDocument; readonly after: RawDocument }
);

/** How the documents of snapshot `b` differ from those of `a`, in order, one document of each in memory. */
export async function* diffSnapshots(
  store: SnapshotStore,
  a: string,
  b: string,
  collections?: readonly string[],
): AsyncGenerator<DocumentChange> {
  const before = await readManifest(store, a);
  const after = await readManifest(store, b);
  const names = [...before.manifest.collections, ...after.manifest.collections].map((each) => each.name);
  for (const name of collections ?? [...new Set(names)].sort()) {
    yield* diffReaders(name, await openOrEmpty(store, before, name), await openOrEmpty(store, after, name));
  }
}

async function openOrEmpty(store: SnapshotStore, stored: StoredManifest, name: string): Promise<MergedReader> {
  const isThere = stored.manifest.collections.some((each) => each.name === name);
  return isThere ? openCollection(store, stored, name) : MergedReader.open(store, undefined, name, []);
}

async function* diffReaders(
  collection: string,
  left: MergedReader,
  right: MergedReader,
): AsyncGenerator<DocumentChange> {
  while (!left.isAtEnd || !right.isAtEnd) {
    const order = compareReaders(left, right);
    if (order < 0) {
      const before = currentDocument(left, collection);
      yield { kind: 'removed', collection, path: before.path, before };
    } else if (order > 0) {
      const after = currentDocument(right, collection);
      yield { kind: 'added', collection, path: after.path, after };
    } else if (!hasSameBody(left, right)) {
      const after = currentDocument(right, collection);
      yield { kind: 'changed', collection, path: after.path, before: currentDocument(left, collection), after };
    }
    for (const reader of order < 0 ? [left] : order > 0 ? [right] : [left, right]) {
      const moved = reader.next();
      if (typeof moved !== 'boolean') await moved;
    }
  }
}

function compareReaders(left: MergedReader, right: MergedReader): number {
  if (left.isAtEnd) return 1;
  if (right.isAtEnd) return -1;
  return left.compareKey(right.keyBytes, right.keyStart, right.keyEnd);
}

function hasSameBody(left: MergedReader, right: MergedReader): boolean {
  const { bodyBytes, bodyStart, bodyEnd } = right;
  return left.bodyBytes.compare(bodyBytes, bodyStart, bodyEnd, left.bodyStart, left.bodyEnd) === 0;
}

import { mkdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MemoryPort, RawDocument } from '../../../shared/ports/memory.ts';
import { exportJsonLines, type Manifest, type SnapshotStore, SourceError } from '../../../shared/snapshots/index.ts';
import { exportCollection } from '../../../shared/snapshots/record-files.ts';

export interface RestoredFile {
  readonly collection: string;
  readonly documents: number;
  readonly file: string;
  /** `records`: the collection holds what plain JSON cannot say, so it is written as the snapshot stores it. */
  readonly format: 'ndjson' | 'records';
}

type Tell = (collection: string, documents: number, of: number) => void;

/** Every collection as a file of the folder, compared with the digest of its capture. */
export async function restoreIntoFolder(
  store: SnapshotStore,
  manifest: Manifest,
  folder: string,
  tell: Tell,
  format: 'ndjson' | 'records' = 'ndjson',
): Promise<RestoredFile[]> {
  mkdirSync(folder, { recursive: true });
  const files: RestoredFile[] = [];
  for (const { name, documents } of manifest.collections) {
    const asRecords = async (): Promise<RestoredFile> => {
      const file = join(folder, `${name}.records`);
      const blocks = exportCollection(store, manifest.id, name, (done) => tell(name, done, documents));
      await writeFile(file, blocks);
      return { collection: name, documents, file, format: 'records' };
    };
    if (format === 'records') {
      files.push(await asRecords());
      continue;
    }
    const file = join(folder, `${name}.ndjson`);
    try {
      const lines = exportJsonLines(store, manifest.id, name, (done) => tell(name, done, documents));
      await writeFile(file, lines);
      files.push({ collection: name, documents, file, format: 'ndjson' });
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      rmSync(file, { force: true });
      files.push(await asRecords());
    }
  }
  return files;
}

/** One collection of a snapshot into a collection of the memory, under another name if one is given. */
export function renamed(memory: MemoryPort, to: string): MemoryPort {
  return {
    capture: (collection, options) => memory.capture(collection, options),
    restore: (collection, documents) => memory.restore(to, rename(collection, to, documents)),
  };
}

async function* rename(from: string, to: string, documents: AsyncIterable<RawDocument>): AsyncGenerator<RawDocument> {
  for await (const document of documents) yield { ...document, path: `${to}${document.path.slice(from.length)}` };
}

import type { CaptureOptions, MemoryPort, RawDocument, RawFields } from '../../../shared/ports/memory.ts';
import { comparePaths } from '../../../shared/snapshots/compare-names.ts';
import { encodeFields } from '../../../shared/snapshots/encode-fields.ts';

/** Documents in memory. */
export class MemorySource implements MemoryPort {
  readonly documents = new Map<string, RawDocument>();

  set(path: string, fields: RawFields, times: Pick<RawDocument, 'createTime' | 'updateTime'> = {}): void {
    this.documents.set(path, { path, fields: encodeFields(fields, path), ...times });
  }

  paths(collection: string): string[] {
    return [...this.documents.keys()].filter((path) => path.startsWith(`${collection}/`)).sort(comparePaths);
  }

  async *capture(collection: string, options: CaptureOptions): AsyncIterable<RawDocument> {
    for (const path of this.paths(collection)) {
      if (options.after !== undefined && comparePaths(path, options.after) <= 0) continue;
      yield this.documents.get(path) as RawDocument;
    }
  }

  async restore(collection: string, documents: AsyncIterable<RawDocument>): Promise<void> {
    for await (const document of documents) {
      if (!document.path.startsWith(`${collection}/`)) throw new Error(`${document.path} is not of ${collection}`);
      this.documents.set(document.path, document);
    }
  }

  copy(): MemorySource {
    const twin = new MemorySource();
    for (const [path, document] of this.documents) twin.documents.set(path, document);
    return twin;
  }
}

/** What both hold, comparable by `deepEqual`. */
export function contents(source: MemorySource): [string, string, unknown, unknown][] {
  return [...source.documents.values()]
    .sort((a, b) => comparePaths(a.path, b.path))
    .map((each) => [each.path, Buffer.from(each.fields).toString('hex'), each.createTime, each.updateTime]);
}

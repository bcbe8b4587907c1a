/** A process of its own for one size, so that its processor time and memory are its own: node curve-documents.ts DOCUMENTS */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureOptions, MemoryPort, RawDocument } from '../../shared/ports/memory.ts';
import { createSnapshot } from '../../shared/snapshots/create-snapshot.ts';
import { encodeFields } from '../../shared/snapshots/encode-fields.ts';
import { FolderObjects } from '../snapshots/support/folder-objects.ts';

const size = Number(process.argv[2]);
const AT = '2026-11-24T12:00:00.000Z';
const KEY = Buffer.alloc(32, 7);
const SEEN = ['hemp gummies', 'tinctures', 'flower', 'topicals', 'pre-rolls', 'seeds'];

/** Documents of some 300 bytes that share words and differ in numbers, in the order of their names; none is kept. */
class MadeDocuments implements MemoryPort {
  async *capture(collection: string, { after = '' }: CaptureOptions): AsyncIterable<RawDocument> {
    for (let number = 0; number < size; number += 1) {
      const path = `${collection}/${String(number).padStart(9, '0')}`;
      if (path <= `${collection}/${after}`) continue;
      const mixed = Math.imul(number, 2_654_435_761) >>> 0;
      yield {
        path,
        fields: encodeFields({
          session: { stringValue: mixed.toString(36).repeat(4) },
          seen: { arrayValue: { values: [0, 3, 7].map((by) => ({ stringValue: SEEN[(mixed + by) % 6] ?? '' })) } },
          amount: { doubleValue: (mixed % 100_000) / 100 },
          visits: { integerValue: String(mixed % 977) },
          at: { timestampValue: { seconds: String(1_764_000_000 + number), nanos: 0 } },
          note: { stringValue: `customer ${number} asked about ${SEEN[mixed % 6]}, and was told what the label says` },
        }),
      };
    }
  }

  restore(): Promise<void> {
    throw new Error('nothing is restored here');
  }
}

const folder = mkdtempSync(join(tmpdir(), 'highnoon-curve-'));
const started = process.cpuUsage();
await createSnapshot({
  objects: new FolderObjects(folder),
  bucketUri: 'gs://snapshots',
  keyFor: async () => KEY,
  source: new MadeDocuments(),
  collections: [{ name: 'behavior_events', pii: true }],
  at: AT,
  now: AT,
  budget: () => true,
  onCursor: async () => {},
  encryption: { reference: 'bench', key: KEY },
});
const { user, system } = process.cpuUsage(started);
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, peakMiB: process.resourceUsage().maxRSS / 1024 }));
rmSync(join(folder), { recursive: true });

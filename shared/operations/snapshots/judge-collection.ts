import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { fails, type Observation, unknown } from '../../domain/finding.ts';
import { type Instant, instant } from '../../domain/time.ts';
import type { RawTimestamp } from '../../ports/memory.ts';
import { readSnapshot, type SnapshotStore } from '../../snapshots/index.ts';
import { judgeRecord } from './record-schemas.ts';

/** What the records of one collection of a snapshot are like. */
export interface CollectionTally {
  documents: number;
  differing: number;
  newestAt: Instant | null;
  /** How often each problem occurs, in the words of `judgeRecord`. */
  readonly problems: Map<string, number>;
  readonly unknownVersions: Map<string, number>;
  readonly examples: string[];
}

const MOST_EXAMPLES = 20;

/** Reads every record once: is it of its schema, and when was the newest one written? `nameOf` names records of people. */
export async function judgeCollection(
  store: SnapshotStore,
  id: string,
  collection: MemoryCollection,
  nameOf: (path: string) => string,
): Promise<CollectionTally> {
  const tally: CollectionTally = {
    documents: 0,
    differing: 0,
    newestAt: null,
    problems: new Map(),
    unknownVersions: new Map(),
    examples: [],
  };
  let newest = Number.NEGATIVE_INFINITY;
  for await (const { path, fields, updateTime } of readSnapshot(store, id, collection.collection)) {
    tally.documents++;
    if (updateTime !== undefined) newest = Math.max(newest, msOf(updateTime));
    // What lies below a record has a form of its own, which no schema names.
    if (path.indexOf('/', collection.collection.length + 1) !== -1) continue;
    const answer = judgeRecord(fields, collection.schema);
    if (answer.kind === 'fits') continue;
    if (answer.kind === 'unknown-version') raise(tally.unknownVersions, answer.version);
    else {
      tally.differing++;
      raise(tally.problems, `${answer.version} ${answer.problem}`);
      if (tally.examples.length < MOST_EXAMPLES) tally.examples.push(exampleOf(collection, path, nameOf));
    }
  }
  if (Number.isFinite(newest)) tally.newestAt = instant(newest);
  return tally;
}

const msOf = ({ seconds, nanos }: RawTimestamp): number => Number(seconds) * 1000 + Math.floor(nanos / 1_000_000);

const raise = (counts: Map<string, number>, name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);

const exampleOf = ({ collection, pii }: MemoryCollection, path: string, nameOf: (path: string) => string): string =>
  pii ? nameOf(path) : path.slice(collection.length + 1, collection.length + 121);

export function schemaFindings(tally: CollectionTally, { collection, schema }: MemoryCollection): Observation[] {
  const subject = `memory/${collection}`;
  const findings: Observation[] = [];
  if (tally.differing > 0) {
    const problems = [...tally.problems].sort((a, b) => b[1] - a[1]).slice(0, 5);
    findings.push(
      fails({
        code: 'schema-violated',
        subject,
        message: `${tally.differing} of ${tally.documents} records do not fit: ${problems.map(([what, count]) => `${what} (${count})`).join(', ')}`,
        remedy: 'mend what writes these records, or give them a schema version that says what they are',
        facts: { records: tally.examples },
      }),
    );
  }
  for (const [version, count] of tally.unknownVersions) {
    findings.push(
      unknown({
        code: 'unknown-schema',
        subject,
        soft: true,
        message: `${count} of ${tally.documents} records are of ${version}, which nothing is known of (configured: ${schema})`,
        remedy: `describe ${version} in shared/operations/snapshots/record-schemas.ts, or name a known version`,
      }),
    );
  }
  return findings;
}

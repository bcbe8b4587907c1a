import { createHmac } from 'node:crypto';
import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { type Evidence, fails, type Observation, result, unknown } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { type Instant, instant } from '../../domain/time.ts';
import type { RawTimestamp } from '../../ports/memory.ts';
import { decodeFields, plainFields, readManifest, readSnapshot } from '../../snapshots/index.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { nothingConfigured } from '../support/nothing-configured.ts';
import { explainFault } from './explain-damage.ts';
import { noSnapshot, snapshotToCheck } from './look-at-snapshot.ts';
import { judgeRecord } from './record-schemas.ts';
import { snapshotCollections } from './seal-snapshot.ts';
import { storeOf } from './snapshot-store.ts';

type Context = ContextOf<'objects' | 'keys'>;

export const validateSchema = defineOperation({
  name: 'validate-schema',
  claim: 'every record of the snapshot fits its schema version',
  kind: 'check',
  failure: 'hard',
  needs: ['objects', 'keys'],
  timeoutSeconds: 240,
  async run(context) {
    if (context.configuration.memory.length === 0) return nothingConfigured(context, 'memory');
    const id = await snapshotToCheck(context);
    if (id === undefined) return result([noSnapshot('records')], []);
    const store = storeOf(context);
    const present = new Set((await readManifest(store, id)).manifest.collections.map(({ name }) => name));
    const findings: Observation[] = [];
    const evidence: Evidence[] = [];
    const seen: Record<string, Json> = {};
    for (const collection of snapshotCollections(context.configuration.memory)) {
      const { collection: name } = collection;
      if (!present.has(name)) {
        findings.push(notInSnapshot(name, id));
        continue;
      }
      try {
        const tally = await judgeCollection(context, id, collection);
        findings.push(...findingsFor(tally, collection));
        const { documents, newestAt, differing } = tally;
        seen[name] = { documents, newestAt };
        const request = `every record of ${name} in snapshot ${id} against ${collection.schema}`;
        const value = { documents, differing, newestAt };
        evidence.push({ subject: `memory/${name}`, request, observedAt: context.now(), value });
      } catch (error) {
        findings.push(explainFault(error, `memory/${name}`, 'its records cannot be read', collection.pii));
      }
    }
    return { ...result(findings, evidence), output: { checked: id, collections: seen } };
  },
});

const notInSnapshot = (name: string, id: string): Observation =>
  unknown({
    code: 'not-captured',
    subject: `memory/${name}`,
    message: `snapshot ${id} has no collection ${name}`,
    remedy: 'the next snapshot has it, if it is in the configuration by then',
  });

interface Tally {
  documents: number;
  differing: number;
  newestAt: Instant | null;
  /** How often each problem occurs, in the words of `judgeRecord`. */
  readonly problems: Map<string, number>;
  readonly unknownVersions: Map<string, number>;
  readonly examples: string[];
}

const MOST_EXAMPLES = 20;

async function judgeCollection(context: Context, id: string, collection: MemoryCollection): Promise<Tally> {
  const tally: Tally = {
    documents: 0,
    differing: 0,
    newestAt: null,
    problems: new Map(),
    unknownVersions: new Map(),
    examples: [],
  };
  let newest = Number.NEGATIVE_INFINITY;
  for await (const { path, fields, updateTime } of readSnapshot(storeOf(context), id, collection.collection)) {
    tally.documents++;
    if (updateTime !== undefined) newest = Math.max(newest, msOf(updateTime));
    // What lies below a record has a form of its own, which no schema names.
    if (path.indexOf('/', collection.collection.length + 1) !== -1) continue;
    const answer = judgeRecord(plainFields(decodeFields(fields)), collection.schema);
    if (answer.kind === 'fits') continue;
    if (answer.kind === 'unknown-version') raise(tally.unknownVersions, answer.version);
    else {
      tally.differing++;
      raise(tally.problems, `${answer.version} ${answer.problem}`);
      if (tally.examples.length < MOST_EXAMPLES) tally.examples.push(nameOf(context, collection, path));
    }
  }
  if (Number.isFinite(newest)) tally.newestAt = instant(newest);
  return tally;
}

const msOf = ({ seconds, nanos }: RawTimestamp): number => Number(seconds) * 1000 + Math.floor(nanos / 1_000_000);

const raise = (counts: Map<string, number>, name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);

/** Records of people are named by a keyed hash. */
function nameOf(context: Context, { collection, pii }: MemoryCollection, path: string): string {
  const id = path.slice(collection.length + 1);
  if (!pii) return id.slice(0, 120);
  const key = context.environment.HIGHNOON_PII_KEY ?? `highnoon ${context.pins.configuration}`;
  return `hmac:${createHmac('sha256', key).update(path).digest('hex').slice(0, 24)}`;
}

function findingsFor(tally: Tally, { collection, schema }: MemoryCollection): Observation[] {
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

import { PortError } from '../../domain/errors.ts';
import type { EvidenceRecord } from '../../ports/evidence.ts';
import type { RawFields, RawValue } from '../../ports/memory.ts';
import type { CollectionReader } from '../evidence/index.ts';
import { lazily } from './call.ts';
import { type Asked, grpcFault } from './errors.ts';
import { connectFirestore, type FirestoreCalls } from './firestore-client.ts';
import { lastSegment, toInstant } from './values.ts';

interface Wire {
  readonly name: string;
  readonly fields?: RawFields | null;
}
type RunQuery = Parameters<FirestoreCalls['client']['runQuery']>[0];

/** Streams end after about a minute in production: this many documents come long before that. */
const PAGE = 1000;
const PAGE_TIMEOUT_MS = 60_000;

/** Whole collections of Firestore, in the order of their ids, as plain records with the id as `_id`. */
export function firestoreCollections(options: {
  readonly projectId: string;
  readonly databaseId: string;
  readonly emulatorHost?: string | undefined;
}): CollectionReader {
  const calls = lazily(() => connectFirestore(options.emulatorHost));
  const parent = `projects/${options.projectId}/databases/${options.databaseId}/documents`;

  async function page(collection: string, after: string | undefined, signal: AbortSignal | undefined): Promise<Wire[]> {
    const asked: Asked = { port: 'evidence', what: `firestore:${collection}`, needs: 'datastore.entities.list' };
    const stopped = () => new PortError('evidence', 'deadline-exceeded', `${asked.what}: the caller stopped waiting`);
    if (signal?.aborted) throw stopped();
    const { client, options: call } = await calls();
    const structuredQuery = {
      from: [{ collectionId: collection }],
      orderBy: [{ field: { fieldPath: '__name__' }, direction: 'ASCENDING' }],
      limit: { value: PAGE },
      ...(after === undefined ? {} : { startAt: { values: [{ referenceValue: after }], before: false } }),
    };
    const stream = client.runQuery({ parent, structuredQuery } as unknown as RunQuery, {
      ...call,
      timeout: PAGE_TIMEOUT_MS,
    });
    const onAbort = () => stream.destroy(stopped());
    signal?.addEventListener('abort', onAbort, { once: true });
    const found: Wire[] = [];
    try {
      for await (const { document } of stream as AsyncIterable<{ document?: Wire | null }>)
        if (document) found.push(document);
    } catch (error) {
      throw grpcFault(error, asked);
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    return found;
  }

  return {
    async open(collection, { signal }) {
      // Asked for at once, so that a missing permission is told before anything is judged.
      let batch = await page(collection, undefined, signal);
      async function* records(): AsyncIterable<EvidenceRecord> {
        for (;;) {
          for (const { name, fields } of batch) yield { _id: lastSegment(name), ...recordOf(fields ?? {}) };
          const last = batch.at(-1);
          if (last === undefined || batch.length < PAGE) return;
          batch = await page(collection, last.name, signal);
        }
      }
      // Nothing says when a collection was last written as a whole: it is as of now.
      return { updatedAt: null, records: records() };
    },
  };
}

const recordOf = (fields: RawFields): EvidenceRecord =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));

/** As a person would write it in JSON: times in RFC 3339, bytes in base64, numbers that do not fit as their digits. */
function plain(value: RawValue): unknown {
  if ('stringValue' in value && typeof value.stringValue === 'string') return value.stringValue;
  if ('booleanValue' in value && typeof value.booleanValue === 'boolean') return value.booleanValue;
  if ('integerValue' in value && value.integerValue !== null && value.integerValue !== undefined) {
    const number = Number(value.integerValue);
    return Number.isSafeInteger(number) ? number : String(value.integerValue);
  }
  if ('doubleValue' in value && typeof value.doubleValue === 'number') return value.doubleValue;
  if ('timestampValue' in value && value.timestampValue) return toInstant(value.timestampValue);
  if ('mapValue' in value && value.mapValue) return recordOf(value.mapValue.fields ?? {});
  if ('arrayValue' in value && value.arrayValue) return (value.arrayValue.values ?? []).map(plain);
  if ('referenceValue' in value && value.referenceValue) return value.referenceValue.replace(/^.*?\/documents\//, '');
  if ('geoPointValue' in value && value.geoPointValue) return { ...value.geoPointValue };
  if ('bytesValue' in value && value.bytesValue) return Buffer.from(value.bytesValue).toString('base64');
  return null;
}

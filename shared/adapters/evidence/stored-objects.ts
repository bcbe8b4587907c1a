import { PortError } from '../../domain/errors.ts';
import { parseInstant } from '../../domain/time.ts';
import type { EvidenceRecord, EvidenceSet } from '../../ports/evidence.ts';
import type { ObjectInfo, ObjectsPort } from '../../ports/objects.ts';
import { decodeRecords, type Format } from './decode.ts';
import { RunningDigest } from './set.ts';

type Objects = Pick<ObjectsPort, 'stat' | 'list' | 'read'>;

/** Objects of one folder that are one evidence; more are another kind of store. */
const MOST_OBJECTS = 10_000;

/** Evidence in an object, or in all objects below an address that ends in `/`. Throws `not-found` when there is none. */
export async function objectSet(
  objects: Objects,
  uri: string,
  format: Format,
  signal: AbortSignal | undefined,
): Promise<EvidenceSet> {
  const found = await infosOf(objects, uri);
  const running = new RunningDigest();
  async function* records(): AsyncIterable<EvidenceRecord> {
    for (const info of found) yield* decodeRecords(format, info.uri, bytesOf(objects, info, running, signal));
    running.end();
  }
  const times = found.map(({ updatedAt }) => parseInstant(updatedAt) ?? updatedAt).sort();
  const [only] = found;
  const request =
    found.length === 1 && only !== undefined
      ? `${only.uri} generation ${only.generation}`
      : `${uri}: ${found.length} objects`;
  return { updatedAt: times.at(-1) ?? null, request, records: records(), digest: () => running.value() };
}

async function infosOf(objects: Objects, uri: string): Promise<readonly ObjectInfo[]> {
  const isFolder = uri.endsWith('/') || /^gs:\/\/[^/]+$/.test(uri);
  const found: ObjectInfo[] = [];
  if (isFolder) {
    for await (const info of objects.list(uri)) {
      if (found.push(info) > MOST_OBJECTS)
        throw new PortError('evidence', 'too-large', `${uri} has more than ${MOST_OBJECTS} objects`);
    }
  } else {
    const info = await objects.stat(uri);
    if (info !== undefined) found.push(info);
  }
  if (found.length === 0) throw new PortError('evidence', 'not-found', `there is no object ${uri}`);
  return found;
}

/** Exactly the generation that was listed: evidence that is replaced while it is read is no evidence. */
async function* bytesOf(
  objects: Objects,
  { uri, generation }: ObjectInfo,
  running: RunningDigest,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of objects.read(uri, { generation, ...(signal === undefined ? {} : { signal }) })) {
    running.add(chunk);
    yield chunk;
  }
}

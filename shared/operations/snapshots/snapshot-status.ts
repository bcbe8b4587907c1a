import { PortError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { ObjectInfo } from '../../ports/objects.ts';
import { listSnapshotIds, type SnapshotStore } from '../../snapshots/index.ts';

/** `captured`: complete, and not (yet) found good. `valid`: its bytes, schema and age were checked; only these count for retention. */
export type SnapshotState = 'captured' | 'valid';

export interface SnapshotStatus {
  readonly id: string;
  /** The moment that it shows. */
  readonly at: Instant;
  readonly state: SnapshotState;
  /** Held by a person for a legal reason: never removed, never archived away. */
  readonly isHeld: boolean;
  readonly archived: boolean;
  /** What `keep_tags` of the retention looks at. */
  readonly tags: readonly string[];
}

/** As it is stored: what a person sees of the judgement, beside what lists need, which stands in the metadata. */
export interface StatusRecord {
  readonly id: string;
  readonly at: Instant;
  readonly state: SnapshotState;
  readonly judgedAt: Instant;
  readonly by: string;
  readonly detail: Json;
}

const statusPrefix = (bucketUri: string): string => `${bucketUri}/status/`;
export const statusUri = (bucketUri: string, id: string): string => `${statusPrefix(bucketUri)}${id}.json`;

/** `20261124T060000Z` and what may follow it, as the instant; the id itself says the moment. */
export function instantOfId(id: string): Instant {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:-(\d{3})Z|Z)/.exec(id);
  if (match === null) throw new PortError('snapshots', 'invalid', `'${id}' does not begin with an instant`);
  const [, year, month, day, hour, minute, second, ms = '000'] = match;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
}

/** All snapshots that have a manifest, newest first. */
export async function listStatuses(store: SnapshotStore): Promise<SnapshotStatus[]> {
  const known = new Map<string, ObjectInfo>();
  for await (const info of store.objects.list(statusPrefix(store.bucketUri)))
    known.set(info.uri.slice(statusPrefix(store.bucketUri).length).replace(/\.json$/, ''), info);
  const ids = await listSnapshotIds(store);
  return ids
    .map((id) => statusFrom(id, known.get(id)))
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? 1 : -1));
}

function statusFrom(id: string, info: ObjectInfo | undefined): SnapshotStatus {
  const metadata = info?.metadata ?? {};
  return {
    id,
    at: instantOfId(id),
    state: metadata.state === 'valid' ? 'valid' : 'captured',
    tags: metadata.tags === undefined || metadata.tags === '' ? [] : metadata.tags.split(','),
    isHeld: metadata.hold === 'true',
    archived: metadata.archived === 'true',
  };
}

/** The newest snapshot whose checks all passed, among those before `id` if one is given. */
export const newestValid = (statuses: readonly SnapshotStatus[], before?: string): SnapshotStatus | undefined =>
  statuses.find(({ id, state }) => state === 'valid' && id !== before);

export interface Marks {
  readonly hold?: boolean;
  readonly archived?: boolean;
  readonly tags?: readonly string[];
}

/** Stores a judgement; a hold and an archive mark that stand there stay. Idempotent. */
export async function writeStatus(store: SnapshotStore, record: StatusRecord, marks: Marks = {}): Promise<ObjectInfo> {
  const uri = statusUri(store.bucketUri, record.id);
  const found = await store.objects.stat(uri);
  const before = found?.metadata ?? {};
  const metadata = {
    ...before,
    state: record.state,
    ...(marks.hold === undefined ? {} : { hold: String(marks.hold) }),
    ...(marks.archived === undefined ? {} : { archived: String(marks.archived) }),
    ...(marks.tags === undefined ? {} : { tags: marks.tags.join(',') }),
  };
  return store.objects.write(uri, Buffer.from(`${JSON.stringify(record)}\n`), {
    when: found === undefined ? 'absent' : { generation: found.generation },
    contentType: 'application/json',
    metadata,
  });
}

export async function readStatus(store: SnapshotStore, id: string): Promise<StatusRecord | undefined> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of store.objects.read(statusUri(store.bucketUri, id))) parts.push(part);
  } catch (error) {
    if (error instanceof PortError && error.code === 'not-found') return undefined;
    throw error;
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as StatusRecord;
}

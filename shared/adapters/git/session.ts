import type { CallOptions, GitObject, ObjectId, Repository } from '../../ports/repositories.ts';
import { gitError } from './failure.ts';
import { isObjectId } from './objects.ts';
import { beginCall, type Call, type Transport } from './transport.ts';
import { type Fetched, type FetchRequest, fetchObjects, openSource, type Source } from './upload-pack.ts';

/** What one repository may keep in memory between calls, in bytes. */
const CACHE_BYTES = 16 * 1024 * 1024;
/** Commits and folders of one commit, or one file: far above any real answer, far below a function's memory. */
export const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/**
 * What is known of one repository while its description is in use. Objects never change under their id, so keeping
 * them needs no expiry; they go with the `Repository` object that the caller drops.
 */
export interface Session {
  readonly transport: Transport;
  readonly repository: Repository;
  readonly kept: ObjectCache;
  source?: Source;
}

export class ObjectCache {
  readonly #objects = new Map<ObjectId, GitObject>();
  #bytes = 0;

  get(id: ObjectId): GitObject | undefined {
    const object = this.#objects.get(id);
    if (object !== undefined) {
      this.#objects.delete(id);
      this.#objects.set(id, object);
    }
    return object;
  }

  /** Drops what was used longest ago; an object that would take a quarter of the room is not kept at all. */
  keep(object: GitObject): void {
    if (object.data.length > CACHE_BYTES / 4 || this.#objects.has(object.id)) return;
    this.#objects.set(object.id, object);
    this.#bytes += object.data.length;
    for (const [id, oldest] of this.#objects) {
      if (this.#bytes <= CACHE_BYTES) break;
      this.#objects.delete(id);
      this.#bytes -= oldest.data.length;
    }
  }
}

/** One session for each `Repository` object. */
export function sessions(transport: Transport): (repository: Repository) => Session {
  const open = new WeakMap<Repository, Session>();
  return (repository) => {
    const known = open.get(repository) ?? { transport, repository, kept: new ObjectCache() };
    open.set(repository, known);
    return known;
  };
}

export const begin = (session: Session, options?: CallOptions): Call => beginCall(session.transport, options);

export async function fetchInto(session: Session, call: Call, request: FetchRequest): Promise<Fetched> {
  for (const id of request.wants) assertId(session.repository, id);
  session.source ??= await openSource(session.transport, session.repository, call);
  const fetched = await fetchObjects(session.source, call, request);
  for (const object of fetched.objects.values()) session.kept.keep(object);
  return fetched;
}

export function assertId(repository: Repository, id: ObjectId): void {
  if (!isObjectId(id))
    throw gitError(
      repository,
      'invalid',
      `an object id is 40 lower-case hexadecimal digits, not ${JSON.stringify(id)}`,
    );
}

import type { GitObject, ObjectId, Repository } from '../../ports/repositories.ts';
import { malformed, readCapabilities } from './advertisement.ts';
import { gitError, quote } from './failure.ts';
import { PackTooLargeError, readPack } from './pack.ts';
import { DELIMITER, decodePackets, encodeLine, FLUSH, splitBands, textOf } from './pkt-line.ts';
import { type Call, send, type Transport } from './transport.ts';

/** A server with protocol version 2, as far as fetching from it goes. */
export interface Source {
  readonly transport: Transport;
  readonly repository: Repository;
  /** Filters leave out what is not asked for; without them every fetch brings whole trees and files. */
  readonly filters: boolean;
  readonly says: ReadonlyMap<string, string>;
}

export interface FetchRequest {
  readonly wants: readonly ObjectId[];
  /** Commits per line of ancestry; absent for single objects. */
  readonly depth?: number;
  /** What was received already, so that only the difference is sent. */
  readonly haves?: readonly ObjectId[];
  readonly shallow?: readonly ObjectId[];
  /** `tree:0`: commits only. `tree:N`: folders above level N too. `blob:none`: everything but files. */
  readonly filter?: string;
  /** For the bytes received; objects may inflate to four times this. */
  readonly maxBytes: number;
}

export interface Fetched {
  readonly objects: ReadonlyMap<ObjectId, GitObject>;
  readonly shallow: readonly ObjectId[];
  readonly unshallow: readonly ObjectId[];
  readonly bytes: number;
}

/** Text compresses about fourfold, and 32 MiB received may then take a quarter of an instance's 512 MiB. */
const INFLATION = 4;

export async function openSource(transport: Transport, repository: Repository, call: Call): Promise<Source> {
  const says = await readCapabilities(transport, repository, call);
  const features = says.get('fetch')?.split(' ') ?? [];
  if (!features.includes('shallow')) {
    throw gitError(repository, 'unsupported', 'the server cannot send a part of the history (no shallow fetch)');
  }
  return { transport, repository, says, filters: features.includes('filter') };
}

/** Throws `not-found` when the server will not hand out what is wanted. */
export async function fetchObjects(source: Source, call: Call, request: FetchRequest): Promise<Fetched> {
  const { transport, repository } = source;
  const body = writeRequest(source, request);
  const answer = await send(transport, repository, call, {
    service: 'git-upload-pack',
    version: 2,
    body,
    maxBytes: request.maxBytes,
  });
  const refused = (said: string) =>
    // Version 2 has one way to say no, and the wanted ids are the only thing in this request that may be wrong.
    gitError(
      repository,
      'not-found',
      `${request.wants.join(' ')} cannot be fetched; the server says: ${quote(said, answer.secrets)}`,
    );
  const shallow: ObjectId[] = [];
  const unshallow: ObjectId[] = [];
  const { data, error: broken } = malformed(repository, () => {
    const packets = decodePackets(answer.body);
    for (let next = packets.next(); !next.done; next = packets.next()) {
      const line = next.value.kind === 'data' ? textOf(next.value.payload) : '';
      if (line.startsWith('ERR ')) throw refused(line.slice(4));
      if (line.startsWith('shallow ')) shallow.push(line.slice(8));
      if (line.startsWith('unshallow ')) unshallow.push(line.slice(10));
      if (line === 'packfile') return splitBands(packets);
    }
    throw new SyntaxError('it holds no pack');
  });
  if (broken !== undefined)
    throw gitError(repository, 'unavailable', `the server broke off: ${quote(broken, answer.secrets)}`);
  try {
    const objects = malformed(repository, () => readPack(data, request.maxBytes * INFLATION));
    return { objects, shallow, unshallow, bytes: answer.body.length };
  } catch (error) {
    if (error instanceof PackTooLargeError) throw gitError(repository, 'too-large', error.message, error);
    throw error;
  }
}

function writeRequest(source: Source, request: FetchRequest): Buffer {
  const { says, filters } = source;
  const lines = (texts: readonly (string | false)[]) =>
    texts.filter((text) => text !== false).map((text) => encodeLine(`${text}\n`));
  return Buffer.concat([
    ...lines([
      'command=fetch',
      says.has('agent') && 'agent=high-noon',
      says.has('object-format') && 'object-format=sha1',
    ]),
    DELIMITER,
    ...lines(['ofs-delta', 'no-progress']),
    ...lines((request.shallow ?? []).map((id) => `shallow ${id}`)),
    ...lines([request.depth !== undefined && `deepen ${request.depth}`]),
    ...lines([filters && request.filter !== undefined && `filter ${request.filter}`]),
    ...lines(request.wants.map((id) => `want ${id}`)),
    ...lines((request.haves ?? []).map((id) => `have ${id}`)),
    ...lines(['done']),
    FLUSH,
  ]);
}

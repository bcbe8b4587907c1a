import type { ObjectId, RefListing, Repository } from '../../ports/repositories.ts';
import { gitError, quote } from './failure.ts';
import { isObjectId, ZERO_ID } from './objects.ts';
import { decodePackets, textOf } from './pkt-line.ts';
import { type Call, send, type Transport } from './transport.ts';

/** A repository with 100,000 refs stays below 8 MB. */
const LARGEST_ADVERTISEMENT = 16 * 1024 * 1024;
const PEELED = '^{}';

/** Refs as protocol version 0 advertises them: all of them, with the capabilities behind the first. */
export async function advertisedRefs(
  transport: Transport,
  repository: Repository,
  call: Call,
  direction: 'read' | 'push',
): Promise<RefListing> {
  const service = direction === 'read' ? 'git-upload-pack' : 'git-receive-pack';
  const { body, secrets } = await send(transport, repository, call, { service, maxBytes: LARGEST_ADVERTISEMENT });
  return malformed(repository, () => parseRefs(lines(body, service), repository, secrets));
}

/** What the reading side can do in version 2: command or feature name to its arguments. */
export async function readCapabilities(
  transport: Transport,
  repository: Repository,
  call: Call,
): Promise<ReadonlyMap<string, string>> {
  const service = 'git-upload-pack';
  const { body, secrets } = await send(transport, repository, call, {
    service,
    version: 2,
    maxBytes: LARGEST_ADVERTISEMENT,
  });
  const [version, ...rest] = malformed(repository, () => lines(body, service));
  if (version?.startsWith('ERR '))
    throw gitError(repository, 'invalid', `the server says: ${quote(version.slice(4), secrets)}`);
  if (version !== 'version 2')
    throw gitError(repository, 'unsupported', 'the server does not speak version 2 of the git protocol');
  const capabilities = new Map(
    rest.map((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  assertSha1(repository, capabilities.get('object-format'));
  return capabilities;
}

function lines(body: Buffer, service: string): string[] {
  const all: string[] = [];
  for (const packet of decodePackets(body)) if (packet.kind === 'data') all.push(textOf(packet.payload));
  return all[0] === `# service=${service}` ? all.slice(1) : all;
}

function parseRefs(all: readonly string[], repository: Repository, secrets: readonly string[]): RefListing {
  const refs = new Map<string, ObjectId>();
  const peeled = new Map<string, ObjectId>();
  const [first = '', ...rest] = all;
  if (first.startsWith('ERR '))
    throw gitError(repository, 'invalid', `the server says: ${quote(first.slice(4), secrets)}`);
  const nul = first.indexOf('\0');
  const words =
    nul < 0
      ? []
      : first
          .slice(nul + 1)
          .split(' ')
          .filter(Boolean);
  let detached: ObjectId | undefined;
  for (const line of [nul < 0 ? first : first.slice(0, nul), ...rest]) {
    if (line === '' || line.startsWith('shallow ')) continue;
    const id = line.slice(0, 40);
    const name = line.slice(41);
    if (!isObjectId(id) || line[40] !== ' ') throw new SyntaxError(`no ref in the line ${quote(line, secrets)}`);
    // An empty repository has nothing to hang its capabilities on, so it names this stand-in.
    if (id === ZERO_ID) continue;
    if (name === 'HEAD') detached = id;
    else if (name.endsWith(PEELED)) peeled.set(name.slice(0, -PEELED.length), id);
    else refs.set(name, id);
  }
  const symbolic = words.find((word) => word.startsWith('symref=HEAD:'))?.slice('symref=HEAD:'.length);
  assertSha1(repository, words.find((word) => word.startsWith('object-format='))?.slice('object-format='.length));
  const capabilities = new Set(words);
  if (symbolic === undefined || detached === undefined) return { refs, peeled, capabilities };
  return { refs, peeled, capabilities, head: { ref: symbolic, id: detached } };
}

function assertSha1(repository: Repository, format: string | undefined): void {
  if (format !== undefined && format !== 'sha1') {
    throw gitError(repository, 'unsupported', `the repository names objects by ${quote(format)}; sha1 is supported`);
  }
}

/** What a server sent and cannot be understood is its fault, not this program's. */
export function malformed<T>(repository: Repository, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxError)
      throw gitError(repository, 'invalid', `the server's answer is malformed: ${error.message}`, error);
    throw error;
  }
}

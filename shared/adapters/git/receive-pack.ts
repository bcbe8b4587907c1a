import { PortError } from '../../domain/errors.ts';
import type { GitObject, ObjectId, RefListing, RefUpdate, Repository } from '../../ports/repositories.ts';
import { advertisedRefs } from './advertisement.ts';
import { gitError, PushRefusedError, quote } from './failure.ts';
import { isObjectId, ZERO_ID } from './objects.ts';
import { writePack } from './pack.ts';
import { isRefName } from './paths.ts';
import { decodePackets, encodeLine, FLUSH, splitBands, textOf } from './pkt-line.ts';
import { type Call, send, type Transport } from './transport.ts';

/** A report names each ref once, and hooks may be talkative. */
const LARGEST_REPORT = 4 * 1024 * 1024;

export interface AtomicPush {
  readonly updates: readonly RefUpdate[];
  readonly objects: readonly GitObject[];
  /** What the server advertised to writers a moment ago; asked for when absent. */
  readonly seen?: RefListing;
}

/**
 * Moves all refs or none: one receive-pack request with the `atomic` capability (gitprotocol-pack). The server compares
 * every old id at the moment it moves the ref. Throws `PushRefusedError` when nothing moved, and `unavailable` or
 * `deadline-exceeded` when it cannot be known: then look at the refs before trying again.
 */
export async function atomicPush(
  transport: Transport,
  repository: Repository,
  call: Call,
  push: AtomicPush,
): Promise<void> {
  const { updates } = push;
  assertUpdates(repository, updates);
  const seen = push.seen ?? (await advertisedRefs(transport, repository, call, 'push'));
  assertCapable(repository, seen, updates);
  const stale = staleRefs(seen, updates);
  if (stale.length > 0) throw staleError(repository, stale);
  const bands = seen.capabilities.has('side-band-64k');
  const body = writeRequest(updates, push.objects, bands);
  const report = await sendOnce(transport, repository, call, body, bands);
  if (report.unpacked !== 'ok') {
    throw gitError(repository, 'invalid', `the server could not use the objects (${report.unpacked}); nothing moved`);
  }
  const refused = updates.flatMap(({ ref }) => {
    const reason = report.refs.get(ref);
    return reason === 'ok' ? [] : [{ ref, reason: reason ?? 'not reported' }];
  });
  if (refused.length === 0) return;
  if (refused.some(({ ref }) => !report.refs.has(ref)))
    throw gitError(repository, 'unavailable', 'the report does not name every ref that was pushed');
  // Servers word their refusals freely, so the refs themselves are asked which kind it was.
  const moved = staleRefs(await advertisedRefs(transport, repository, call, 'push'), updates);
  if (moved.length > 0) throw staleError(repository, moved);
  const said = refused.map(({ ref, reason }) => `${ref}: ${reason}`).join('; ');
  const words = report.progress === '' ? '' : `; the server says: ${report.progress}`;
  throw new PushRefusedError(
    repository,
    { kind: 'forbidden', refs: refused },
    `the server's rules forbid the push (${said}${words})`,
  );
}

function assertUpdates(repository: Repository, updates: readonly RefUpdate[]): void {
  const isId = (id: ObjectId | null) => id === null || (isObjectId(id) && id !== ZERO_ID);
  for (const { ref, expectedOld, next } of updates) {
    if (!isRefName(ref))
      throw gitError(repository, 'invalid', `${JSON.stringify(ref)} is no full ref name, such as refs/heads/main`);
    if (!isId(expectedOld) || !isId(next) || expectedOld === next) {
      throw gitError(repository, 'invalid', `${ref}: an update goes from one object id (null: absent) to another`);
    }
  }
  if (updates.length === 0 || new Set(updates.map(({ ref }) => ref)).size !== updates.length) {
    throw gitError(repository, 'invalid', 'a push moves at least one ref, and each only once');
  }
}

function assertCapable(repository: Repository, { capabilities }: RefListing, updates: readonly RefUpdate[]): void {
  const needed = ['atomic', 'report-status', ...(updates.some(({ next }) => next === null) ? ['delete-refs'] : [])];
  const missing = needed.filter((name) => !capabilities.has(name));
  if (missing.length > 0)
    throw gitError(repository, 'unsupported', `the server does not offer ${missing.join(', ')} to writers`);
}

type StaleRef = { readonly ref: string; readonly expected: ObjectId | null; readonly actual: ObjectId | null };

function staleRefs({ refs }: RefListing, updates: readonly RefUpdate[]): StaleRef[] {
  return updates
    .map(({ ref, expectedOld }) => ({ ref, expected: expectedOld, actual: refs.get(ref) ?? null }))
    .filter(({ expected, actual }) => expected !== actual);
}

function staleError(repository: Repository, refs: readonly StaleRef[]): PushRefusedError {
  const said = refs.map((r) => `${r.ref} is ${r.actual ?? 'absent'}, expected ${r.expected ?? 'absent'}`).join('; ');
  return new PushRefusedError(repository, { kind: 'stale', refs }, `nothing was pushed: ${said}`);
}

function writeRequest(updates: readonly RefUpdate[], objects: readonly GitObject[], bands: boolean): Buffer {
  const words = `report-status atomic${bands ? ' side-band-64k' : ''} agent=high-noon`;
  const commands = updates.map(({ ref, expectedOld, next }, index) =>
    encodeLine(`${expectedOld ?? ZERO_ID} ${next ?? ZERO_ID} ${ref}${index === 0 ? `\0 ${words}` : ''}`),
  );
  // A request that only deletes carries no pack; any other does, even an empty one.
  const pack = updates.every(({ next }) => next === null) ? [] : [writePack(objects)];
  return Buffer.concat([...commands, FLUSH, ...pack]);
}

interface Report {
  readonly unpacked: string;
  /** `ok`, or the server's reason. */
  readonly refs: ReadonlyMap<string, string>;
  readonly progress: string;
}

/** From here on a failure that is not the server's own refusal leaves open whether the refs moved. */
async function sendOnce(
  transport: Transport,
  repository: Repository,
  call: Call,
  body: Buffer,
  bands: boolean,
): Promise<Report> {
  try {
    const answer = await send(transport, repository, call, {
      service: 'git-receive-pack',
      body,
      maxBytes: LARGEST_REPORT,
    });
    return parseReport(answer.body, bands, (text) => quote(text, answer.secrets));
  } catch (error) {
    const malformed = error instanceof SyntaxError;
    if (malformed || (error instanceof PortError && error.code === 'too-large')) {
      throw gitError(
        repository,
        'unavailable',
        `the server's report on the push cannot be read: ${error.message}`,
        error,
      );
    }
    throw error;
  }
}

function parseReport(body: Buffer, bands: boolean, clean: (text: string) => string): Report {
  const { data, progress, error } = bands ? splitBands(decodePackets(body)) : { data: body, progress: '' };
  if (error !== undefined) throw new SyntaxError(`the server broke off: ${clean(error)}`);
  const lines = [...decodePackets(data)].flatMap((packet) => (packet.kind === 'data' ? [textOf(packet.payload)] : []));
  const [first, ...rest] = lines;
  if (!first?.startsWith('unpack ')) throw new SyntaxError('it does not begin with the result of unpacking');
  const refs = new Map<string, string>();
  for (const line of rest) {
    const [, status, ref = '', reason = ''] = /^(ok|ng) (\S+)(?: (.*))?$/.exec(line) ?? [];
    if (status !== undefined) refs.set(ref, status === 'ok' ? 'ok' : clean(reason) || 'no reason given');
  }
  return { unpacked: clean(first.slice(7)), refs, progress: clean(progress) };
}

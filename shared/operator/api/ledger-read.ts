import { PortError } from '../../domain/errors.ts';
import { type Anchor, EMPTY_HEAD, type LedgerFault, NOT_JSON } from '../../domain/ledger.ts';
import { parseInstant } from '../../domain/time.ts';
import type { Engine } from '../../engine/engine.ts';
import { paths } from '../../engine/records.ts';
import type { DocumentsPort } from '../../ports/documents.ts';

/** Of the chain while it grows; a ledger gets about thirty entries a day. */
const MOST_READS = 5;

/** A document as it lies there, whatever somebody made of it: `NOT_JSON` for bytes that are none any more. */
export async function readStored(documents: DocumentsPort, path: string): Promise<unknown> {
  try {
    return await documents.get<unknown>(path);
  } catch (error) {
    if (isNotJson(error)) return NOT_JSON;
    throw error;
  }
}

/** The head as it lies there; that of an empty ledger where there is none. */
export const readHead = async (documents: DocumentsPort): Promise<unknown> =>
  (await readStored(documents, paths.head)) ?? EMPTY_HEAD;

/** Entries and the head that they end at: while somebody writes, a head read beside them is not theirs. */
export async function readChain({ documents }: Engine): Promise<{ entries: unknown[]; head: unknown }> {
  let head = await readHead(documents);
  for (let tried = 1; ; tried++) {
    const entries = await readEntries(documents);
    const after = await readHead(documents);
    if (seqOf(after) === seqOf(head) || tried === MOST_READS) return { entries, head: after };
    head = after;
  }
}

const seqOf = (head: unknown): unknown => (head as { seq?: unknown }).seq;

/** All entries; up to the first that is no JSON any more where there is such a one, since nothing follows from it. */
async function readEntries(documents: DocumentsPort): Promise<unknown[]> {
  const all = await readUpTo(documents, undefined);
  if (all !== undefined) return all;
  // A query fails as a whole, and says of which document for people only: halving finds how far it can be read.
  let readable: unknown[] = [];
  let least = 0;
  let most = 1;
  for (let found = await readUpTo(documents, most); found !== undefined; found = await readUpTo(documents, most)) {
    // Mended meanwhile: there is no more than this.
    if (found.length < most) return found;
    readable = found;
    least = most;
    most *= 2;
  }
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    const found = await readUpTo(documents, middle);
    if (found === undefined) most = middle;
    else {
      readable = found;
      least = middle;
    }
  }
  return [...readable, NOT_JSON];
}

/** The first entries, or all; undefined when one of them is no JSON any more. */
async function readUpTo(documents: DocumentsPort, limit: number | undefined): Promise<unknown[] | undefined> {
  try {
    const found = await documents.query<unknown>('ledger', limit === undefined ? {} : { limit });
    return found.map(({ data }) => data);
  } catch (error) {
    if (isNotJson(error)) return undefined;
    throw error;
  }
}

/** Known by its cause: a store that fails otherwise says nothing about the ledger. */
const isNotJson = (error: unknown): boolean =>
  error instanceof PortError && error.code === 'internal' && error.cause instanceof SyntaxError;

export async function readAnchors(
  engine: Engine,
  onAnchor: (read: number, of: number) => void,
): Promise<{ anchors: Anchor[]; fault: LedgerFault | null }> {
  const anchors: Anchor[] = [];
  const { uris, refused } = await listAnchors(engine);
  let fault: LedgerFault | null = refused === undefined ? null : { seq: 1, what: `among the anchors: ${refused}` };
  for (const [index, uri] of uris.entries()) {
    const anchor = await readAnchor(engine, uri);
    onAnchor(index + 1, uris.length);
    if (anchor === 'gone') continue;
    if (anchor !== undefined) anchors.push(anchor);
    else fault ??= { seq: Number(/(\d{12})-[^/]*$/.exec(uri)?.[1] ?? 1), what: `${uri} is not an anchor` };
  }
  return { anchors, fault };
}

/** What lies there; `refused` says of a name, which this program would not give to an object, why it cannot be read. */
async function listAnchors({ ports, anchorsUri }: Engine): Promise<{ uris: string[]; refused?: string }> {
  const uris: string[] = [];
  try {
    for await (const { uri } of ports.objects.list(`${anchorsUri}/ledger/`)) uris.push(uri);
  } catch (error) {
    if (error instanceof PortError && error.code === 'invalid') return { uris, refused: error.message };
    if (!(error instanceof PortError) || error.code !== 'not-found') throw error;
  }
  return { uris };
}

/** Undefined for what is none: its content, or a name that this program would not give to an object. */
async function readAnchor(engine: Engine, uri: string): Promise<Anchor | 'gone' | undefined> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of engine.ports.objects.read(uri)) chunks.push(chunk);
  } catch (error) {
    // Deleted since it was listed: what is remembered tells whether it was needed.
    if (error instanceof PortError && error.code === 'not-found') return 'gone';
    if (error instanceof PortError && error.code === 'invalid') return undefined;
    throw error;
  }
  try {
    return anchorOf(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    return undefined;
  }
}

/** Whoever may add an anchor may add anything: undefined for what is none. */
export function anchorOf(value: unknown): Anchor | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { seq, hash, at } = value as Partial<Record<keyof Anchor, unknown>>;
  const isAnchor = Number.isSafeInteger(seq) && typeof hash === 'string' && isInstant(at);
  return isAnchor ? ({ seq, hash, at } as Anchor) : undefined;
}

export const isInstant = (at: unknown): at is string => typeof at === 'string' && parseInstant(at) === at;

import { anchorsFault } from '../../domain/anchors.ts';
import { PortError } from '../../domain/errors.ts';
import {
  type Anchor,
  EMPTY_HEAD,
  type LedgerEntry,
  type LedgerFault,
  type LedgerHead,
  verifyLedger,
} from '../../domain/ledger.ts';
import { type Instant, parseInstant } from '../../domain/time.ts';
import type { Engine } from '../../engine/engine.ts';
import { paths } from '../../engine/records.ts';
import { WATCH_PATH } from '../../engine/watch.ts';
import { chainFault } from './chain-fault.ts';

export const LEDGER_TAIL_MOST = 200;
/** Of the chain while it grows; a ledger gets about thirty entries a day. */
const MOST_READS = 5;

/** `highnoon.ledger/1`: the newest entries, whose links are checked up to the head. */
export async function ledgerTail(engine: Engine, count: number) {
  const head = (await engine.documents.get<LedgerHead>(paths.head)) ?? EMPTY_HEAD;
  const from = Math.max(1, head.seq - count + 1);
  const wanted = Array.from({ length: head.seq - from + 1 }, (_, index) => paths.ledger(from + index));
  const stored = await Promise.all(wanted.map((path) => engine.documents.get<LedgerEntry>(path)));
  const fault = chainFault(stored, from, head);
  return {
    schema: 'highnoon.ledger/1' as const,
    scope: 'tail' as const,
    intact: fault === null,
    entries: head.seq,
    firstBad: fault,
    anchors: null,
    tail: stored.filter((entry) => entry !== undefined),
  };
}

/** The whole chain from its first entry and every anchored head: as many reads as there are entries. */
export async function ledgerWhole(engine: Engine, onAnchor: (read: number, of: number) => void = () => {}) {
  const { documents } = engine;
  // An anchor is written before it is remembered, so what is remembered now must be listed afterwards.
  const [remembered, watch] = await Promise.all([
    documents.get<Anchor>(paths.anchor),
    documents.get<{ since: Instant }>(WATCH_PATH),
  ]);
  const { anchors, fault: unreadable } = await readAnchors(engine, onAnchor);
  const { entries, head } = await readChain(engine);
  const { count, fault: broken } = verifyLedger(entries, head, anchors);
  const found = { anchors, remembered, headSeq: head.seq, watchedSince: watch?.since };
  const faults = [broken, unreadable, anchorsFault(found, engine.clock.now())].filter((fault) => fault !== null);
  const [first] = faults.sort((a, b) => a.seq - b.seq);
  return {
    schema: 'highnoon.ledger/1' as const,
    scope: 'whole' as const,
    intact: first === undefined,
    entries: count,
    firstBad: first ?? null,
    anchors: anchors.length,
    tail: entries.slice(-20),
  };
}

/** Entries and the head that they end at: while somebody writes, a head read beside them is not theirs. */
async function readChain(engine: Engine): Promise<{ entries: LedgerEntry[]; head: LedgerHead }> {
  const { documents } = engine;
  const readHead = async () => (await documents.get<LedgerHead>(paths.head)) ?? EMPTY_HEAD;
  let head = await readHead();
  for (let tried = 1; ; tried++) {
    const entries = (await documents.query<LedgerEntry>('ledger')).map(({ data }) => data);
    const after = await readHead();
    if (after.seq === head.seq || tried === MOST_READS) return { entries, head: after };
    head = after;
  }
}

async function readAnchors(
  engine: Engine,
  onAnchor: (read: number, of: number) => void,
): Promise<{ anchors: Anchor[]; fault: LedgerFault | null }> {
  const anchors: Anchor[] = [];
  let fault: LedgerFault | null = null;
  try {
    const uris: string[] = [];
    for await (const { uri } of engine.ports.objects.list(`${engine.anchorsUri}/ledger/`)) uris.push(uri);
    for (const [index, uri] of uris.entries()) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of engine.ports.objects.read(uri)) chunks.push(chunk);
      const anchor = parseAnchor(Buffer.concat(chunks).toString('utf8'));
      onAnchor(index + 1, uris.length);
      if (anchor !== undefined) anchors.push(anchor);
      else fault ??= { seq: Number(/(\d{12})-[^/]*$/.exec(uri)?.[1] ?? 1), what: `${uri} is not an anchor` };
    }
  } catch (error) {
    if (!(error instanceof PortError) || error.code !== 'not-found') throw error;
  }
  return { anchors, fault };
}

/** Whoever may add an anchor may add anything: undefined for what is none. */
function parseAnchor(text: string): Anchor | undefined {
  try {
    const { seq, hash, at } = JSON.parse(text) as Partial<Anchor>;
    const isAnchor = Number.isSafeInteger(seq) && typeof hash === 'string' && parseInstant(String(at)) === at;
    return isAnchor ? ({ seq, hash, at } as Anchor) : undefined;
  } catch {
    return undefined;
  }
}

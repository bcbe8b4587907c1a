import { PortError } from '../../domain/errors.ts';
import { type Anchor, EMPTY_HEAD, type LedgerEntry, type LedgerHead, verifyLedger } from '../../domain/ledger.ts';
import type { Engine } from '../../engine/engine.ts';
import { paths } from '../../engine/records.ts';
import { chainFault } from './chain-fault.ts';

export const LEDGER_TAIL_MOST = 200;

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
export async function ledgerWhole(engine: Engine) {
  const [found, head, anchors] = await Promise.all([
    engine.documents.query<LedgerEntry>('ledger'),
    engine.documents.get<LedgerHead>(paths.head),
    readAnchors(engine),
  ]);
  const entries = found.map(({ data }) => data);
  const { count, fault } = verifyLedger(entries, head ?? EMPTY_HEAD, anchors);
  return {
    schema: 'highnoon.ledger/1' as const,
    scope: 'whole' as const,
    intact: fault === null,
    entries: count,
    firstBad: fault,
    anchors: anchors.length,
    tail: entries.slice(-20),
  };
}

async function readAnchors(engine: Engine): Promise<Anchor[]> {
  const anchors: Anchor[] = [];
  try {
    for await (const { uri } of engine.ports.objects.list(`${engine.anchorsUri}/ledger/`)) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of engine.ports.objects.read(uri)) chunks.push(chunk);
      anchors.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Anchor);
    }
  } catch (error) {
    if (!(error instanceof PortError) || error.code !== 'not-found') throw error;
  }
  return anchors;
}

import { anchorsFault } from '../../domain/anchors.ts';
import {
  type Anchor,
  headFault,
  isEntry,
  type LedgerFault,
  type LedgerHead,
  verifyLedger,
} from '../../domain/ledger.ts';
import { printable } from '../../domain/printable.ts';
import type { Engine } from '../../engine/engine.ts';
import { paths } from '../../engine/records.ts';
import { WATCH_PATH } from '../../engine/watch.ts';
import { chainFault } from './chain-fault.ts';
import { anchorOf, isInstant, readAnchors, readChain, readHead, readStored } from './ledger-read.ts';

export const LEDGER_TAIL_MOST = 200;

/** `highnoon.ledger/1`: the newest entries, whose links are checked up to the head. */
export async function ledgerTail(engine: Engine, count: number) {
  const stored = await readHead(engine.documents);
  const noHead = headFault(stored);
  const { entries, fault, seq } =
    noHead === undefined
      ? await readTail(engine, stored as LedgerHead, count)
      : { entries: [], fault: { seq: 1, what: noHead }, seq: 0 };
  return {
    schema: 'highnoon.ledger/1' as const,
    scope: 'tail' as const,
    intact: fault === null,
    entries: seq,
    firstBad: fault,
    anchors: null,
    anchoredUpTo: null,
    tail: entries.filter(isEntry),
  };
}

async function readTail({ documents }: Engine, head: LedgerHead, count: number) {
  const from = Math.max(1, head.seq - count + 1);
  const wanted = Array.from({ length: head.seq - from + 1 }, (_, index) => paths.ledger(from + index));
  const entries = await Promise.all(wanted.map((path) => readStored(documents, path)));
  return { entries, fault: chainFault(entries, from, head), seq: head.seq };
}

/** The whole chain from its first entry and every anchored head: as many reads as there are entries. */
export async function ledgerWhole(engine: Engine, onAnchor: (read: number, of: number) => void = () => {}) {
  const { documents } = engine;
  // An anchor is written before it is remembered, so what is remembered now must be listed afterwards.
  const [remembered, watch] = await Promise.all([
    readStored(documents, paths.anchor),
    readStored(documents, WATCH_PATH),
  ]);
  const { anchors, fault: unreadable } = await readAnchors(engine, onAnchor);
  const { entries, head } = await readChain(engine);
  const { count, fault: broken } = verifyLedger(entries, head, anchors);
  const faults = [
    broken,
    unreadable,
    rememberedFault(remembered),
    anchorsFault(
      {
        anchors,
        remembered: anchorOf(remembered),
        headSeq: headFault(head) === undefined ? (head as LedgerHead).seq : 0,
        watchedSince: sinceOf(watch),
      },
      engine.clock.now(),
    ),
  ].filter((fault) => fault !== null);
  const [first] = faults.sort((a, b) => a.seq - b.seq);
  return {
    schema: 'highnoon.ledger/1' as const,
    scope: 'whole' as const,
    intact: first === undefined,
    entries: count,
    // Names of objects and texts of documents are of whoever wrote them.
    firstBad: first === undefined ? null : { seq: first.seq, what: printable(first.what) },
    anchors: anchors.length,
    anchoredUpTo: anchoredUpTo(anchors, first),
    tail: entries.slice(-20).filter(isEntry),
  };
}

/** Newer entries may be cut off or written anew unseen, head included; 0 while nothing is anchored. */
function anchoredUpTo(anchors: readonly Anchor[], firstBad: LedgerFault | undefined): number {
  const isWhole = ({ seq }: Anchor) => firstBad === undefined || seq < firstBad.seq;
  return anchors.filter(isWhole).reduce((most, { seq }) => Math.max(most, seq), 0);
}

const rememberedFault = (remembered: unknown): LedgerFault | null =>
  remembered === undefined || anchorOf(remembered) !== undefined
    ? null
    : { seq: 1, what: `${paths.anchor} is not an anchor` };

function sinceOf(watch: unknown): string | undefined {
  const { since } = (watch ?? {}) as { since?: unknown };
  return isInstant(since) ? since : undefined;
}

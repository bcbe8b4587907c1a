import type { Anchor, LedgerHead } from '../domain/ledger.ts';
import { ledgerId } from '../domain/ledger.ts';
import { type Instant, secondsBetween } from '../domain/time.ts';
import type { Engine } from './engine.ts';
import { paths } from './records.ts';

/** An unchanged head is anchored again this often, so that a late anchor always means that anchoring stopped. */
const REANCHOR_SECONDS = 3600;

/** Whether the newest anchor holds this head, and is not so old that somebody would wonder. */
export function isAnchored(head: LedgerHead | undefined, known: Anchor | undefined, now: Instant): boolean {
  if (head === undefined || head.seq === 0) return true;
  return known !== undefined && known.seq === head.seq && secondsBetween(known.at, now) < REANCHOR_SECONDS;
}

/**
 * Copies the head of the ledger to a place that this program can add to and not change: whoever cuts the ledger or
 * writes it anew would have to change the anchors too.
 */
export async function anchorLedger(engine: Engine): Promise<void> {
  const [head, known] = await Promise.all([
    engine.documents.get<LedgerHead>(paths.head),
    engine.documents.get<Anchor>(paths.anchor),
  ]);
  const now = engine.clock.now();
  if (head === undefined || isAnchored(head, known, now)) return;
  const anchor: Anchor = { seq: head.seq, hash: head.hash, at: now };
  const uri = `${engine.anchorsUri}/ledger/${ledgerId(head.seq)}-${now}.json`;
  await engine.ports.objects.write(uri, Buffer.from(`${JSON.stringify(anchor)}\n`), {
    when: 'any',
    contentType: 'application/json',
  });
  await engine.documents.transact(async (transaction) => {
    const stored = await transaction.get<Anchor>(paths.anchor);
    if (stored === undefined || stored.seq <= anchor.seq) transaction.set(paths.anchor, anchor);
  });
}

// Handles envelopes that its parent sends as a function does: a process of its own, so that its memory is that of the handler and not
// that of the fuzzer.
import { parseInstant } from '../../shared/domain/time.ts';
import { type Envelope, parseEnvelope } from '../../shared/envelope/parse-envelope.ts';
import type { DocumentsPort, Transaction } from '../../shared/ports/documents.ts';
import { handleMessage } from '../../shared/runtime/phase-handler.ts';
import type { Runtime } from '../../shared/runtime/runtime.ts';
import { peakMegabytes } from './measure.ts';

/** The time at which every envelope arrives. */
export const NOW = '2026-11-24T10:30:00.000Z';

export interface Judged {
  readonly ms: number;
  readonly isAccepted: boolean;
  readonly faults: readonly string[];
  readonly megabytes: number;
}

const MOST_QUARANTINED_BYTES = 2048 + 1024;
const expected = { phase: 't-90-prep', topic: 'highnoon-t-90-prep', now: NOW } as const;

/** A store that only remembers what was to be written. */
function recording() {
  const writes: { path: string; data: object }[] = [];
  const write = (path: string, data: object) => writes.push({ path, data });
  const transaction = {
    readAt: NOW,
    get: async () => undefined,
    create: write,
    set: write,
  } as unknown as Transaction;
  const documents = { transact: (body: (t: Transaction) => Promise<unknown>) => body(transaction) } as DocumentsPort;
  return { writes, documents };
}

class Able extends Error {}

/** Parsed and timed, then handled: what is refused leaves one document in quarantine and nothing else. */
export async function judge(envelope: Envelope): Promise<Judged> {
  const faults: string[] = [];
  const began = performance.now();
  try {
    const parsed = parseEnvelope(envelope, expected);
    const ms = performance.now() - began;
    const { writes, documents } = recording();
    const runtime = { engine: { documents, clock: { now: () => NOW } }, resourceName: () => expected.topic };
    const event = { source: envelope.source, id: envelope.id, data: envelope.data } as never;
    const handled = await handleMessage(runtime as unknown as Runtime, expected.phase, event, async () => {
      throw new Able();
    }).catch((error: unknown) => {
      if (error instanceof Able) return undefined;
      throw error;
    });
    if (parsed.ok !== (handled === undefined)) faults.push('the handler and the parser do not agree');
    if (parsed.ok) {
      const { phase, publishedAt, slotDueAt, messageId } = parsed.trigger;
      const isSound = phase === expected.phase && parseInstant(publishedAt) !== undefined && messageId.length <= 128;
      if (!isSound || (slotDueAt !== undefined && parseInstant(slotDueAt) === undefined) || writes.length > 0)
        faults.push(`accepted ${JSON.stringify(parsed.trigger)}`);
    } else {
      const [only, ...more] = writes;
      if (only === undefined || more.length > 0 || !only.path.startsWith('quarantine/'))
        faults.push(`wrote ${writes.map(({ path }) => path).join(', ')}`);
      if (Buffer.byteLength(JSON.stringify(only?.data ?? '')) > MOST_QUARANTINED_BYTES * 3)
        faults.push('a quarantine record is too large');
      if (parsed.why === '') faults.push('refused without a reason');
    }
    return { ms, isAccepted: parsed.ok, faults, megabytes: peakMegabytes() };
  } catch (error) {
    return {
      ms: performance.now() - began,
      isAccepted: false,
      faults: [`throws ${String(error)}`],
      megabytes: peakMegabytes(),
    };
  }
}

if (import.meta.main)
  process.on('message', async (envelopes: readonly Envelope[]) => {
    const judged: Judged[] = [];
    for (const envelope of envelopes) judged.push(await judge(envelope));
    process.send?.(judged);
  });

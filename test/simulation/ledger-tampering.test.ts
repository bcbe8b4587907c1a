import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Anchor,
  appendEntry,
  EMPTY_HEAD,
  type LedgerEntry,
  type LedgerHead,
  verifyLedger,
} from '../../shared/domain/ledger.ts';
import { paths } from '../../shared/engine/records.ts';
import { worldOptions } from '../../shared/simulation/simulate.ts';
import { Simulation } from '../../shared/simulation/simulation.ts';

/** A ledger as some days with faults wrote it, with the heads that were anchored meanwhile. */
async function writtenLedger(): Promise<{ entries: LedgerEntry[]; head: LedgerHead; anchors: Anchor[] }> {
  const simulation = new Simulation(worldOptions(26, 'swarm', 3));
  await simulation.run();
  const entries = simulation.store.query<LedgerEntry>('ledger', {}).map(({ data }) => data);
  const head = simulation.store.get<LedgerHead>(paths.head) ?? EMPTY_HEAD;
  const anchors = [...simulation.objects].flatMap(([uri, { body }]) =>
    uri.startsWith('gs://anchors/') ? [JSON.parse(Buffer.from(body).toString('utf8')) as Anchor] : [],
  );
  return { entries, head, anchors };
}

const { entries, head, anchors } = await writtenLedger();
const firstBad = (changed: readonly LedgerEntry[], at: LedgerHead = head): number | undefined =>
  verifyLedger(changed, at, anchors).fault?.seq;
const positions = entries.map((_, index) => index);
const newestAnchor = Math.max(...anchors.map(({ seq }) => seq));

/** Each field of an entry, changed. */
function flips(entry: LedgerEntry): LedgerEntry[] {
  return [
    { ...entry, seq: entry.seq + 1 },
    { ...entry, previous: flipText(entry.previous) },
    { ...entry, at: flipText(entry.at) },
    { ...entry, kind: flipText(entry.kind) },
    { ...entry, subject: flipText(entry.subject) },
    { ...entry, actor: flipText(entry.actor) },
    { ...entry, detail: entry.detail === null ? 0 : null },
    { ...entry, hash: flipText(entry.hash) },
  ];
}

const flipText = (text: string): string => `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;

/** Writes the rest of the chain anew after a change, as somebody would who can write everything but the anchors. */
function forged(
  from: number,
  change: (entry: LedgerEntry) => LedgerEntry,
): { entries: LedgerEntry[]; head: LedgerHead } {
  const kept = entries.slice(0, from);
  let now: LedgerHead = { seq: from, hash: kept.at(-1)?.hash ?? EMPTY_HEAD.hash, token: head.token };
  for (const [index, entry] of entries.slice(from).entries()) {
    const { kind, subject, actor, detail } = index === 0 ? change(entry) : entry;
    const appended = appendEntry(now, { kind, subject, actor, detail }, entry.at);
    kept.push(appended.entry);
    now = appended.head;
  }
  return { entries: kept, head: now };
}

describe('a ledger that somebody tampered with', () => {
  it('is whole as it was written, and long enough to say something', () => {
    assert.ok(entries.length > 40 && anchors.length > 1);
    assert.equal(firstBad(entries), undefined);
  });

  it('names the entry of which any field was flipped, at every position', () => {
    for (const index of positions)
      for (const flipped of flips(entries[index] as LedgerEntry))
        assert.equal(firstBad(entries.with(index, flipped)), index + 1);
  });

  it('names the entry to which a field was added, at every position', () => {
    for (const index of positions)
      for (const name of ['approvedBy', 'Actor', '', '__proto__', '\u001b[2J']) {
        const added = JSON.parse(`{${JSON.stringify(name)}:"mallory",${JSON.stringify(entries[index]).slice(1)}`);
        const { fault } = verifyLedger(entries.with(index, added), head, anchors);
        assert.equal(fault?.seq, index + 1);
        assert.equal(fault.what, `entry ${index + 1} has a field ${JSON.stringify(name)} that no entry has`);
      }
  });

  it('names the entry from which a field was taken, at every position', () => {
    for (const index of positions)
      for (const name of Object.keys(entries[index] as LedgerEntry)) {
        const { [name]: _taken, ...rest } = { ...entries[index] } as Record<string, unknown>;
        const { fault } = verifyLedger((entries as unknown[]).with(index, rest), head, anchors);
        assert.deepEqual(fault, { seq: index + 1, what: `entry ${index + 1} has no ${name}` });
      }
  });

  it('names the place of an entry that was dropped, at every position', () => {
    for (const index of positions) assert.equal(firstBad(entries.toSpliced(index, 1)), index + 1);
  });

  it('names the first of two that were swapped, at every position', () => {
    for (const index of positions.slice(1)) {
      const [a, b] = [entries[index - 1] as LedgerEntry, entries[index] as LedgerEntry];
      assert.equal(firstBad(entries.with(index - 1, b).with(index, a)), index);
    }
  });

  it('names the place of an entry that was put in, at every position', () => {
    for (const index of positions) {
      const twin = entries[index] as LedgerEntry;
      assert.equal(firstBad(entries.toSpliced(index, 0, twin)), index + 2);
      const before: LedgerHead = { seq: index, hash: entries[index - 1]?.hash ?? EMPTY_HEAD.hash, token: 0 };
      const { entry } = appendEntry(before, { kind: 'put-in', subject: 'x', actor: 'x', detail: null }, twin.at);
      // One that continues the chain is found by what follows it, or at once by an anchor of its place.
      const isAnchored = anchors.some(({ seq }) => seq === index + 1);
      assert.equal(firstBad(entries.toSpliced(index, 0, entry)), isAnchored ? index + 1 : index + 2);
    }
  });

  it('names the first missing entry after a cut, at every position, also when the head was cut with it', () => {
    for (const index of positions) {
      assert.equal(firstBad(entries.slice(0, index)), index + 1);
      const cutHead = { ...head, seq: index, hash: entries[index - 1]?.hash ?? EMPTY_HEAD.hash };
      const fault = firstBad(entries.slice(0, index), cutHead);
      assert.equal(fault, index < newestAnchor ? index + 1 : undefined);
    }
  });

  it('differs from an anchor when the chain was written anew from any entry before it', () => {
    for (const index of positions) {
      const anew = forged(index, (entry) => ({ ...entry, actor: 'somebody' }));
      const firstAnchor = anchors
        .map(({ seq }) => seq)
        .filter((seq) => seq > index)
        .sort((a, b) => a - b)[0];
      assert.equal(firstBad(anew.entries, anew.head), firstAnchor);
    }
  });
});

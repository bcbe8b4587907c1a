import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { FirestoreDocuments } from '../../../shared/adapters/gcp/documents.ts';
import type { PhaseName } from '../../../shared/domain/catalog.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { EMPTY_HEAD, type LedgerEntry, type LedgerHead, verifyLedger } from '../../../shared/domain/ledger.ts';
import type { SlotRecord } from '../../../shared/domain/run.ts';
import { plusSeconds } from '../../../shared/domain/time.ts';
import { paths } from '../../../shared/engine/records.ts';
import { runPhase } from '../../../shared/engine/run-phase.ts';
import { type Emulator, missingEmulators, startEmulator } from '../../emulators/emulators.ts';
import { type FirestoreProxy, startFirestoreProxy } from '../../standins/firestore-proxy.ts';
import { createTestEngine, greenPhases, scheduled, slotIdAt, TestResource } from '../../support/engine.ts';

const skip = missingEmulators(['firestore']) ?? false;
const DATE = '2026-11-24';
const MORNING: readonly (readonly [PhaseName, string])[] = [
  ['t-90-prep', `${DATE}T10:30:00.000Z`],
  ['t-30-final-check', `${DATE}T11:30:00.000Z`],
];
const NOON = `${DATE}T12:00:00.000Z`;
/** Longer than a lease: whoever comes then finds it free. */
const PAUSE_SECONDS = 100;
const FAULTS = [
  { kind: 'after', code: 14 },
  { kind: 'before', code: 4 },
  { kind: 'after', code: 4 },
  { kind: 'before', code: 14 },
] as const;

describe('a noon over Firestore, with one call of it failing', { skip }, () => {
  let emulator: Emulator;
  let proxy: FirestoreProxy;
  before(async () => {
    emulator = await startEmulator('firestore');
    proxy = await startFirestoreProxy(emulator.host);
  });
  after(async () => {
    await proxy?.close();
    await emulator?.[Symbol.asyncDispose]();
  });

  /** Plays the day; the noon's calls are counted from 0, and `fault` may fail one. Returns how many there were. */
  async function play(fault: (call: number) => (typeof FAULTS)[number] | undefined) {
    const resource = new TestResource();
    const { engine: own, clock } = createTestEngine(MORNING[0]?.[1] ?? '', greenPhases(resource));
    const documents = new FirestoreDocuments({
      projectId: `test-${randomUUID().slice(0, 13)}`,
      databaseId: '(default)',
      emulatorHost: proxy.endpoint,
      clock: { sleep: async () => {} },
      ids: { random: () => 0 },
      readTime: async () => clock.now(),
    });
    const engine = { ...own, documents };
    for (const [phase, at] of MORNING) {
      clock.advanceTo(at);
      await runPhase(engine, scheduled(phase, at));
    }
    clock.advanceTo(NOON);
    let calls = 0;
    proxy.script = () => fault(calls++);
    const trigger = scheduled('high-noon-sync', NOON);
    const slotId = slotIdAt('high-noon-sync', NOON);
    let slot: SlotRecord | undefined;
    for (let delivery = 0; delivery < 6 && slot?.status !== 'concluded'; delivery++) {
      try {
        await runPhase(engine, trigger);
      } catch (error) {
        // What another delivery could mend comes again.
        if (!(error instanceof PortError)) throw error;
      }
      clock.advanceTo(plusSeconds(clock.now(), PAUSE_SECONDS));
      slot = await documents.get<SlotRecord>(paths.slot(slotId)).catch(() => undefined);
    }
    proxy.script = undefined;
    const ledger = (await documents.query<LedgerEntry>('ledger')).map(({ data }) => data);
    const head = (await documents.get<LedgerHead>(paths.head)) ?? EMPTY_HEAD;
    await documents.close();
    return { calls, slot, resource, ledger, head, slotId };
  }

  it('still ends once, well, and with each effect once: every call, each kind of fault in turn', async (test) => {
    const { calls, resource } = await play(() => undefined);
    assert.deepEqual(resource.calls, ['one: before -> after', 'two: before -> after']);
    test.diagnostic(`${calls} calls of Firestore in a noon with two effects`);
    for (let at = 0; at < calls; at += 1) {
      const fault = FAULTS[at % FAULTS.length];
      const where = `${fault?.kind} call ${at}, code ${fault?.code}`;
      const told = await play((call) => (call === at ? fault : undefined));
      assert.ok(told.slot?.status === 'concluded', where);
      assert.equal(told.slot.ending, 'passed', where);
      assert.equal(told.slot.attempt, 1, where);
      assert.deepEqual(told.resource.calls, ['one: before -> after', 'two: before -> after'], where);
      const endings = told.ledger.filter(
        ({ kind, subject }) => kind === 'attempt-concluded' && subject.startsWith(`${told.slotId}#`),
      );
      assert.equal(endings.length, 1, where);
      assert.equal(verifyLedger(told.ledger, told.head, []).fault, null, where);
    }
  });
});
